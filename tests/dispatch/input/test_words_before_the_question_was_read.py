"""Words that were written before a question of consent could be read do not answer it.

People cry for help in several lines, and lines of an outage arrive together. A button counts
always: it cannot be pressed before it is there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import SECOND
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


def test_a_cry_for_help_in_the_same_batch_gets_numbers_and_goes_along_with_the_yes(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = arrive_together(
        sqlite_hotline, "he has a knife, he is here now", "help, he is here now"
    )
    assert any("110" in text for text in person.texts)
    assert cases_of(sqlite_hotline) == []
    assert current_step(person) == ("danger", "tell")
    person.presses("Tell them now")
    assert len(in_the_case(sqlite_hotline)) == 2


PLEAS = {
    "th": ("ช่วยหนูด้วยค่ะ เขาตีหนู", "ช่วยด้วย"),
    "my": ("သူ ကျွန်မကို ရိုက်နေတယ် ကယ်ပါ", "ကယ်ပါ"),
    "km": ("គាត់វាយខ្ញុំ ជួយខ្ញុំផង", "ជួយផង"),
    "zh_Hant": ("老闆在打我 救命", "好"),
    "id": ("tolong saya dipukul majikan", "iya tolong"),
    "fil": ("tulong sinasaktan ako ng amo ko", "opo"),
    "en": ("help my boss is beating me", "ok"),
}
"""By language: a plea, and how it goes on in the same breath."""


@pytest.mark.parametrize("tag", PLEAS)
@pytest.mark.parametrize("seconds", [0.6, 2])
def test_the_end_of_a_plea_agrees_to_nothing_that_could_not_be_read(
    sqlite_hotline: HotlineHarness, tag: str, seconds: float
) -> None:
    plea, end = PLEAS[tag]
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()["welcome", "menu"], language=tag)
    person.says(plea)
    asked = current_step(person)
    assert asked in {("danger", "tell"), ("story", "give")}
    sqlite_hotline.advance_time(seconds)
    person.send_update(person.words(end))
    assert cases_of(sqlite_hotline) == []
    assert current_step(person) == asked
    person.says(end)
    assert len(cases_of(sqlite_hotline)) == 1


@pytest.mark.parametrize(("seconds", "cases"), [(2, 0), (3, 1)])
def test_a_busy_bot_takes_no_yes_for_earlier_than_it_was_written(
    sqlite_hotline: HotlineHarness, seconds: int, cases: int
) -> None:
    """Its turns began a moment ago, while the channel's clock is asked for now."""
    hotline, monitor = sqlite_hotline, sqlite_hotline.house.setting.clock_monitor
    monitor.channel = monitor.wall = lambda: hotline.loop.now() + int(0.3 * SECOND)
    person = hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    person.says("help my boss is beating me")
    hotline.advance_time(seconds)
    person.send_update(person.words("yes"))
    assert len(cases_of(hotline)) == cases


def test_a_button_counts_at_once(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["welcome", "menu"])
    person.says("help my boss is beating me")
    person.presses("Tell them now")
    assert len(cases_of(sqlite_hotline)) == 1


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
