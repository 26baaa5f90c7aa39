"""Where a place is asked, an age is no place: it is kept, and the place is asked once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from bot.languages.typed.bare_age import find_bare_age
from tests.dispatch.input.test_answers_where_a_place_is_asked import WHERE, asked_where
from tests.support.dispatch_inspection import (
    cases_of,
    current_step,
    frames,
    messages_of_people,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

COUNTY = ("report", "county")
AGES = {
    "id": ("17 tahun", "umur saya 17", "17 thn kak"),
    "vi": ("17 tuổi", "em 17 tuổi", "17 tuoi a"),
    "en": ("17 years old", "i am 17", "17yo"),
    "zh_Hant": ("17歲", "我17歲", "十七歲"),
    "fil": ("17 anyos po", "17 taong gulang", "17 po ako"),
    "th": ("17 ปี", "อายุ 17 ค่ะ", "หนูอายุ ๑๗"),
    "km": ("១៧ ឆ្នាំ", "អាយុ 17", "ខ្ញុំអាយុ 17 ឆ្នាំ"),
    "my": ("၁၇ နှစ်", "အသက် 17", "အသက် ၁၇ နှစ်ပါ"),
    "zh_Hans": ("17岁", "我17岁", "十七岁"),
    "ja": ("17歳", "17歳です", "十七歳です"),
}
STREETS = {
    "id": ("lantai 17", "jalan zhongshan 17"), "vi": ("17 đường Trung Sơn", "tầng 17"),
    "en": ("17 Zhongshan Road", "room 17", "floor 17"), "zh_Hant": ("17號", "17樓"),
    "fil": ("17 Zhongshan Road", "sa 17"), "th": ("ชั้น 17", "17 ถนนจงซาน"),
    "km": ("ជាន់ទី 17", "ផ្លូវ 17"), "my": ("17 လမ်း", "အထပ် 17"), "zh_Hans": ("17号", "17楼"),
    "ja": ("17階", "17番地"),
}  # fmt: skip


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_age_is_known_and_a_street_number_is_none(language: str) -> None:
    assert [it for it in AGES[language] if find_bare_age(it) != 17] == []
    assert [it for it in STREETS[language] if find_bare_age(it) is not None] == []
    assert [find_bare_age(it) for it in ("4", "5", "99", "110")] == [None, 5, 99, None]


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_helpers_ask_for_the_place_an_age_is_no_place(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in ("17", *AGES[language]):
        person = asked_where(sqlite_hotline, language)
        assert person.says(text), text
        assert current_step(person) == WHERE, text
        newest = messages_of_people(sqlite_hotline)[-1]
        assert (newest.text, newest.asked) == (text, "")
        person.says(text)  # it may be the number of a house
        assert current_step(person) != WHERE, text


@pytest.mark.parametrize(("age", "is_reason"), [("17", True), ("34", False)])
def test_where_helpers_ask_for_the_place_staff_see_an_age_under_18(
    sqlite_hotline: HotlineHarness, age: str, is_reason: bool
) -> None:
    asked_where(sqlite_hotline, "id").says(age)
    (case,) = cases_of(sqlite_hotline)
    assert ("alarm_child" in case.reasons) == is_reason


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_street_number_is_a_place(sqlite_hotline: HotlineHarness, language: str) -> None:
    for text in STREETS[language]:
        person = asked_where(sqlite_hotline, language)
        person.says(text)
        assert current_step(person) != WHERE, text


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_age_under_18_at_the_county_is_kept_and_raises_what_it_raises_elsewhere(
    sqlite_hotline: HotlineHarness, language: str
) -> None:
    for text in AGES[language]:
        person = sqlite_hotline.person(language)
        place_at(person, reachable_positions()[COUNTY], language=language)
        person.says(text)
        conversation = stored_conversation(person)
        assert "child" in conversation.alarms, text
        assert current_step(person) == ("danger", "tell"), text
        assert "county" not in frames(person)[-2].answers, text
        assert text in conversation.position.extra_texts


def test_an_age_fills_the_question_for_it_only_where_that_was_skipped(
    sqlite_hotline: HotlineHarness,
) -> None:
    for given, known in ((None, "under"), ("adult", "adult")):
        person = sqlite_hotline.person()
        position = reachable_positions()[COUNTY]
        position.frames[-1].answers["under_18"] = given
        place_at(person, position)
        person.says("17 years old")
        assert frames(person)[0].answers["under_18"] == known


def test_an_adult_age_at_the_county_is_a_note_and_the_county_is_asked_again(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[COUNTY])
    asked = person.says("45")
    assert current_step(person) == COUNTY
    assert len(asked) == 1
    assert "45" in stored_conversation(person).position.extra_texts
    assert "child" not in stored_conversation(person).alarms


def test_a_county_can_be_chosen_by_its_number(sqlite_hotline: HotlineHarness) -> None:
    person = sqlite_hotline.person()
    place_at(person, reachable_positions()[COUNTY])
    person.says("17")
    assert current_step(person) != COUNTY
    assert "child" not in stored_conversation(person).alarms


@pytest.mark.parametrize(
    "text", ["民國98年生", "98年次", "平成21年生まれです", "lahir 2009", "เกิดปี 2552"]
)
def test_a_year_of_birth_is_no_place(sqlite_hotline: HotlineHarness, text: str) -> None:
    person = asked_where(sqlite_hotline, "en")
    person.says(text)
    assert current_step(person) == WHERE
    other = sqlite_hotline.person()
    place_at(other, reachable_positions()[COUNTY])
    other.says(text)
    assert "child" in stored_conversation(other).alarms


@pytest.mark.parametrize("text", ["民國路98號", "民權路2009號", "H21"])
def test_a_street_with_such_a_number_is_a_place(sqlite_hotline: HotlineHarness, text: str) -> None:
    person = asked_where(sqlite_hotline, "en")
    person.says(text)
    assert current_step(person) != WHERE
