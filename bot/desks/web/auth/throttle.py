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

FREE = 3
"""Wrong guesses that cost nothing: everybody mistypes."""
LONGEST, LONGEST_AT_HOME = 300, 30
"""Seconds, from a browser nobody knows, and from one that is known."""
FORGOTTEN_AFTER = 12 * HOUR
MOST_KNOWN = 20_000
IN_LINE = 8
"""How many from unknown browsers may wait for their turn to be checked; a check takes a second."""
TRY_AGAIN = 10


@dataclass(slots=True)
class _Wrong:
    times: int
    last: int


class Guesses:
    """Wrong guesses so far, and whose turn it is to be checked."""

    def __init__(self) -> None:
        self._wrong: dict[bytes, _Wrong] = {}
        self._turns = {True: asyncio.Lock(), False: asyncio.Lock()}
        self._waiting = 0

    def wait(self, name: str, browser: str, now: int) -> int:
        """Return how many seconds somebody has to wait; 0: they may try."""
        found = self._wrong.get(_key(name, browser))
        if found is None or found.times < FREE:
            return 0
        longest = LONGEST_AT_HOME if browser else LONGEST
        span = min(2 ** (found.times - FREE + 1), longest) * SECOND
        left = found.last + span - now
        return max(0, -(-left // SECOND)) if left <= span else 0

    def was_wrong(self, name: str, browser: str, now: int) -> None:
        """Note a wrong guess."""
        key = _key(name, browser)
        found = self._wrong.pop(key, None)
        if found is None or now - found.last > FORGOTTEN_AFTER:
            found = _Wrong(0, now)
        self._wrong[key] = _Wrong(found.times + 1, now)
        while len(self._wrong) > MOST_KNOWN:
            del self._wrong[next(iter(self._wrong))]

    def was_right(self, name: str, browser: str) -> None:
        """Forget the wrong guesses of a browser whose user has come in."""
        self._wrong.pop(_key(name, browser), None)

    @contextlib.asynccontextmanager
    async def turn(self, *, is_known: bool) -> AsyncIterator[bool]:
        """Wait for one's turn to be checked; give whether it came.

        A check takes a second and much memory, so they come one after the other: browsers that are
        known in a line of their own, all others in one that is never long.
        """
        if not is_known and self._waiting >= IN_LINE:
            yield False
            return
        self._waiting += not is_known
        try:
            async with self._turns[is_known]:
                yield True
        finally:
            self._waiting -= not is_known


def _key(name: str, browser: str) -> bytes:
    return blake2b(f"{name.casefold().strip()[:200]}\0{browser}".encode(), digest_size=16).digest()
