"""Spans and promises in words, as somebody reads them at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web import texts

if TYPE_CHECKING:
    from bot.desks.locale import StaffLocale

MINUTES_PER_HOUR, MINUTES_PER_DAY = 60, 24 * 60


def format_duration(locale: StaffLocale, microseconds: int) -> str:
    """Return a span: `12 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes = max(microseconds, 0) // SECOND // 60
    if minutes < MINUTES_PER_HOUR:
        return locale(texts.MINUTES, n=str(minutes))
    large, small, size = (
        (texts.HOURS, texts.MINUTES, MINUTES_PER_HOUR)
        if minutes < MINUTES_PER_DAY
        else (texts.DAYS, texts.HOURS, MINUTES_PER_DAY)
    )
    longer = locale(large, n=str(minutes // size))
    rest = minutes % size // (1 if size == MINUTES_PER_HOUR else MINUTES_PER_HOUR)
    if not rest:
        return longer
    return locale(texts.TWO_SPANS, longer=longer, shorter=locale(small, n=str(rest)))


def reply_due_text(locale: StaffLocale, due_at: int | None, now: int) -> str:
    """Return how a promise stands."""
    if due_at is None:
        return locale(texts.ANSWERED)
    if due_at >= now:
        return locale(texts.REPLY_DUE_IN, span=format_duration(locale, due_at - now))
    return locale(texts.REPLY_LATE, span=format_duration(locale, now - due_at))


def nearness(due_at: int | None, now: int, allowed: int) -> str:
    """Return how near a promise is, as a class of the stylesheet."""
    if due_at is None:
        return "kept"
    if due_at < now:
        return "late"
    return "soon" if due_at - now < allowed // 3 else "fine"
