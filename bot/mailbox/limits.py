"""How fast we may speak: to everybody together, to one person, to one group."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What the channel allows. Telegram does not publish its limits; these are the known ones."""

    everybody_per_second: float = 30.0
    person_per_second: float = 1.0
    person_burst: float = 6.0
    """Letters at once after a rest: a short burst is tolerated."""
    group_per_second: float = 20.0 / 60.0
    group_burst: float = 20.0
    in_flight: int = 32


UNLIMITED = Limits(1e9, 1e9, 1e9, 1e9, 1e9, in_flight=64)
"""For the stand-in on this machine."""


class Bucket:
    """Tokens that grow back with time; every letter takes one."""

    __slots__ = ("_at", "_full", "_left", "_rate")

    def __init__(self, rate: float, full: float, at: float) -> None:
        self._rate = rate
        self._full = full
        self._left = full
        self._at = at

    def wait(self, now: float) -> float:
        """Return the seconds until a token is there; 0 when one is."""
        self._left = min(self._full, self._left + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._left >= 1.0 else (1.0 - self._left) / self._rate

    def take(self) -> None:
        """Take a token."""
        self._left -= 1.0

    def is_full(self, now: float) -> bool:
        """Tell whether nothing was taken for so long that the bucket can be forgotten."""
        return self._left + (now - self._at) * self._rate >= self._full
