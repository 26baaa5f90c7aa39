"""Response times: how soon a caseworker must answer, by priority."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

RESPONSE_MINUTES = (2, 15, 4 * 60, 24 * 60, 72 * 60)
"""Minutes to the first answer, by priority (`taiwan.md` 7.3), unless the deployment sets others."""


def response_time(minutes: Sequence[int], priority: int) -> int:
    """Return how long a case of this priority may wait, microseconds."""
    return minutes[priority] * MINUTE


def due_at(minutes: Sequence[int], priority: int, since: int) -> int:
    """Return the moment a reply is due."""
    return since + response_time(minutes, priority)


def earlier_due(minutes: Sequence[int], priority: int, now: int, due: int | None) -> int:
    """Return when a reply is due after the person wrote or the priority rose, never after `due`.

    `due` is None while the hotline waits for the person; then the time starts again.
    """
    restarted = due_at(minutes, priority, now)
    return restarted if due is None else min(due, restarted)
