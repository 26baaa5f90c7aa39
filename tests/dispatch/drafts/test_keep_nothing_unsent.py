"""Only while we chat: nothing unsent outlives the sitting it was written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import MINUTE
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    flows_of,
    skip_on,
    start_report,
    stored_conversation,
)
from tests.support.harnesses.hotline_harness import ALWAYS, HotlineHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.people.chat_person import ChatPerson

HALF_AN_HOUR = 30 * 60
SAID = "The boss has my passport."
CHOICES = {"You may keep them": True, "Only while we chat": False}
"""What a person can choose, and whether an answer outlives the sitting."""


@pytest.fixture
def hotline(tmp_path: Path) -> Iterator[HotlineHarness]:
    home = HotlineHarness(tmp_path, hours=ALWAYS)
    yield home
    home.close()


def telling(home: HotlineHarness, choice: str, until: str = "what") -> ChatPerson:
    person = home.person()
    start_report(person, until="keep")
    person.presses(choice)
    while current_step(person) != ("report", until):
        skip_on(person)
    return person


def expire(home: HotlineHarness) -> int:
    now = home.loop.now()
    return home.database.writer.run_sync(lambda work: home.house.conversations.expire(work, now))


@pytest.mark.parametrize(("choice", "outlives"), CHOICES.items())
def test_after_half_an_hour_without_a_word_it_is_gone(
    hotline: HotlineHarness, choice: str, outlives: bool
) -> None:
    person = telling(hotline, choice)
    person.says(SAID)
    hotline.advance_time(HALF_AN_HOUR + 60)
    assert bool(expire(hotline)) != outlives
    assert (SAID in str(stored_conversation(person))) == outlives


@pytest.mark.parametrize(("choice", "outlives"), CHOICES.items())
def test_a_draft_kept_for_the_session_is_gone_after_a_silence(
    hotline: HotlineHarness, choice: str, outlives: bool
) -> None:
    person = telling(hotline, choice)
    person.says(SAID)
    hotline.advance_time(HALF_AN_HOUR + 60)
    person.says("Hello")
    assert (SAID in str(stored_conversation(person))) == outlives
    assert ("report" in flows_of(person)) == outlives


@pytest.mark.parametrize("choice", CHOICES)
def test_nothing_is_lost_within_the_session(hotline: HotlineHarness, choice: str) -> None:
    person = telling(hotline, choice)
    person.says(SAID)
    hotline.advance_time(HALF_AN_HOUR - 60)
    assert expire(hotline) == 0
    hotline.restart()
    assert stored_conversation(person).position.frames[-1].answers["what"] == SAID


def test_stopping_erases_a_session_only_draft_without_asking(hotline: HotlineHarness) -> None:
    person = telling(hotline, "Only while we chat")
    person.says(SAID)
    heard = person.says("/stop")
    assert not any("unsent answers" in text for text in heard)
    assert flows_of(person) == []
    assert SAID not in str(stored_conversation(person))


def test_declining_to_send_erases_a_session_only_draft_and_says_so(hotline: HotlineHarness) -> None:
    person = telling(hotline, "Only while we chat", until="send")
    heard = person.presses("Not now")
    assert any("is erased now" in text for text in heard)
    assert not any("24 hours" in text for text in heard)
    assert stored_conversation(person).draft is None
    assert cases_of(hotline) == []


def test_sending_is_their_own_act_and_works_as_ever(hotline: HotlineHarness) -> None:
    person = telling(hotline, "Only while we chat")
    person.says(SAID)
    while current_step(person) != ("report", "send"):
        skip_on(person)
    person.presses("Send")
    (case,) = cases_of(hotline)
    assert case.sent[0].answers["what"] == SAID
    hotline.advance_time(HALF_AN_HOUR + 60)
    assert expire(hotline) == 0  # what was sent is kept, so is whom to answer in this sitting


def test_an_open_question_of_this_session_is_repeated_after_downtime(
    hotline: HotlineHarness,
) -> None:
    person = telling(hotline, "Only while we chat")
    hotline.advance_time(5 * 60)
    hotline.restart(seconds_away=400)
    assert any("Nothing you wrote is lost" in text for text in person.texts)


def test_the_row_says_when_it_goes(hotline: HotlineHarness) -> None:
    """It counts from so long ago that the usual round takes it once the sitting is over."""
    person = telling(hotline, "Only while we chat")
    ((moment,),) = hotline.ask("SELECT touched_at FROM conversations")
    assert stored_conversation(person).retention_start == moment
    assert stored_conversation(person).touched_at - moment == 24 * 60 * MINUTE + 30 * MINUTE
