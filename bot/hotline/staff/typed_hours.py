"""Opening hours as staff type them: `9-18`, `09:00-12:00, 13:00-18:00`, `24h`, `closed`.

Full-width characters, and every dash and tilde that stands for "until", are understood. A span that
ends before it begins passes midnight; one that would then last longer than a night is refused,
because it was more probably typed the wrong way round.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from itertools import pairwise

from bot.hotline.staff.opening_hours import DAY_MINUTES, Span, Spans

MAX_LENGTH = 80
MAX_SPANS = 6
MAX_NIGHT = 16 * 60
"""Minutes: the longest span that may pass midnight."""
NOON = 12

_CLOSED = frozenset(
    {"", "-", "closed", "off", "none", "休", "休息", "休假", "關", "關閉", "不開放"}
)
_WHOLE_DAY = frozenset(
    {"24h", "24 h", "24 hours", "all day", "whole day", "全天", "整天", "24小時"}
)
_SEPARATOR = re.compile(r"[,;、/\n]|\band\b|\s和\s")
_DASHES = "\u2010-\u2015\u2212~\u301c\u223c-"
"""Hyphens, dashes, the minus sign and tildes, as left by NFKC."""
_UNTIL = re.compile(rf"\s*(?:[{_DASHES}]|\bto\b|\buntil\b|到|至)\s*")
_WAIT = re.compile(r"(\d{1,5})\s*(?:個)?\s*(\D*)")
_WAIT_UNITS = {
    "": 1, "m": 1, "min": 1, "mins": 1, "minute": 1, "minutes": 1, "分": 1, "分鐘": 1,
    "h": 60, "hr": 60, "hour": 60, "hours": 60, "小時": 60, "鐘頭": 60,
    "d": DAY_MINUTES, "day": DAY_MINUTES, "days": DAY_MINUTES, "天": DAY_MINUTES, "日": DAY_MINUTES,
}  # fmt: skip
_CLOCK = re.compile(r"(\d{1,2})(?::?([0-5]\d)|[點点時时](半|[0-5]?\d分?)?)?\s*(am|pm)?")


class HoursFault(StrEnum):
    """What is wrong with typed hours."""

    NONSENSE = "nonsense"
    BACKWARDS = "backwards"
    """It ends before it begins, and would be too long for a night."""
    OVERLAP = "overlap"
    TOO_MANY = "too_many"


def parse_typed_hours(text: str) -> Spans | HoursFault:
    """Return the spans of one day, in order, or what is wrong; empty for a day that is closed."""
    typed = unicodedata.normalize("NFKC", text).strip().lower()
    if typed in _CLOSED:
        return ()
    if typed in _WHOLE_DAY:
        return (Span(0, DAY_MINUTES),)
    parts = [it.strip() for it in _SEPARATOR.split(typed) if it.strip()]
    if len(typed) > MAX_LENGTH or len(parts) > MAX_SPANS:
        return HoursFault.TOO_MANY
    parsed = [_parse_span(it) for it in parts]
    spans = sorted(it for it in parsed if isinstance(it, Span))
    faults = [it for it in parsed if isinstance(it, HoursFault)]
    if faults or not spans:
        return faults[0] if faults else HoursFault.NONSENSE
    if any(one.ends > other.begins for one, other in pairwise(spans)):
        return HoursFault.OVERLAP
    return tuple(_joined(spans))


def parse_typed_minutes(text: str) -> int | None:
    """Return the minutes of a time to wait: `15`, `4 h`, `3 days`, `4小時`; None for none."""
    found = _WAIT.fullmatch(unicodedata.normalize("NFKC", text).strip().lower())
    unit = _WAIT_UNITS.get(found[2]) if found else None
    return int(found[1]) * unit if found and unit else None


def _parse_span(typed: str) -> Span | HoursFault:
    ends = _UNTIL.split(typed)
    if len(ends) != 2:  # noqa: PLR2004 - from, until
        return HoursFault.NONSENSE
    begins, until = (_minutes(it) for it in ends)
    if begins is None or until is None or begins == DAY_MINUTES:
        return HoursFault.NONSENSE
    if until > begins:
        return Span(begins, until)
    night = Span(begins, until + DAY_MINUTES)
    is_whole_day = begins == until == 0
    if is_whole_day or night.ends - night.begins <= MAX_NIGHT:
        return night
    return HoursFault.BACKWARDS


def _minutes(typed: str) -> int | None:
    """Return the minutes since midnight; None for what is no time of day."""
    found = _CLOCK.fullmatch(typed)
    if found is None:
        return None
    hour, minute, chinese, half = int(found[1]), int(found[2] or 0), found[3] or "", found[4]
    if chinese:
        minute = 30 if chinese == "半" else int(chinese.removesuffix("分"))
    if half and not 1 <= hour <= NOON:
        return None
    if half:
        hour = hour % NOON + (NOON if half == "pm" else 0)
    minutes = hour * 60 + minute
    return minutes if minutes <= DAY_MINUTES else None


def _joined(spans: list[Span]) -> list[Span]:
    """Return spans with those in one that follow each other without a pause."""
    found: list[Span] = []
    for span in spans:
        if found and found[-1].ends == span.begins:
            found[-1] = Span(found[-1].begins, span.ends)
        else:
            found.append(span)
    return found
