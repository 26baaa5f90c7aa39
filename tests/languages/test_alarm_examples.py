"""Phrases that mean danger are found in any language and spelling; ordinary texts are not."""

from __future__ import annotations

import pytest

from bot.languages.alarms.find import find_alarms


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("I want to kill myself", "self_harm"),
        ("He\u2019s  coming!!", "danger_now"),
        ("they LOCKED ME in the room", "held"),
        ("my boss raped me", "sexual_violence"),
        ("saya dikurung di gudang", "held"),
        ("tôi muốn tự tử", "self_harm"),
        ("他們拿刀把我關起來", "weapon"),
        ("他們拿刀把我關起來", "held"),
        ("gusto ko nang mamatay", "self_harm"),
        ("ช่วยด้วยยยย", "danger_now"),
        ("เขาถือมีดอยู่", "weapon"),
        ("ខ្ញុំចង់ស្លាប់ណាស់", "self_harm"),
        ("ជួយ\u200bខ្ញុំ\u200bផង", "danger_now"),
        ("သူ သေနတ် ကိုင်ထားတယ်", "weapon"),
        ("တံခါး သော့ခတ်ထားတယ်", "held"),
        ("ကယ္ပါ အခု", "danger_now"),
        ("他们把我锁起来了", "held"),
        ("誰か助けて", "danger_now"),
    ],
)
def test_an_urgent_text_is_found_however_it_is_typed(text: str, code: str) -> None:
    assert code in find_alarms(text)


@pytest.mark.parametrize(
    "text",
    [
        "I begun work at six and cook dinner",
        "từ từ thôi, tôi kể",
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
def test_an_ordinary_text_raises_nothing(text: str) -> None:
    assert find_alarms(text) == frozenset()
