"""Which front polls: the one that holds the polling lock. The others wait, and look often."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.errors import AlreadyRunningError, DatabaseAwayError
from bot.log import log
from bot.store.processes.polling_lock import PollingLock

if TYPE_CHECKING:
    from bot.monitoring.activity import Activity
    from bot.store.database import Database

LOOK_SECONDS = 2.0
"""Seconds between two looks at the lock of one that waits."""
HOLD_SECONDS = 4.0
"""The same for the one that holds it: the server ends a session that is silent for ten."""
MAX_CONFLICTS = 3
"""How often Telegram may say that another one polls, although this process holds the lock: one that
was paused notices only when it wakes that it has lost it."""


class RunsUntilStopped(Protocol):
    """What fetches updates."""

    async def run(self) -> None:
        """Fetch until `stop`."""

    def stop(self) -> None:
        """Finish, and fetch no more."""


@dataclass(frozen=True, slots=True)
class TurnToPoll:
    """The turn of one process to poll."""

    lock: PollingLock | None
    """None on SQLite, where the data folder is locked."""
    activity: Activity

    @classmethod
    def on(cls, database: Database, activity: Activity) -> TurnToPoll:
        """Return the turn of this process in a deployment."""
        is_shared = database.dialect == "postgresql"
        return cls(PollingLock(database.connect_briefly) if is_shared else None, activity)

    async def poll(self, source: RunsUntilStopped) -> None:
        """Wait for the turn, then fetch until `source` is stopped.

        Raises:
            AlreadyRunningError: a program that knows no lock polls for this bot.
            DatabaseAwayError: the turn was lost; the jobs begin again, and wait for the next.
        """
        if self.lock is None:
            await source.run()
            return
        try:
            await self._wait(self.lock)
            await self._poll_while_held(self.lock, source)
        finally:
            self.activity.is_polling = True
            await asyncio.to_thread(self.lock.release)

    async def _wait(self, lock: PollingLock) -> None:
        if await asyncio.to_thread(lock.hold):
            return
        log.info("waits_to_poll")
        self.activity.is_polling = False
        while not await asyncio.to_thread(lock.hold):  # noqa: ASYNC110 - no event tells it
            await asyncio.sleep(LOOK_SECONDS)
        self.activity.is_polling = True
        self.activity.begin_polling()

    async def _poll_while_held(self, lock: PollingLock, source: RunsUntilStopped) -> None:
        fetching = asyncio.create_task(_fetch(source))
        watching = asyncio.create_task(_until_lost(lock))
        try:
            await asyncio.wait({fetching, watching}, return_when=asyncio.FIRST_COMPLETED)
            if not fetching.done():
                raise DatabaseAwayError("another front polls")
            fetching.result()
        finally:
            source.stop()
            for task in (fetching, watching):
                task.cancel()
            await asyncio.gather(fetching, watching, return_exceptions=True)


async def _fetch(source: RunsUntilStopped) -> None:
    """Fetch; go on after a conflict with a front that has yet to notice that it lost its turn."""
    for _ in range(MAX_CONFLICTS):
        try:
            return await source.run()
        except AlreadyRunningError:
            await asyncio.sleep(LOOK_SECONDS)
    return await source.run()


async def _until_lost(lock: PollingLock) -> None:
    # While it is not known, nothing is stored and so nothing is confirmed to Telegram.
    while await asyncio.to_thread(lock.hold) is not False:  # noqa: ASYNC110 - no event tells it
        await asyncio.sleep(HOLD_SECONDS)
