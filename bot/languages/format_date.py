"""Dates as each language writes them, with the month as a word to be unambiguous."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel import Locale
from babel.dates import format_date, format_skeleton

MINGUO_OFFSET = 1911
"""The year before year 1 of the Republic of China, by which Taiwan counts."""


@lru_cache(maxsize=1024)
def format_day(language: str, month: int, day: int) -> str:
    """Return a day without a year, e.g. `24 November`, `11月24日`. Digits are 0 to 9."""
    # Any leap year works, since no year is shown.
    return format_skeleton("MMMMd", date(2000, month, day), locale=Locale.parse(language))


@lru_cache(maxsize=1024)
def format_short_day(language: str, month: int, day: int) -> str:
    """Return a day without a year in few letters, e.g. `Nov 24`, `11月24日`."""
    return format_skeleton("MMMd", date(2000, month, day), locale=Locale.parse(language))


@lru_cache(maxsize=1024)
def format_short_date(language: str, day: date) -> str:
    """Return a day with its year in few letters, e.g. `Nov 24, 2026`, `2026年11月24日`."""
    return format_date(day, "medium", locale=Locale.parse(language))


@lru_cache(maxsize=1024)
def format_long_date(language: str, day: date) -> str:
    """Return a day with its month in words and its year, e.g. `November 24, 2026`."""
    return format_date(day, "long", locale=Locale.parse(language))


@lru_cache(maxsize=1024)
def format_full_day(language: str, day: date) -> str:
    """Return a day with weekday and year, e.g. `Tuesday, November 24, 2026`."""
    return format_date(day, "full", locale=Locale.parse(language))


def format_moment(language: str, at: datetime) -> str:
    """Return a weekday, a day and a time, e.g. `Saturday, November 28, 14:00`.

    It never says "today", because it may be read later.
    """
    weekday = format_date(at, "EEEE", locale=Locale.parse(language))
    return f"{weekday}, {format_day(language, at.month, at.day)}, {at:%H:%M}"


def format_minguo(day: date) -> str:
    """Return a date as documents in Taiwan write it: 民國 115 年 11 月 24 日.

    Years before the Republic count backwards without a year 0: 1911 is 民國前 1 年.
    """
    year = day.year - MINGUO_OFFSET
    minguo = f"民國 {year} 年" if year > 0 else f"民國前 {1 - year} 年"
    return f"{minguo} {day.month} 月 {day.day} 日"
