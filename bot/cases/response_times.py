"""How soon the first human answer is promised, by urgency: minutes as data, and nothing of now."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

RESPONSE_MINUTES = (2, 15, 4 * 60, 24 * 60, 72 * 60)
"""Minutes to the first answer, by priority (`taiwan.md` 7.3): what holds when nobody set others."""


def response_time(minutes: Sequence[int], priority: int) -> int:
    """Return how long a case of this priority may wait, in microseconds."""
    return minutes[priority] * MINUTE


def due_at(minutes: Sequence[int], priority: int, since: int) -> int:
    """Return the moment an answer is promised for."""
    return since + response_time(minutes, priority)


def earlier_due(minutes: Sequence[int], priority: int, now: int, due: int | None) -> int:
    """Return what becomes of a promise when the person writes or a case is raised: never later.

    A clock that stood still, because it was the person who was waited for, starts anew.
    """
    anew = due_at(minutes, priority, now)
    return anew if due is None else min(due, anew)
