"""After an absence whoever waits is asked again, and nobody else is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch.session import SILENCE
from tests.dispatch.peeking import HELLO, at, frames, kept, tell

if TYPE_CHECKING:
    from tests.houses import Home

AWAY = "We were away for a moment. Nothing you wrote is lost. We go on here."


def test_a_live_sitting_is_asked_again_after_an_outage(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    question = person.last
    home.passes(0)
    home.restart(seconds_away=200)
    assert person.texts[-2:] == [AWAY, question]
    person.presses("About me")
    assert frames(person)[-1].answers == {"about": "me"}


def test_the_button_under_the_first_asking_still_works(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    old = person.press(person.token("About me"))
    home.passes(0)
    home.restart(seconds_away=200)
    person.does(old)
    assert frames(person)[-1].answers == {"about": "me"}


def test_a_short_absence_asks_nothing(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    shown = person.texts
    home.passes(0)
    home.restart(seconds_away=10)
    assert person.texts == shown


def test_a_sitting_without_an_open_question_is_left_alone(home: Home) -> None:
    person = home.person()
    tell(person, until="about")
    person.says("/stop")
    shown = person.texts
    home.passes(0)
    home.restart(seconds_away=200)
    assert person.texts == shown


@pytest.mark.parametrize("away", [SILENCE // SECOND, 5 * 3600, 25 * 3600])
def test_after_half_an_hour_nobody_is_written_to(home: Home, away: int) -> None:
    """Nobody knows who holds the phone by then."""
    person = home.person()
    tell(person, until="about")
    shown = person.texts
    home.passes(60)
    home.restart(seconds_away=away)
    assert person.texts == shown


def test_being_asked_again_is_no_sign_of_the_person(home: Home) -> None:
    """The silence goes on: what the bot says by itself tells nothing of who is there."""
    person = home.person()
    tell(person, until="county")
    touched = kept(person).touched_at
    home.passes(0)
    home.restart(seconds_away=200)
    assert kept(person).touched_at == touched
    home.passes(SILENCE // SECOND - 100)
    assert person.says("hm") == ["Can anyone else see this phone or this chat now?"]


def test_everybody_who_waits_is_asked_and_nobody_twice(home: Home) -> None:
    people = [home.person() for _ in range(30)]
    home.receives(*(person.words("hello") for person in people))
    home.passes(0)
    home.restart(seconds_away=200)
    home.restart(seconds_away=1)
    assert all(person.texts.count(AWAY) == 1 for person in people)
    assert all(at(person) == ("language", "language") for person in people)


def test_a_day_away_leaves_a_notice_for_staff(home: Home) -> None:
    home.person().says(*HELLO)
    home.passes(0)
    home.restart(seconds_away=23 * 3600)
    assert home.ask("SELECT kind FROM notices") == []
    home.passes(0)
    home.restart(seconds_away=25 * 3600)
    ((kind, since, until),) = home.ask("SELECT kind, since, until FROM notices")
    assert kind == "loss_window"
    assert (until - since) // SECOND == 3600


def test_a_crash_loses_nothing_that_was_heard(home: Home) -> None:
    person = home.person()
    tell(person, until="what")
    person.says("it was Monday")
    home.crash()
    home.open()
    assert frames(person)[-1].answers["what"] == "it was Monday"
