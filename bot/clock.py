"""What time it is. Everything else is told; tests hold a clock that moves when they say so."""

from __future__ import annotations

import time
from typing import Protocol

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR


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
