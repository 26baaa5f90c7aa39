"""Numbers and addresses that name a person are left out; amounts, ages and dates are not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.hotline.interpreting.hide import HIDDEN, hide_identifiers
from bot.hotline.interpreting.profiles import Conflicts

HIDES = (
    "0912 345 678", "+84 912-345-678", "02-2388-3095", "(02) 2388 3095", "A123456789",
    "passport C1234567", "AB 1234567", "๐๙๑๒๓๔๕๖๗๘", "linh.nguyen@example.com",
    "https://t.me/linh", "facebook.com/linh.ng", "@linh_ng", "0912345678.",
)  # fmt: skip
KEEPS = (
    "80000 NT a month", "50.000.000 VND", "1,500,000 rupiah", "since 2026-11-28", "2026/1/5",
    "24 years, 3rd floor, 12 people", "Call 110 or 1955", "She said: no. He took it.", "Room 305",
)  # fmt: skip


@pytest.mark.parametrize("text", HIDES)
def test_what_names_a_person_is_left_out(text: str) -> None:
    shown, hidden = hide_identifiers(f"Saya {text} ya")
    assert hidden == 1
    assert HIDDEN in shown
    assert not any(len(it) > 4 for it in "".join(c if c.isdigit() else " " for c in shown).split())


@pytest.mark.parametrize("text", KEEPS)
def test_what_an_interpreter_needs_is_kept(text: str) -> None:
    assert hide_identifiers(text) == (text, 0)


@given(st.text(), st.integers(10**6, 10**15), st.text())
def test_no_long_number_is_left_whatever_stands_around_it(
    before: str, number: int, after: str
) -> None:
    shown, hidden = hide_identifiers(f"{before} {number} {after}")
    assert hidden >= 1
    assert f" {number} " not in shown


@given(st.text(max_size=300))
def test_hiding_twice_hides_nothing_more(text: str) -> None:
    once, _hidden = hide_identifiers(text)
    assert len(once) <= len(text) + 3 * len(text)
    assert hide_identifiers(once)[0].count(HIDDEN) >= once.count(HIDDEN)


def test_a_conflict_is_found_in_any_case_and_width_and_nothing_short_is() -> None:
    written = Conflicts(employers="GOLDEN star\uff0c\u7d05\u96c1", people="Bu Ani, X")
    wide = "\uff47\uff4f\uff4c\uff44\uff45\uff4e Star factory"
    assert written.found_in([wide, "\u7d05\u96c1\u4ef2\u4ecb"]) == ["GOLDEN star", "\u7d05\u96c1"]
    assert written.found_in(["x marks", "nothing"]) == []
    assert Conflicts().is_empty
    assert not written.is_empty
