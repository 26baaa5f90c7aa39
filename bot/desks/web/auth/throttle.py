"""Throttle of sign-in attempts.

Wrong attempts are counted by name for unknown browsers, and separately for each browser that has
signed in before: an attack on a colleague's password does not slow down that colleague. No account
is ever locked; the longest wait is five minutes. Counts are kept in memory only.
"""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.clock import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FREE_GUESSES = 3  # wrong attempts without a wait: everyone mistypes
MAX_WAIT, MAX_WAIT_KNOWN_BROWSER = 300, 30
"""Seconds, for an unknown and for a known browser."""
EXPIRES_AFTER = 12 * HOUR
MAX_ENTRIES = 20_000
MAX_WAITING = 8
"""Requests of one line that may queue for a password check of about a second."""
RETRY_SECONDS = 10


class Line(StrEnum):
    """Who queues together for a password check."""

    KNOWN = "known"
    """Browsers that signed in before: their line has no end."""
    UNKNOWN = "unknown"
    """All others: anyone on the network."""
    INVITED = "invited"
    """Holders of an invitation link, whom strangers who guess must not keep out."""


class LoginThrottle:
    """Counts wrong attempts, and queues password checks."""

    def __init__(self) -> None:
        self._wrong: dict[bytes, tuple[int, int]] = {}
        """Number of wrong attempts, and the moment of the last."""
        self._locks = {line: asyncio.Lock() for line in Line}
        self._waiting = dict.fromkeys(Line, 0)

    def seconds_to_wait(self, name: str, browser: str, now: int) -> int:
        """Return the seconds until the next attempt is allowed; 0 for now."""
        count, last_at = self._wrong.get(_key(name, browser), (0, 0))
        if count < FREE_GUESSES:
            return 0
        longest = MAX_WAIT_KNOWN_BROWSER if browser else MAX_WAIT
        span = min(2 ** (count - FREE_GUESSES + 1), longest) * SECOND
        left = last_at + span - now
        return max(0, -(-left // SECOND)) if left <= span else 0

    def record_failure(self, name: str, browser: str, now: int) -> None:
        """Count a wrong attempt."""
        key = _key(name, browser)
        count, last_at = self._wrong.pop(key, (0, now))
        self._wrong[key] = (count + 1 if now - last_at <= EXPIRES_AFTER else 1, now)
        while len(self._wrong) > MAX_ENTRIES:
            del self._wrong[next(iter(self._wrong))]

    def record_success(self, name: str, browser: str) -> None:
        """Reset the count of a name and browser."""
        self._wrong.pop(_key(name, browser), None)

    @contextlib.asynccontextmanager
    async def check_slot(self, line: Line) -> AsyncIterator[bool]:
        """Wait for a turn to check a password; yield whether there is one.

        A check takes a second and much memory, so one of each line runs at a time. The lines of
        unknown browsers and of invitations are short.
        """
        if line is not Line.KNOWN and self._waiting[line] >= MAX_WAITING:
            yield False
            return
        self._waiting[line] += 1
        try:
            async with self._locks[line]:
                yield True
        finally:
            self._waiting[line] -= 1


def _key(name: str, browser: str) -> bytes:
    return blake2b(f"{name.casefold().strip()[:200]}\0{browser}".encode(), digest_size=16).digest()
