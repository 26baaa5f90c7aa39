"""Words that mean a button and say more than its label are kept, so that staff read both."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    readable_text,
    send_report,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

SAFE = ("talk", "safe")
SAYS_MORE = [
    ("fil", "wala siya dito"),
    ("en", "kind of"),
    ("en", "what if he finds out"),
    ("id", "dia lagi keluar"),
]
SAYS_NO_MORE = [
    ("en", "yes safe"),
    ("en", "safe"),
    ("en", "no, not safe!"),
    ("fil", "hindi po"),
    ("zh_Hant", "安全"),
]


@pytest.mark.parametrize(("language", "words"), SAYS_MORE)
def test_words_that_say_more_than_the_label_reach_staff_with_the_answer(
    sqlite_hotline: HotlineHarness, language: str, words: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()[SAFE], language=language)
    person.says(words)
    while (current_step(person) or ("", ""))[1] != "send":
        person.says("2")
    person.says("1")
    (case,) = cases_of(sqlite_hotline)
    assert words in readable_text(case.sent[0].answers.get("also", ()))


@pytest.mark.parametrize(("language", "words"), SAYS_NO_MORE)
def test_words_that_say_no_more_than_the_label_are_not_kept_twice(
    sqlite_hotline: HotlineHarness, language: str, words: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()[SAFE], language=language)
    person.says(words)
    assert current_step(person) != SAFE
    assert stored_conversation(person).position.extra_texts == []


def test_where_staff_read_the_words_stand_once_in_the_case(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    send_report(person)
    person.presses("Talk to a person")
    assert current_step(person) == SAFE
    person.says("kind of")
    assert [it.text for it in messages_of_people(sqlite_hotline)].count("kind of") == 1
    assert stored_conversation(person).position.extra_texts == []


def test_words_that_may_be_a_secret_word_are_kept_nowhere(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()["check_in", "often"])
    person.says("every single day please")
    assert stored_conversation(person).position.extra_texts == []
    assert frames(person)[-1].flow == "check_in"
