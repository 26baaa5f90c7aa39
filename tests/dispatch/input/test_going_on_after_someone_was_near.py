"""After "someone is near", words that it is safe again bring back what was asked, and no more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from tests.dispatch.input.test_answers_where_a_place_is_asked import WHERE, asked_where
from tests.dispatch.input.test_someone_is_near import PLACES, goodbyes, lines
from tests.languages.test_alone_again import AGAIN
from tests.support.dispatch_inspection import (
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [it for it in PLACES if it != ("report", "safe")])
def test_the_open_question_comes_again(
    sqlite_hotline: HotlineHarness, language: str, place: tuple[str, str]
) -> None:
    for text in AGAIN[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[place], language=language)
        asked = person.last
        before = frames(person)[-1].answers
        person.says(lines(language)[0])
        heard = person.says(text)
        assert heard[-1] == asked or place == ("danger", "tell"), (text, heard)
        assert len(heard) == 1, (text, heard)
        assert not set(goodbyes(language)) & set(heard), text
        assert current_step(person) == place, text
        assert frames(person)[-1].answers == before, text
        assert text in str(stored_conversation(person))


@pytest.mark.parametrize("language", LANGUAGES)
def test_after_a_first_line_the_conversation_begins(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in AGAIN[language]:
        person = sqlite_hotline.person(language)
        person.says(lines(language)[0])
        person.says(text)
        assert current_step(person) in {("welcome", "language"), ("welcome", "menu")}, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_the_place_is_asked_it_is_no_place(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in AGAIN[language]:
        person = asked_where(sqlite_hotline, language)
        person.says(text)
        assert current_step(person) == WHERE, text
        newest = messages_of_people(sqlite_hotline)[-1]
        assert (newest.text, newest.asked) == (text, "")


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "wait"), ("en", "wait please"), ("id", "tunggu"), ("id", "tunggu dulu"),
     ("vi", "đợi chút"), ("fil", "teka lang"), ("th", "รอก่อน"), ("ja", "待って"),
     ("zh_Hant", "等一下"), ("zh_Hans", "等一下"), ("km", "ចាំបន្តិច"), ("my", "ခဏစောင့်ပါ"),
     ("ja", "社長が来た、書かないで"), ("th", "มีคนอ่านมือถือฉัน")],
)  # fmt: skip
def test_wait_is_no_place(sqlite_hotline: HotlineHarness, language: str, text: str) -> None:
    person = asked_where(sqlite_hotline, language)
    person.says(text)
    assert current_step(person) == WHERE
    assert "where" not in frames(person)[-1].answers


@pytest.mark.parametrize(
    ("language", "text"),
    [("en", "ok he go out"), ("vi", "ok ông ấy đi rồi")],
)
def test_where_a_caseworker_is_offered_the_question_comes_again(
    sqlite_hotline: HotlineHarness, language: str, text: str
) -> None:
    person = sqlite_hotline.person(language)
    place_at(person, reachable_positions()["story", "give"], language=language)
    labels = person.labels()
    heard = person.says(text)
    assert len(heard) == 2
    assert person.labels()[:2] == labels[:2]
    sqlite_hotline.advance_time(120)
    assert len(person.says("He keeps my passport and I work at night, every day, unpaid.")) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_such_a_line_alone_is_no_goodbye(sqlite_hotline: HotlineHarness, language: str) -> None:
    for text in AGAIN[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()["report", "safe"], language=language)
        assert not set(goodbyes(language)) & set(person.says(text)), text
