from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.conversation.questions.parse_input import parse_day, parse_number, parse_numbers


@given(st.integers(0, 10**11))
def test_every_number_is_read_back_in_every_script(number: int) -> None:
    for zero in "0\u17e0\u1040\uff10\u0e50\u0966\u09e6\u06f0":
        written = "".join(chr(ord(zero) + int(digit)) for digit in str(number))
        assert parse_number(written) == number


def test_chinese_numerals_are_read_to_ninety_nine() -> None:
    ones = "零一二三四五六七八九"
    for number in range(1, 100):
        tens, one = divmod(number, 10)
        written = (ones[tens] if tens > 1 else "") + ("十" if tens else "")
        assert parse_number(written + (ones[one] if one else "")) == number


@given(st.text())
def test_reading_numbers_and_days_never_fails(words: str) -> None:
    parse_number(words)
    parse_numbers(words)
    parse_day(words)


@pytest.mark.parametrize(
    "words", ["", " ", "one", "3 4", "1.5", "½", "十十", "三四", "0912345678901"]
)
def test_what_is_no_number_is_none(words: str) -> None:
    assert parse_number(words) is None


def test_numbers_and_nothing_else() -> None:
    assert parse_numbers("1 2,3、四") == (1, 2, 3, 4)
    assert parse_numbers("1 and 2") == ()
    assert parse_numbers("") == ()


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("2026-11-24", "2026-11-24"),
        ("2026/1/5", "2026-01-05"),
        ("2026年11月24日", "2026-11-24"),
        ("24/11/2026", "2026-11-24"),
        ("11/24/2026", "2026-11-24"),
        ("5.5.2026", "2026-05-05"),
        ("24/11/2569", "2026-11-24"),
        ("๒๔/๑๑/๒๕๖๙", "2026-11-24"),
        ("民國115年11月24日", "2026-11-24"),
        ("3/4/2026", None),
        ("24/11", None),
        ("31/02/2026", None),
        ("2026-13-45", None),
        ("0000-01-01", None),
        ("yesterday", None),
    ],
)
def test_a_day_is_read_only_where_the_words_can_mean_no_other(words: str, day: str | None) -> None:
    assert parse_day(words) == day
