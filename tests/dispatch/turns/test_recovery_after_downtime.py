"""After an absence whoever waits is asked again, and nobody else is written to."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
from bot.dispatch.conversation_store import SESSION_TIMEOUT
from tests.support.dispatch_inspection import (
    HELLO,
    current_step,
    frames,
    send_report,
    start_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.caseworker_driver import CaseworkerDriver
    from tests.support.people.chat_person import ChatPerson

pytestmark = pytest.mark.both_databases

AWAY = "We were away for a moment. Nothing you wrote is lost. We go on here."


def test_a_live_session_is_asked_again_after_an_outage(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    question = person.last
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert person.texts[-2:] == [AWAY, question]
    person.presses("About me")
    assert frames(person)[-1].answers == {"about": "me"}


def test_the_button_under_the_first_asking_still_works(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    old = person.press(person.token("About me"))
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    person.send_update(old)
    assert frames(person)[-1].answers == {"about": "me"}


def test_a_short_absence_asks_nothing(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    shown = person.texts
    hotline.advance_time(0)
    hotline.restart(seconds_away=10)
    assert person.texts == shown


def test_a_session_without_an_open_question_is_left_alone(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="about")
    person.says("/stop")
    shown = person.texts
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert person.texts == shown


@pytest.mark.parametrize("away", [SESSION_TIMEOUT // SECOND, 5 * 3600, 25 * 3600])
def test_no_message_is_sent_after_half_an_hour_of_silence(
    hotline: HotlineHarness, away: int
) -> None:
    """Nobody knows who holds the phone by then."""
    person = hotline.person()
    start_report(person, until="about")
    shown = person.texts
    hotline.advance_time(60)
    hotline.restart(seconds_away=away)
    assert person.texts == shown


def test_being_asked_again_is_no_sign_of_the_person(hotline: HotlineHarness) -> None:
    """The silence goes on: what the bot says by itself tells nothing of who is there."""
    person = hotline.person()
    start_report(person, until="county")
    touched = stored_conversation(person).touched_at
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert stored_conversation(person).touched_at == touched
    hotline.advance_time(SESSION_TIMEOUT // SECOND - 100)
    assert person.says("hm") == ["Can anyone else see this phone or this chat now?"]


def test_everyone_who_waits_is_asked_exactly_once(hotline: HotlineHarness) -> None:
    people = [hotline.person() for _ in range(30)]
    hotline.receives(*(person.words("hello") for person in people))
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    hotline.restart(seconds_away=1)
    assert all(person.texts.count(AWAY) == 1 for person in people)
    assert all(current_step(person) == ("language", "language") for person in people)


def test_a_day_away_leaves_a_notice_for_staff(hotline: HotlineHarness) -> None:
    hotline.person().says(*HELLO)
    hotline.advance_time(0)
    hotline.restart(seconds_away=23 * 3600)
    assert hotline.ask("SELECT kind FROM notices") == []
    hotline.advance_time(0)
    hotline.restart(seconds_away=25 * 3600)
    ((kind, since, until),) = hotline.ask("SELECT kind, since, until FROM notices")
    assert kind == "loss_window"
    assert (until - since) // SECOND == 3600


def test_a_crash_loses_nothing_that_was_heard(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="what")
    person.says("it was Monday")
    hotline.crash()
    hotline.open()
    assert frames(person)[-1].answers["what"] == "it was Monday"


def test_who_had_to_go_is_not_asked_again(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="county")
    person.says("sorry i have to go now")
    shown = person.texts
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert person.texts == shown


def took_over(home: HotlineHarness) -> tuple[ChatPerson, CaseworkerDriver, str]:
    """Return a person with an open menu, whose chat a caseworker has just taken over."""
    person = home.person()
    send_report(person)
    ((case,),) = home.ask("SELECT id FROM cases")
    mei = home.colleague()
    mei.claims(case)
    mei.take_over(case)
    return person, mei, case


@pytest.mark.parametrize("is_answered", [True, False], ids=["in a talk", "opener unanswered"])
def test_the_bot_says_nothing_after_an_outage_in_a_chat_a_caseworker_holds(
    hotline: HotlineHarness, *, is_answered: bool
) -> None:
    person, mei, case = took_over(hotline)
    if is_answered:
        person.presses("I can write now")
        mei.says(case, "Hello, I read what you sent.")
    shown = person.texts
    hotline.advance_time(0)
    hotline.restart(seconds_away=480)
    assert person.texts == shown
    mei.hand_back(case)  # the control: the same menu is open
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert AWAY in person.texts


def test_nothing_comes_after_an_outage_while_someone_is_near(hotline: HotlineHarness) -> None:
    person = hotline.person()
    start_report(person, until="county")
    person.says("he beats me, do not write now, he is here")
    before, shown = stored_conversation(person).question_count, person.texts
    hotline.advance_time(0)
    hotline.restart(seconds_away=200)
    assert person.texts == shown
    assert stored_conversation(person).question_count == before
