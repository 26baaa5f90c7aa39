"""Only while we chat: nothing unsent outlives the sitting it was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import MINUTE
from tests.dispatch.peeking import at, cases_of, flows_of, kept, skip_on, tell
from tests.houses import ALWAYS, Home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.people import Person

HALF_AN_HOUR = 30 * 60
SAID = "The boss has my passport."
CHOICES = {"You may keep them": True, "Only while we chat": False}
"""What a person can choose, and whether an answer outlives the sitting."""


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def telling(home: Home, choice: str, until: str = "what") -> Person:
    person = home.person()
    tell(person, until="keep")
    person.presses(choice)
    while at(person) != ("report", until):
        skip_on(person)
    return person


def expire(home: Home) -> int:
    now = home.loop.now()
    return home.database.writer.run_now(lambda work: home.house.conversations.expire(work, now))


@pytest.mark.parametrize(("choice", "outlives"), CHOICES.items())
def test_after_half_an_hour_without_a_word_it_is_gone(
    home: Home, choice: str, outlives: bool
) -> None:
    person = telling(home, choice)
    person.says(SAID)
    home.passes(HALF_AN_HOUR + 60)
    assert bool(expire(home)) != outlives
    assert (SAID in str(kept(person))) == outlives


@pytest.mark.parametrize(("choice", "outlives"), CHOICES.items())
def test_whoever_comes_back_later_finds_nothing(home: Home, choice: str, outlives: bool) -> None:
    person = telling(home, choice)
    person.says(SAID)
    home.passes(HALF_AN_HOUR + 60)
    person.says("Hello")
    assert (SAID in str(kept(person))) == outlives
    assert ("report" in flows_of(person)) == outlives


@pytest.mark.parametrize("choice", CHOICES)
def test_within_the_sitting_nothing_is_lost(home: Home, choice: str) -> None:
    person = telling(home, choice)
    person.says(SAID)
    home.passes(HALF_AN_HOUR - 60)
    assert expire(home) == 0
    home.restart()
    assert kept(person).position.frames[-1].answers["what"] == SAID


def test_whoever_stops_is_asked_nothing_and_leaves_nothing(home: Home) -> None:
    person = telling(home, "Only while we chat")
    person.says(SAID)
    heard = person.says("/stop")
    assert not any("unsent answers" in text for text in heard)
    assert flows_of(person) == []
    assert SAID not in str(kept(person))


def test_whoever_does_not_send_leaves_nothing_and_hears_so(home: Home) -> None:
    person = telling(home, "Only while we chat", until="send")
    heard = person.presses("Not now")
    assert any("is erased now" in text for text in heard)
    assert not any("24 hours" in text for text in heard)
    assert kept(person).kept is None
    assert cases_of(home) == []


def test_sending_is_their_own_act_and_works_as_ever(home: Home) -> None:
    person = telling(home, "Only while we chat")
    person.says(SAID)
    while at(person) != ("report", "send"):
        skip_on(person)
    person.presses("Send")
    (case,) = cases_of(home)
    assert case.sent[0].answers["what"] == SAID
    home.passes(HALF_AN_HOUR + 60)
    assert expire(home) == 0  # what was sent is kept, so is whom to answer in this sitting


def test_an_open_question_of_such_a_sitting_is_asked_again_after_an_absence(home: Home) -> None:
    person = telling(home, "Only while we chat")
    home.passes(5 * 60)
    home.restart(seconds_away=400)
    assert any("Nothing you wrote is lost" in text for text in person.texts)


def test_the_row_says_when_it_goes(home: Home) -> None:
    """It counts from so long ago that the usual round takes it once the sitting is over."""
    person = telling(home, "Only while we chat")
    ((moment,),) = home.ask("SELECT touched_at FROM conversations")
    assert kept(person).counts_from == moment
    assert kept(person).touched_at - moment == 24 * 60 * MINUTE + 30 * MINUTE
