"""Phrases that mean danger are found in any language; harmless texts are not."""

from __future__ import annotations

import pytest

from bot.languages import LANGUAGES
from flows.alarms import SPACED_PHRASES, UNSPACED_PHRASES, find_alarms


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("I want to kill myself", "suicide"),
        ("He\u2019s  coming!!", "coming"),
        ("they LOCKED ME in the room", "locked"),
        ("saya dikurung di gudang", "locked"),
        ("tôi muốn tự tử", "suicide"),
        ("ho dang den", "coming"),
        ("他們拿刀把我關起來", "violence"),
        ("他們拿刀把我關起來", "locked"),
        ("gusto ko nang mamatay", "suicide"),
        ("ช่วยด้วยยยย", "help_now"),
        ("เขาถือมีดอยู่", "violence"),
        ("ខ្ញុំចង់ស្លាប់ណាស់", "suicide"),
        ("ជួយ\u200bខ្ញុំ\u200bផង", "help_now"),
        ("သူ သေနတ် ကိုင်ထားတယ်", "violence"),
        ("တံခါး သော့ခတ်ထားတယ်", "locked"),
        ("ကယ္ပါ အခု", "help_now"),
        ("他们把我锁起来了", "locked"),
        ("誰か助けて", "help_now"),
    ],
)
def test_a_cry_is_heard_however_it_is_typed(words: str, code: str) -> None:
    assert code in find_alarms(words)


@pytest.mark.parametrize(
    "words",
    [
        "I begun work at six and cook dinner",
        "từ từ thôi, tôi kể",
        "tài khoản của tôi bị khóa",
        "tolong, saya mau tanya soal gaji",
        "มีดีอะไรบ้าง",
        "我的薪水沒拿到",
        "Walang bayad ang overtime ko",
        "កាំបិតនៅក្នុងផ្ទះបាយ",
        "ဖုန်း ပိတ်ထားတယ်",
        "我想问问工资的事",
        "電話に出られないときがあります",
        "",
    ],
)
def test_harmless_talk_raises_nothing(words: str) -> None:
    assert find_alarms(words) == frozenset()


def test_every_offered_language_has_words_for_every_danger() -> None:
    lists = SPACED_PHRASES | UNSPACED_PHRASES
    assert lists.keys() == LANGUAGES.keys()
    codes = {"suicide", "violence", "coming", "locked", "help_now"}
    for language, words in lists.items():
        assert words.keys() == codes, language
        assert sum(len(found) for found in words.values()) >= 12, language


def test_every_word_of_the_lists_is_heard_as_its_own_code() -> None:
    for words in (SPACED_PHRASES | UNSPACED_PHRASES).values():
        for code, found in words.items():
            for word in found:
                assert code in find_alarms(f"... {word}. ..."), word
