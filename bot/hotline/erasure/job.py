"""The job that erases cases whose erasure request is due.

A request that a caseworker or the person has confirmed is due at once. One that is due because it
was not confirmed within seven days waits until the clock can be trusted, as all expiry does.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import UnderLegalHoldError
from bot.hotline.erasure.requests import ErasureRequests
from bot.log import log
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason, Erasures
from bot.vault.erasure.retention import Retention

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store import Database, Work

POLL_SECONDS = 5.0


class ErasureJob:
    """Erases the cases of erasure requests."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def run(self, database: Database, clock: Clock) -> None:
        """Erase what is due every few seconds, until cancelled."""
        while True:
            await self.run_once(database, clock.now())
            await asyncio.sleep(POLL_SECONDS)

    async def run_once(self, database: Database, now: int) -> int:
        """Erase what is due; return the number of erased cases."""
        due = await database.writer.run(lambda work: self._due(work, now))
        erased = 0
        for case, by in due:
            try:
                why = ErasureReason.WITHDRAWN
                result = await self._erasures.erase(database, case, why, by or SYSTEM, now)
            except UnderLegalHoldError:
                continue  # placed a moment ago
            erased += result is not None
        if erased:
            log.info("erasure_requests_done", count=erased)
        return erased

    @staticmethod
    def _due(work: Work, now: int) -> list[tuple[str, str]]:
        clock = Retention.load_clock_status(work)
        is_trusted = clock is not None and clock.is_trusted
        return [(case, by) for case, by in ErasureRequests.due(work, now) if by or is_trusted]
