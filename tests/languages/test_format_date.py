"""Dates as people read them, and as documents in Taiwan count them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.conversation.questions.parse_input import parse_day
from bot.languages import LANGUAGES
from bot.languages.format_date import format_day, format_minguo


@pytest.mark.parametrize(
    ("tag", "written"),
    [
        ("id", "4 November"),
        ("vi", "4 tháng 11"),
        ("en", "November 4"),
        ("zh_Hant", "11月4日"),
        ("fil", "Nobyembre 4"),
        ("th", "4 พฤศจิกายน"),
        ("km", "4 វិច្ឆិកា"),
        ("my", "နိုဝင်ဘာ 4"),
        ("zh_Hans", "11月4日"),
        ("ja", "11月4日"),
    ],
)
def test_a_day_is_written_as_its_readers_write_it(tag: str, written: str) -> None:
    assert format_day(tag, 11, 4) == written


@pytest.mark.parametrize("tag", LANGUAGES)
def test_no_two_days_of_a_year_read_alike_and_digits_can_be_dialled(tag: str) -> None:
    days = [date(2000, 1, 1) + timedelta(days=ahead) for ahead in range(366)]
    written = [format_day(tag, day.month, day.day) for day in days]
    assert len(set(written)) == 366
    assert all(sign in "0123456789" for each in written for sign in each if sign.isdecimal())


@pytest.mark.parametrize(
    ("day", "written"),
    [
        (date(2026, 11, 24), "民國 115 年 11 月 24 日"),
        (date(2023, 12, 28), "民國 112 年 12 月 28 日"),
        (date(1912, 1, 1), "民國 1 年 1 月 1 日"),
        (date(1911, 12, 31), "民國前 1 年 12 月 31 日"),
        (date(1900, 2, 28), "民國前 12 年 2 月 28 日"),
    ],
)
def test_papers_of_taiwan_count_from_the_republic(day: date, written: str) -> None:
    assert format_minguo(day) == written


@given(some.dates(date(1921, 1, 1), date(2300, 12, 31)))
def test_a_day_of_a_paper_is_read_back_as_it_was(day: date) -> None:
    """Years of two and three digits, as people write them."""
    assert parse_day(format_minguo(day).replace(" ", "")) == day.isoformat()
