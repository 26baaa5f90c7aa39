"""Numbers as people write them: in the digits of any script, in Chinese numerals, on keycaps."""

from __future__ import annotations

import re

from bot.text import fold

CHINESE = {numeral: value for value, numeral in enumerate("〇一二三四五六七八九十")} | {
    "零": 0,
    "两": 2,
    "兩": 2,
}
TEN = 10
AROUND = " \t\r\n.,:;()[]#、。，．：）（"  # noqa: RUF001 - punctuation as it is typed in Chinese
KEYCAP = dict.fromkeys((0xFE0F, 0x20E3))
LONGEST = 12
"""More digits than this are a phone number or a passport, not a count."""


def read_number(words: str) -> int | None:
    """Return the number when the words are one number and nothing else."""
    bare = fold(words.translate(KEYCAP)).strip(AROUND)
    if not bare or len(bare) > LONGEST:
        return None
    if bare.isdecimal():
        return int(bare)
    return _chinese(bare)


def read_numbers(words: str) -> tuple[int, ...]:
    """Return every number when the words are numbers and nothing else, else none."""
    parts = [part for part in re.split(r"[\s,;、，/+&]+", words.strip()) if part]  # noqa: RUF001 - as above
    numbers = [read_number(part) for part in parts]
    return () if None in numbers else tuple(n for n in numbers if n is not None)


def plain_digits(words: str) -> str:
    """Return the words with the digits of every script as 0 to 9."""
    return "".join(str(int(char)) if char.isdecimal() else char for char in words)


def _chinese(numeral: str) -> int | None:
    """Return the value of 一 to 九十九."""
    tens, ten, ones = numeral.partition("十")
    if not ten:
        return CHINESE.get(numeral)
    high = CHINESE.get(tens) if tens else 1
    low = CHINESE.get(ones) if ones else 0
    if high is None or low is None or high >= TEN or low >= TEN:
        return None
    return high * TEN + low
