"""Numbers and dates as people write them, in any script and calendar."""

from __future__ import annotations

import re
from datetime import date

from bot.text import fold

CHINESE = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九十")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
}
TEN = 10
# The escapes are Chinese punctuation: 、 and fullwidth comma, stop, colon and parentheses.
SURROUNDING_PUNCTUATION = " \t\r\n.,:;()[]#\u3001\u3002\uff0c\uff0e\uff1a\uff09\uff08"
SEPARATORS = re.compile("[\\s,;\u3001\uff0c/+&]+")
KEYCAP = dict.fromkeys((0xFE0F, 0x20E3))
MAX_DIGITS = 12
"""A longer number is a phone number or a passport, not a count."""


def parse_number(text: str) -> int | None:
    """Return the number if the text is one number and nothing else."""
    bare = fold(text.translate(KEYCAP)).strip(SURROUNDING_PUNCTUATION)
    if not bare or len(bare) > MAX_DIGITS:
        return None
    if bare.isdecimal():
        return int(bare)
    return _parse_chinese(bare)


def parse_numbers(text: str) -> tuple[int, ...]:
    """Return all numbers if the text is numbers and nothing else; else an empty tuple."""
    numbers = [parse_number(part) for part in SEPARATORS.split(text.strip()) if part]
    return () if None in numbers else tuple(n for n in numbers if n is not None)


def plain_digits(text: str) -> str:
    """Return the text with the digits of every script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in text)


def _parse_chinese(numeral: str) -> int | None:
    """Return the value of 一 to 九十九."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return CHINESE.get(numeral)
    high = CHINESE.get(tens) if tens else 1
    low = CHINESE.get(ones) if ones else 0
    if high is None or low is None or high >= TEN or low >= TEN:
        return None
    return high * TEN + low


BUDDHIST_ERA = 543
MINGUO_OFFSET = 1911
MONTHS = 12
LATEST_COMMON_YEAR = 2300
"""Later years are of the Buddhist era, as in Thailand."""

YEAR_FIRST = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})日?")
YEAR_LAST = re.compile(r"(\d{1,2})\s?[-/.]\s?(\d{1,2})\s?[-/.]\s?(\d{4})")
MINGUO = re.compile(r"民國\s?(\d{2,3})\s?年\s?(\d{1,2})\s?月\s?(\d{1,2})\s?日?")


def parse_day(text: str) -> str | None:
    """Return the day as ISO 8601, or None if it is ambiguous.

    `3/4/2026` is March to some readers and April to others, so it stays text.
    """
    plain = plain_digits(fold(text))
    if match := YEAR_FIRST.fullmatch(plain):
        year, month, day = map(int, match.groups())
        return _iso(year, month, day)
    if match := MINGUO.fullmatch(plain):
        year, month, day = map(int, match.groups())
        return _iso(year + MINGUO_OFFSET, month, day)
    if match := YEAR_LAST.fullmatch(plain):
        first, second, year = map(int, match.groups())
        if first > MONTHS or first == second:
            return _iso(year, second, first)
        return _iso(year, first, second) if second > MONTHS else None
    return None


def _iso(year: int, month: int, day: int) -> str | None:
    if year > LATEST_COMMON_YEAR:
        year -= BUDDHIST_ERA
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None
