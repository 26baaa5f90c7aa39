"""Carry out what people want erased, once it is due: beside the rounds that go by age.

What a caseworker or the person has confirmed goes at once. What goes because nobody could make sure
in seven days goes only while the clock can be believed, like everything that time erases.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import UnderLegalHoldError
from bot.hotline.erasure.requests import ErasureRequests
from bot.log import log
from bot.vault.audit.log import SYSTEM
from bot.vault.erasure.erase import ErasureReason
from bot.vault.erasure.retention import Retention

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.store.database import Database
    from bot.store.writer import Work
    from bot.vault.erasure.erase import Erasures

POLL_SECONDS = 5.0
"""Seconds between two looks."""


class ErasureJob:
    """Erases what people want erased."""

    def __init__(self, erasures: Erasures) -> None:
        self._erasures = erasures

    async def run(self, database: Database, clock: Clock) -> None:
        """Look again and again, until cancelled."""
        while True:
            await self.run_once(database, clock.now())
            await asyncio.sleep(POLL_SECONDS)

    async def run_once(self, database: Database, now: int) -> int:
        """Erase what is due; return how many cases went."""
        due = await database.writer.run(lambda work: self._due(work, now))
        gone = 0
        for case, by in due:
            try:
                left = await self._erasures.erase(
                    database, case, ErasureReason.WITHDRAWN, by or SYSTEM, now
                )
            except UnderLegalHoldError:
                continue  # placed since we looked
            gone += left is not None
        if gone:
            log.info("erasure_requests_done", count=gone)
        return gone

    @staticmethod
    def _due(work: Work, now: int) -> list[tuple[str, str]]:
        found = ErasureRequests.due(work, now)
        if all(by for _, by in found):
            return found
        clock = Retention.load_clock_status(work)
        is_believed = clock is not None and clock.is_trusted
        return [(case, by) for case, by in found if by or is_believed]
