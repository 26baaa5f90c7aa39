"""Lines of an outage arrive together: none of them agrees to a question that was asked after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.dispatch.input.test_first_words import in_the_case
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

STORY = "the boss keeps my passport and does not pay us"
AGREEING = ("yes", "ok", "1", "yes please", "Give it to a person")


def arrive_together(hotline: HotlineHarness, *lines: str) -> ChatPerson:
    """Let a person at the menu write lines four seconds apart that arrive in one batch."""
    person = hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    written = []
    for line in lines:
        written.append(person.words(line))
        hotline.advance_time(4)
    hotline.receives(*written)
    return person


@pytest.mark.parametrize("agreeing", AGREEING)
def test_a_yes_written_before_the_question_was_asked_gives_nothing_to_staff(
    sqlite_hotline: HotlineHarness, agreeing: str
) -> None:
    person = arrive_together(sqlite_hotline, STORY, agreeing)
    assert cases_of(sqlite_hotline) == []
    assert current_step(person) == ("story", "give")
    assert stored_conversation(person).position.extra_texts == [STORY, agreeing]
    person.says("yes")
    assert len(cases_of(sqlite_hotline)) == 1


def test_a_no_written_before_the_question_was_asked_declines_nothing(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = arrive_together(sqlite_hotline, STORY, "no")
    assert current_step(person) == ("story", "give")


def test_a_cry_for_help_in_the_same_batch_reaches_staff_all_the_same(
    sqlite_hotline: HotlineHarness,
) -> None:
    arrive_together(sqlite_hotline, "he has a knife, he is here now", "help, he is here now")
    assert len(in_the_case(sqlite_hotline)) == 2


def test_a_yes_after_the_question_counts_however_often_it_was_repeated(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    person.says(STORY)
    sqlite_hotline.advance_time(5)
    late = person.words("yes")
    sqlite_hotline.advance_time(5)
    person.says("/help")
    sqlite_hotline.receives(late)
    assert len(cases_of(sqlite_hotline)) == 1
