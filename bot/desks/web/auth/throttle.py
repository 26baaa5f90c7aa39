"""What a guess costs: time that grows, for whoever guesses and never for a whole desk.

Wrong guesses are counted for each name from browsers nobody knows, and apart from that for each
browser that somebody has signed in with before: whoever guesses a colleague's password makes them
wait nowhere they work. Nobody is ever locked out; the longest wait is five minutes. The counts go
with the process.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from hashlib import blake2b
from typing import TYPE_CHECKING

from bot.clock import HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

FREE_GUESSES = 3
"""Wrong guesses that cost nothing: everybody mistypes."""
MAX_WAIT, MAX_WAIT_KNOWN_BROWSER = 300, 30
"""Seconds, from a browser nobody knows, and from one that is known."""
EXPIRES_AFTER = 12 * HOUR
MAX_ENTRIES = 20_000
MAX_WAITING = 8
"""How many from unknown browsers may wait for their turn to be checked; a check takes a second."""
RETRY_SECONDS = 10


@dataclass(slots=True)
class _WrongGuesses:
    count: int
    last_at: int


class LoginThrottle:
    """Wrong guesses so far, and whose turn it is to be checked."""

    def __init__(self) -> None:
        self._wrong: dict[bytes, _WrongGuesses] = {}
        self._locks = {True: asyncio.Lock(), False: asyncio.Lock()}
        self._waiting = 0

    def seconds_to_wait(self, name: str, browser: str, now: int) -> int:
        """Return how many seconds somebody has to wait; 0: they may try."""
        found = self._wrong.get(_key(name, browser))
        if found is None or found.count < FREE_GUESSES:
            return 0
        longest = MAX_WAIT_KNOWN_BROWSER if browser else MAX_WAIT
        span = min(2 ** (found.count - FREE_GUESSES + 1), longest) * SECOND
        left = found.last_at + span - now
        return max(0, -(-left // SECOND)) if left <= span else 0

    def record_failure(self, name: str, browser: str, now: int) -> None:
        """Note a wrong guess."""
        key = _key(name, browser)
        found = self._wrong.pop(key, None)
        if found is None or now - found.last_at > EXPIRES_AFTER:
            found = _WrongGuesses(0, now)
        self._wrong[key] = _WrongGuesses(found.count + 1, now)
        while len(self._wrong) > MAX_ENTRIES:
            del self._wrong[next(iter(self._wrong))]

    def record_success(self, name: str, browser: str) -> None:
        """Forget the wrong guesses of a browser whose user has come in."""
        self._wrong.pop(_key(name, browser), None)

    @contextlib.asynccontextmanager
    async def check_slot(self, *, is_known: bool) -> AsyncIterator[bool]:
        """Wait for one's turn to be checked; give whether it came.

        A check takes a second and much memory, so they come one after the other: browsers that are
        known in a line of their own, all others in one that is never long.
        """
        if not is_known and self._waiting >= MAX_WAITING:
            yield False
            return
        self._waiting += not is_known
        try:
            async with self._locks[is_known]:
                yield True
        finally:
            self._waiting -= not is_known


def _key(name: str, browser: str) -> bytes:
    return blake2b(f"{name.casefold().strip()[:200]}\0{browser}".encode(), digest_size=16).digest()
