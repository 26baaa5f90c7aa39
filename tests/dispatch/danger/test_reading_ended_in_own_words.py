"""A person who agreed that staff read, and says in their own words that no one is to read on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from flows.texts import questions
from flows.texts.phrases import TOLD_ALREADY
from tests.dispatch.danger.test_a_yes_taken_back import GIVE, TAKEN_BACK, TELL, agreeing
from tests.dispatch.relay.test_messages_reach_case import agreed, messages, told, written
from tests.languages.test_taken_back import NOTHING, READING, REGRETS
from tests.support.dispatch_inspection import current_step, stored_conversation
from tests.support.drill_length import part_of

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

STOPS = "please stop"
"""Of the words about others: it stops the conversation, and passes nothing more on."""
LATER = "im hiding in the bathroom of the second floor"


@pytest.mark.both_databases
def test_words_after_it_are_no_address_and_reach_no_one(hotline: HotlineHarness) -> None:
    person = agreeing(hotline, "en", TELL, "yes")
    assert current_step(person) == ("urgent_details", "where")
    person.says("please stop letting them read")
    assert person.texts[-2] == TOLD_ALREADY.source
    said = [it.content for it in messages(hotline) if it.content.text.startswith("please stop")]
    assert [it.asked for it in said] == [""]
    assert not any(it.is_active for it in agreed(hotline) if it.kind == "reading")
    before = written(hotline)
    person.says(LATER)
    assert written(hotline) == before


@pytest.mark.both_databases
def test_the_same_words_are_read_where_nothing_was_taken_back(hotline: HotlineHarness) -> None:
    """The negative control."""
    person = agreeing(hotline, "en", TELL, "yes")
    person.says(LATER)
    assert written(hotline)[-1] == LATER


@pytest.mark.parametrize("tag", LANGUAGES)
def test_right_after_a_yes_all_such_words_end_the_reading(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for line in (*READING[tag], *REGRETS[tag]):
        person = agreeing(sqlite_hotline, tag, TELL, TAKEN_BACK[tag][0])
        person.says(line)
        assert not stored_conversation(person).is_read, line
        assert current_step(person) == ("afterwards", "what_now"), line


@pytest.mark.parametrize("tag", LANGUAGES)
def test_words_about_others_end_no_reading(sqlite_hotline: HotlineHarness, tag: str) -> None:
    for line in NOTHING[tag]:
        person = agreeing(sqlite_hotline, tag, TELL, TAKEN_BACK[tag][0])
        person.says(line)
        if line != STOPS:
            assert stored_conversation(person).is_read, line


@pytest.mark.parametrize("tag", LANGUAGES)
def test_in_a_report_written_later_words_about_reading_end_it_too(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for line in part_of(READING[tag], 4):  # all of them end it right after a yes, above
        person = told(sqlite_hotline)
        stored = stored_conversation(person)
        assert stored.is_read
        person.says(line)
        assert not stored_conversation(person).is_read, line


def test_in_a_report_written_later_a_wish_for_silence_ends_no_reading(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = told(sqlite_hotline)
    person.says("please don't tell anyone")
    assert stored_conversation(person).is_read


def test_a_cry_for_help_next_to_it_comes_first(sqlite_hotline: HotlineHarness) -> None:
    person = agreeing(sqlite_hotline, "en", GIVE, "yes")
    person.says("please stop letting them read, help me now")
    assert stored_conversation(person).is_read


def test_who_takes_it_back_again_reads_that_nothing_is_passed_on(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = agreeing(sqlite_hotline, "en", TELL, "yes")
    person.says("please stop letting them read")
    heard = person.says("don't let anyone read it")
    assert heard[0] == TOLD_ALREADY.source
    assert current_step(person) == ("afterwards", "what_now")


def test_who_asks_then_does_not_read_that_no_person_read_it(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = agreeing(sqlite_hotline, "en", TELL, "yes")
    person.says("please stop letting them read")
    heard = person.says("who reads this?")
    assert heard[0] == TOLD_ALREADY.source
    unsent = sqlite_hotline.person()
    unsent.says("/start")
    unsent.presses("English")
    assert unsent.says("who reads this?")[0][:40] == questions.READERS.source[:40]
