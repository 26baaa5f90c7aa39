"""In danger, people who are not on land in Taiwan see which numbers work where they are."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from flows.texts import cards
from tests.dispatch.input.test_first_words import told
from tests.languages.test_whereabouts import ELSEWHERE, HERE, ON_WATER
from tests.support.dispatch_inspection import current_step, place_at, reachable_positions

if TYPE_CHECKING:
    from bot.text import Text
    from tests.support.harnesses.hotline_harness import HotlineHarness
    from tests.support.people.chat_person import ChatPerson

URGENT = "he has a knife, he is here now"


def shows(person: ChatPerson, text: Text) -> bool:
    """Tell whether a message with these words, whatever its numbers, is on the phone."""
    beginning = told(person, text).split("{", maxsplit=1)[0].strip()
    return any(it.startswith(beginning) for it in person.texts)


@pytest.mark.parametrize("tag", ELSEWHERE)
def test_words_of_another_country_show_what_works_there(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    person = sqlite_hotline.person(tag)
    person.says(ELSEWHERE[tag])
    person.says(URGENT)
    assert current_step(person) == ("danger", "tell")
    assert shows(person, cards.ABROAD_LINE)
    assert not shows(person, cards.SEA_CALL)
    assert any("+886-800-085-095" in it for it in person.texts)


@pytest.mark.parametrize("tag", ON_WATER)
def test_words_of_a_ship_show_the_coast_guard(sqlite_hotline: HotlineHarness, tag: str) -> None:
    person = sqlite_hotline.person(tag)
    person.says(ON_WATER[tag])
    person.says(URGENT)
    assert shows(person, cards.SEA_CALL)
    assert any("118" in it for it in person.texts)


@pytest.mark.parametrize("tag", HERE)
def test_who_is_on_land_in_taiwan_sees_neither(sqlite_hotline: HotlineHarness, tag: str) -> None:
    """The negative control."""
    person = sqlite_hotline.person(tag)
    person.says(HERE[tag])
    person.says(URGENT)
    assert current_step(person) == ("danger", "tell")
    assert not shows(person, cards.SEA_CALL)
    assert not shows(person, cards.ABROAD_LINE)


def test_an_answer_that_names_the_sea_counts_as_words_do(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()["ask_for_help", "situation"])
    person.presses("Working at sea")
    said_before = len(person.texts)
    person.says("/danger")
    assert any("118" in it for it in person.texts[said_before:])


def test_numbers_come_before_the_question_when_the_yes_was_a_cry(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person("en")
    person.says("we get no pay since three months and no day off")
    assert current_step(person) == ("story", "give")
    heard = person.says("help me")
    assert current_step(person) == ("urgent_details", "where")
    numbers = next(at for at, it in enumerate(heard) if "110" in it)
    question = next(at for at, it in enumerate(heard) if it.startswith("Where is it?"))
    assert numbers < question
    assert sum("If you can call safely" in it for it in heard) == 1
