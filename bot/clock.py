"""The current time, as a dependency: tests pass a clock they move themselves."""

from __future__ import annotations

import ctypes
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from uuid import UUID

if TYPE_CHECKING:
    from datetime import tzinfo
from datetime import tzinfo

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
"""Where Linux tells one start of the machine from another."""
_TIMEX_SIZE = 512
"""Bytes, more than `struct timex` has anywhere."""
_TIME_ERROR = 5
"""From sys/timex.h: the clock is not synchronised."""


def to_utc(moment: int) -> datetime:
    """Return a stored moment as a datetime in UTC."""
    return datetime.fromtimestamp(moment / SECOND, UTC)


def start_of_day(moment: int, zone: tzinfo) -> int:
    """Return when the day of a moment began in that zone, both in microseconds since 1970, UTC."""
    at = datetime.fromtimestamp(moment // SECOND, zone)
    begun = at.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return int(begun.timestamp()) * SECOND


class Clock(Protocol):
    """A source of the current time."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""

    def monotonic(self) -> float:
        """Return seconds that never go back, to measure durations."""


class SystemClock:
    """The clock of this machine."""

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return time.time_ns() // 1000

    def monotonic(self) -> float:
        """Return seconds that never go back, to measure durations."""
        return time.monotonic()


def boot_number() -> int:
    """Return a number of this start of this machine; 0 where the system has none."""
    try:
        boot = UUID(BOOT_ID.read_text(encoding="ascii").strip())
    except (OSError, ValueError):
        return 0
    return boot.int >> 65  # fits a signed column of eight bytes


def is_clock_synchronised() -> bool | None:
    """Tell whether the kernel says that a time service keeps the clock; None: it does not say."""
    if sys.platform != "linux":
        return None
    # The state is asked for and nothing is set: the first member, `modes`, is 0.
    state = ctypes.CDLL(None).adjtimex(ctypes.byref(ctypes.create_string_buffer(_TIMEX_SIZE)))
    return None if state < 0 else bool(state != _TIME_ERROR)


class ShiftedClock:
    """Another clock's time plus all jumps so far: in the sandbox time can jump forward."""

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = 0

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return self._base.now() + self._shift

    def monotonic(self) -> float:
        """Return seconds that never go back, to measure durations."""
        return self._base.monotonic() + self._shift / SECOND

    def seconds(self) -> int:
        """Return whole seconds since 1970, as in every `date` of the Bot API."""
        return self.now() // SECOND

    def jump(self, seconds: float) -> None:
        """Move time forward by some seconds."""
        self._shift += int(seconds * SECOND)
