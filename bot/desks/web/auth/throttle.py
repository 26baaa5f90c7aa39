"""Queues of password checks, one of each process: what they save is its processor and memory.

How often someone guessed wrong is counted for all processes together (`wrong_guesses`).
"""

from __future__ import annotations

import asyncio
import contextlib
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

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
    """Queues the password checks of one process."""

    def __init__(self) -> None:
        self._locks = {line: asyncio.Lock() for line in Line}
        self._waiting = dict.fromkeys(Line, 0)

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
