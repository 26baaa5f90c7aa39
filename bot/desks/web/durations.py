"""Spans and promises in words, as somebody reads them at a glance."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web import texts

if TYPE_CHECKING:
    from bot.desks.locale import Tongue

HOUR, DAY = 60, 24 * 60


def span(tongue: Tongue, microseconds: int) -> str:
    """Return a span: `12 min`, `2 h 5 min`, `3 d 4 h`."""
    minutes = max(microseconds, 0) // SECOND // 60
    if minutes < HOUR:
        return tongue(texts.MINUTES, n=str(minutes))
    large, small, size = (
        (texts.HOURS, texts.MINUTES, HOUR) if minutes < DAY else (texts.DAYS, texts.HOURS, DAY)
    )
    longer = tongue(large, n=str(minutes // size))
    rest = minutes % size // (1 if size == HOUR else HOUR)
    if not rest:
        return longer
    return tongue(texts.TWO_SPANS, longer=longer, shorter=tongue(small, n=str(rest)))


def promise(tongue: Tongue, due_at: int | None, now: int) -> str:
    """Return how a promise stands."""
    if due_at is None:
        return tongue(texts.ANSWERED)
    if due_at >= now:
        return tongue(texts.DUE_IN, span=span(tongue, due_at - now))
    return tongue(texts.LATE, span=span(tongue, now - due_at))


def nearness(due_at: int | None, now: int, allowed: int) -> str:
    """Return how near a promise is, as a class of the stylesheet."""
    if due_at is None:
        return "kept"
    if due_at < now:
        return "late"
    return "soon" if due_at - now < allowed // 3 else "fine"
