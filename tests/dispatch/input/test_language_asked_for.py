"""Who asks for another language in the middle of a conversation is answered in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import catalogue
from flows.urgent.danger import DangerFlow
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

QUESTION = ("report", "safe")


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("please english", "en"),
        ("english pls", "en"),
        ("English", "en"),
        ("bahasa indonesia dong", "id"),
        ("tiếng việt", "vi"),
        ("日本語でお願いします", "ja"),
    ],
)
def test_a_language_that_is_asked_for_by_name_is_spoken(
    sqlite_hotline: HotlineHarness, text: str, tag: str
) -> None:
    person = sqlite_hotline.person("th")
    place_at(person, reachable_positions()[QUESTION], language="th")
    person.says(text)
    assert stored_conversation(person).language == tag
    assert current_step(person) == QUESTION


def test_the_first_words_can_ask_for_a_language(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("th")
    heard = person.says("please english")
    assert stored_conversation(person).language == "en"
    assert heard[-1] == "What would you like to do?"


@pytest.mark.parametrize("text", ["indonesia", "my", "id", "i am from vietnam and my boss hits me"])
def test_a_country_alone_asks_for_no_language(sqlite_hotline: HotlineHarness, text: str) -> None:
    person = sqlite_hotline.person("en")
    place_at(person, reachable_positions()[QUESTION])
    person.says(text)
    assert stored_conversation(person).language == "en"


def test_where_a_place_is_asked_words_are_the_place(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person("th")
    place_at(person, reachable_positions()["urgent_details", "where"], language="th")
    person.says("please english")
    assert current_step(person) != ("urgent_details", "where")


@pytest.mark.parametrize(
    "text",
    [
        "em 14 tuoi me ke bat di lam quan karaoke",
        "me ke bat em di lam",
        "em di lam ma ke toan lay het tien",
    ],
)
def test_vietnamese_without_accents_is_answered_in_vietnamese(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    for phone in ("vi", "en"):
        person = sqlite_hotline.person(phone)
        person.says(text)
        assert stored_conversation(person).language == "vi"


@pytest.mark.parametrize("text", ["vâng", "dạ", "Vâng ạ", "dạ vâng"])
def test_a_yes_with_accents_is_asked_again_in_its_language(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()["danger", "tell"], language="id")
    heard = person.says(text)
    assert stored_conversation(person).language == "vi"
    assert current_step(person) == ("danger", "tell")
    assert cases_of(sqlite_hotline) == []
    question = catalogue("vi").gettext(DangerFlow.tell.prompt.source)
    assert heard[-1].startswith(question.partition("{")[0])
    person.says(text)
    assert len(cases_of(sqlite_hotline)) == 1


@pytest.mark.parametrize("text", ["ya", "da", "dạ em bị đánh"])
def test_what_is_no_bare_yes_of_another_language_is_read_as_ever(
    sqlite_hotline: HotlineHarness, text: str
) -> None:
    person = sqlite_hotline.person("id")
    place_at(person, reachable_positions()["danger", "tell"], language="id")
    person.says(text)
    assert stored_conversation(person).language == "id"
