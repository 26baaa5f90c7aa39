"""What time it is. Everything else is told; tests hold a clock that moves when they say so."""

from __future__ import annotations

import time
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import tzinfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


def start_of_day(moment: int, zone: tzinfo) -> int:
    """Return the moment at which a day began, where that zone is."""
    at = datetime.fromtimestamp(moment // SECOND, zone)
    begun = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return int(begun.timestamp()) * SECOND


class Clock(Protocol):
    """Tells the moment."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for spans."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for spans."""
        return time.monotonic()
