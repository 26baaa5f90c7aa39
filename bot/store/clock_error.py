"""How wrong this machine's clock is, as the bot measured it last by its channel's clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import MINUTE
from bot.store.statements import select_one, upsert
from bot.store.tables.main import rounds

if TYPE_CHECKING:
    from bot.store.writer import Work

MEASUREMENT_LIFETIME = 5 * MINUTE
"""How long a measurement counts: the bot may have ended, or the clock may have been set since."""
_ROW = "clock_error"
_STORE = upsert(rounds, "name", "ran_at", "steady_since", key="name")
_LOAD = select_one(rounds, "ran_at", "steady_since", by="name")


def record_clock_error(work: Work, error: int, now: int) -> None:
    """Store by how much the clock is ahead, microseconds; 0 while it is right."""
    work.run(_STORE, _ROW, error, now)


def load_clock_error(work: Work, now: int) -> int:
    """Return by how much the clock is ahead, microseconds; 0 if it is right, or not measured."""
    for error, measured_at in work.rows(_LOAD, _ROW):
        if abs(now - measured_at) <= MEASUREMENT_LIFETIME:
            return int(error)
    return 0
