"""A year of birth is understood in place of an age, and no other number is one."""

from __future__ import annotations

import pytest

from bot.languages.birth_years import find_birth_ages, says_born_under_18

THIS_YEAR = 2026
AGES = {
    17: [
        "民國98年", "民國98年生", "98年次", "我98年次的", "民國九十八年", "九八年次", "roc 98",
        "平成21年", "平成21年生まれです", "H21", "h.21", "平成二十一年", "heisei 21",
        "私は平成21年生まれ",
        "เกิดปี 2552", "พ.ศ. 2552", "เกิด ๒๕๕๒", "2552", "born 2009", "i was born in june 2009",
        "born in 09", "born 12/05/2009", "lahir 2009", "saya kelahiran 2009", "lahir 09",
        "ipinanganak 2009", "pinanganak po ako noong 2009", "sinh năm 2009", "sn 2009", "2k9",
        "sinh 09",
        "2009年出生", "我2009年生", "2009", "2009年生まれ", "កើតឆ្នាំ ២០០៩", "၂၀၀၉ ခုနှစ်မွေး",
    ],
    7: ["令和元年", "R1", "令和元年生まれ"],
    18: ["民國97年", "平成20年", "H20", "born 2008", "lahir 2008", "เกิดปี 2551", "2008"],
    25: ["民國90年", "90年次", "born 2001", "平成13年", "H13", "sinh năm 2001", "เกิดปี 2544"],
    41: ["昭和60年", "S60", "born 85", "昭和六十年生まれ", "民國74年次"],
}  # fmt: skip
SEVERAL = ["98年生", "98年的", "10年", "10年生まれ", "00後", "99年出生"]
"""Under 18 in one way to count, and adult in another."""
NO_BIRTH = [
    "98", "21", "21 years old", "i work here since 2019", "i came 2019", "room 2009 please come",
    "小学5年生", "我2019年來台灣", "民國路98號", "born 10 years ago", "เกิดอะไรขึ้น 2558",
]  # fmt: skip
OWN = [
    "i was born in 2009", "help me i was born 2010, boss beats me", "我98年次", "我民國98年次的",
    "saya lahir tahun 2009", "pinanganak ako 2010", "em sinh năm 2009", "หนูเกิดปี 2552",
    "私は平成21年生まれです", "ខ្ញុំកើតឆ្នាំ ២០០៩", "ကျွန်မ ၂၀၀၉ ခုနှစ် မွေးတာ",
]  # fmt: skip
NOT_OWN = [
    "my daughter was born 2015", "我女兒98年次", "ลูกเกิดปี 2558", "kelahiran anak saya 2015",
    "娘は平成21年生まれ", "民國110年來台灣", "i was born in 2001", "我2015年生了孩子", "H21",
    "98年生", "i came in 2009", "平成21年に来ました", "em sinh con năm 2015", "เกิดเหตุปี 2558",
    "the shelter opened in 民國98年", "i was born in 2008",
]  # fmt: skip


@pytest.mark.parametrize("age", AGES)
def test_a_year_of_birth_says_an_age(age: int) -> None:
    assert {it: find_birth_ages(it, THIS_YEAR) for it in AGES[age]} == dict.fromkeys(
        AGES[age], frozenset({age})
    )


@pytest.mark.parametrize("text", SEVERAL)
def test_a_year_that_can_be_counted_in_two_ways_leaves_both_ages(text: str) -> None:
    ages = find_birth_ages(text, THIS_YEAR)
    assert ages is not None
    assert min(ages) < 18 < max(ages)


@pytest.mark.parametrize("text", NO_BIRTH)
def test_another_number_is_no_year_of_birth(text: str) -> None:
    assert not find_birth_ages(text, THIS_YEAR)


def test_a_year_to_come_is_no_age() -> None:
    assert find_birth_ages("民國150年", THIS_YEAR) == frozenset()


def test_the_age_follows_from_the_year_it_is() -> None:
    assert find_birth_ages("H21", 2030) == frozenset({21})


@pytest.mark.parametrize("text", OWN)
def test_a_person_who_says_to_be_born_less_than_18_years_ago_is_under_18(text: str) -> None:
    assert says_born_under_18(text, THIS_YEAR)


@pytest.mark.parametrize("text", NOT_OWN)
def test_the_year_of_another_thing_or_person_says_nothing_of_the_own_age(text: str) -> None:
    assert not says_born_under_18(text, THIS_YEAR)
