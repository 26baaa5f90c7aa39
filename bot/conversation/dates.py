"""A day out of what people write, where the words can mean no other day."""

from __future__ import annotations

import re
from datetime import date

from bot.conversation.numerals import plain_digits
from bot.text import fold

BUDDHIST_ERA = 543
REPUBLIC_ERA = 1911
MONTHS = 12
LATEST_COMMON_YEAR = 2300
"""Years above are counted in the Buddhist era, as in Thailand."""

YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?")
YEAR_LAST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4})")
REPUBLIC = re.compile(r"民國\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日?")


def read_day(words: str) -> str | None:
    """Return the day as ISO 8601, or None where there is any doubt.

    `3/4/2026` is March to some readers and April to others: it stays words.
    """
    plain = plain_digits(fold(words))
    if found := YEAR_FIRST.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return _iso(year, month, day)
    if found := REPUBLIC.fullmatch(plain):
        year, month, day = map(int, found.groups())
        return _iso(year + REPUBLIC_ERA, month, day)
    if found := YEAR_LAST.fullmatch(plain):
        first, second, year = map(int, found.groups())
        return _day_or_month_first(first, second, year)
    return None


def _day_or_month_first(first: int, second: int, year: int) -> str | None:
    if first > MONTHS or first == second:
        return _iso(year, second, first)
    return _iso(year, first, second) if second > MONTHS else None


def _iso(year: int, month: int, day: int) -> str | None:
    if year > LATEST_COMMON_YEAR:
        year -= BUDDHIST_ERA
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
