"""Who writes that they are almost 18 is not taken for an adult, in any language."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.languages import LANGUAGES
from bot.languages.answer_model import LIKELY, load_answer_model
from bot.languages.typed.typed_answers import match_label
from tests.support.dispatch_inspection import (
    frames,
    place_at,
    reachable_positions,
    stored_conversation,
)

if TYPE_CHECKING:
    from tests.support.harnesses.hotline_harness import HotlineHarness

ALMOST = {
    "id": ["hampir 18", "hampir 18 tahun", "bulan depan 18", "mau 18", "18 tahun bulan depan"],
    "vi": ["sắp 18", "gần 18", "gan 18 tuoi", "tháng sau em 18", "sap 18 tuoi"],
    "en": ["almost 18", "i turn 18 next month", "18 in june", "soon eighteen", "not quite 18"],
    "zh_Hant": ["快18了", "下個月滿18", "快要十八歲", "明年18"],
    "fil": ["malapit na 18", "mag 18 pa lang", "mag eighteen na next month", "halos 18"],
    "th": ["ใกล้ 18", "เกือบ 18", "จะ 18 เดือนหน้า", "อีกสองเดือน 18"],
    "km": ["ជិត ១៨", "មិនទាន់ ១៨", "ក្រោម ១៨", "ខែក្រោយ ១៨"],
    "my": ["၁၈ ပြည့်တော့မယ်", "၁၈ နီးပြီ", "၁၈ မပြည့်သေးဘူး"],
    "zh_Hans": ["快18了", "下个月18", "还差一个月18"],
    "ja": ["もうすぐ18", "まだ18じゃない", "来月18になる", "あと少しで18"],
}
REACHED = {
    "id": ["18", "saya 18 tahun", "18 kak", "delapan belas", "23 thn asal malang"],
    "vi": ["em 18 tuổi ạ", "18 rồi", "mười tám tuổi", "22 ở đồng nai"],
    "en": ["i am 18", "18yo", "20 y/o", "eighteen", "already 18", "25 from manila"],
    "zh_Hant": ["我18歲", "滿18了", "十八歲"],
    "fil": ["18 na po ako", "20 years old po", "disi otso"],
    "th": ["อายุ 18 ค่ะ", "18 ปีแล้ว", "สิบแปด"],
    "km": ["អាយុ ១៨", "១៩ ឆ្នាំ"],
    "my": ["၁၈ နှစ်", "အသက် ၁၉ နှစ်ပါ"],
    "zh_Hans": ["18了", "我十八岁"],
    "ja": ["18歳です", "十九歳"],
}
BIRTHS = {
    "under": [
        "民國98年", "民國98年生", "98年次", "我98年次的", "平成21年", "平成21年生まれです", "H21",
        "H22",
        "平成22年", "เกิดปี 2552", "lahir 2009", "ipinanganak 2010", "born 2009", "sinh năm 2009",
    ],
    "adult": ["民國80年", "80年次", "昭和60年", "H10", "เกิดปี 2540", "born 2001", "sinh năm 1999"],
    "": ["98", "98年", "98年生", "民國97年", "H20", "born 2008", "เกิดปี 2551", "10年"],
}  # fmt: skip
"""Years of birth in 2026, by the answer; none where an age cannot be told, or is almost 18."""
UNDER, ADULT = "Under 18", "Age 18 or over"
AGES = (UNDER, ADULT)
QUESTION = ("report", "under_18")


@pytest.mark.parametrize("chosen", LANGUAGES)
def test_almost_18_is_no_adult_whatever_language_was_chosen(chosen: str) -> None:
    typed = [it for texts in ALMOST.values() for it in texts]
    taken = [it for it in typed if match_label(it, AGES, chosen) == ADULT]
    assert taken == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_an_age_that_is_reached_is_understood(tag: str) -> None:
    assert [it for it in REACHED[tag] if match_label(it, AGES, tag) != ADULT] == []


@pytest.mark.parametrize("tag", LANGUAGES)
def test_the_bot_takes_nobody_for_an_adult_who_is_almost_18(
    sqlite_hotline: HotlineHarness, tag: str
) -> None:
    for typed in ALMOST[tag]:
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[QUESTION], language=tag)
        person.says(typed)
        answered = frames(person)[0].answers.get(QUESTION[1])
        kept = stored_conversation(person).position.extra_texts
        assert answered != "adult", typed
        assert answered == "under" or typed in kept, typed


@pytest.mark.parametrize("tag", LANGUAGES)
@pytest.mark.parametrize("answer", BIRTHS)
def test_a_year_of_birth_answers_where_it_says_who_is_under_18(
    sqlite_hotline: HotlineHarness, tag: str, answer: str
) -> None:
    for typed in BIRTHS[answer]:
        person = sqlite_hotline.person(tag)
        place_at(person, reachable_positions()[QUESTION], language=tag)
        person.says(typed)
        assert frames(person)[0].answers.get(QUESTION[1], "") == answer, typed


def test_a_year_of_birth_under_18_that_was_not_asked_for_offers_a_caseworker(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    person.says("i was born in 2010")
    assert frames(person)[-1].flow == "danger"


@pytest.mark.parametrize(
    ("tag", "typed"),
    [
        ("en", "i am 16 years old"),
        ("fil", "17 lang po ako"),
        ("zh_Hant", "我16歲"),
        ("id", "umur saya 16"),
    ],
)
def test_an_age_under_18_answers_the_question_for_it_and_nothing_interrupts(
    sqlite_hotline: HotlineHarness, tag: str, typed: str
) -> None:
    person = sqlite_hotline.person(tag)
    place_at(person, reachable_positions()[QUESTION], language=tag)
    person.says(typed)
    assert frames(person)[0].answers.get(QUESTION[1]) == "under"
    assert frames(person)[-1].flow == QUESTION[0]
    assert stored_conversation(person).alarms == ["child"]


def test_an_age_under_18_that_was_not_asked_for_offers_a_caseworker(
    sqlite_hotline: HotlineHarness,
) -> None:
    person = sqlite_hotline.person()
    person.says("i am 16 years old")
    assert frames(person)[-1].flow == "danger"
    person.presses("Tell them now")
    (reasons,) = sqlite_hotline.ask("SELECT count(*) FROM cases")[0]
    assert reasons == 1


def test_the_learnt_examples_alone_would_take_some_for_adults() -> None:
    """The control: a number is never guessed at."""
    guessed = [
        likely
        for texts in ALMOST.values()
        for it in texts
        if (likely := load_answer_model().most_likely(it, AGES)) and likely.probability >= LIKELY
    ]
    assert any(it.label == ADULT for it in guessed)
