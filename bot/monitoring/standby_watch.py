"""The standbys of data and key store while Haven runs: missing, behind, found again, promoted.

A server is asked on a connection of its own, so that this goes on while commits wait for a standby.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from bot.clock import SECOND
from bot.errors import CommitFailedError
from bot.log import log
from bot.store.findings import STANDBY_MISSING_SINCE, TIMELINE
from bot.store.replication import Durability, Replication, load_replication

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.store.database import Database
    from bot.store.work import Work

CHECK_SECONDS = 30.0
FAR_BEHIND = 30.0
"""Seconds after which a standby is said to be behind."""
STORE_TIMEOUT = 5.0


@dataclass
class StandbyState:
    """What is known of one of the two databases."""

    what: str
    """`data` or `keys`."""
    found: Replication | None = None
    """What its server said last; None while it does not answer."""
    was_synchronous: bool = False
    """Whether commits waited for a standby at any time: then one has to be there."""
    timeline: int = 0
    missing_since: int = 0
    is_behind: bool = False

    @property
    def is_missing(self) -> bool:
        """Tell whether a standby should be there and is not."""
        if self.found is None:
            return bool(self.missing_since)
        durability = self.found.durability
        lacks = {Durability.ALONE, Durability.ASYNCHRONOUS}
        return durability is Durability.MISSING or (self.was_synchronous and durability in lacks)

    def take(self, found: Replication | None, now: int) -> None:
        """Compare with what was known, and log what has changed."""
        self.found = found
        if found is None or found.is_standby:
            return
        self.was_synchronous |= found.durability is Durability.SYNCHRONOUS
        if self.timeline and found.timeline > self.timeline:
            log.warning("database_promoted", kind=self.what, count=found.timeline)
        self.timeline = max(self.timeline, found.timeline)
        self._take_missing(found, now)
        self._take_lag(found)

    def _take_missing(self, found: Replication, now: int) -> None:
        if self.is_missing and not self.missing_since:
            self.missing_since = now
            log.error("standby_missing", kind=self.what, state=found.durability.value)
        elif self.missing_since and not self.is_missing:
            seconds = (now - self.missing_since) / SECOND
            log.info("standby_found", kind=self.what, seconds=seconds)
            self.missing_since = 0

    def _take_lag(self, found: Replication) -> None:
        is_behind = found.seconds_behind > FAR_BEHIND
        if is_behind and not self.is_behind:
            log.warning("standby_behind", kind=self.what, seconds=found.seconds_behind)
        self.is_behind = is_behind


@dataclass
class StandbyWatch:
    """Asks the servers of data and key store again and again."""

    databases: dict[str, Database]
    """By `data` and `keys`; those in SQLite files are left out."""
    clock: Clock
    states: dict[str, StandbyState] = field(default_factory=dict)
    _stored: tuple[int, int] = (0, 0)

    @classmethod
    def of(cls, data: Database, keys: Database, clock: Clock) -> StandbyWatch:
        """Return what watches the two databases of a deployment."""
        both = {"data": data, "keys": keys}
        watched = {what: it for what, it in both.items() if it.dialect != "sqlite"}
        return cls(watched, clock, {what: StandbyState(what) for what in watched})

    @property
    def missing_since(self) -> int:
        """Return since when a standby is missing, microseconds; 0 while none is."""
        return min((it.missing_since for it in self.states.values() if it.missing_since), default=0)

    async def look(self) -> None:
        """Ask all servers once."""
        for what, database in self.databases.items():
            found = await asyncio.to_thread(_load, database)
            self.states[what].take(found, self.clock.now())

    async def run(self, current: Callable[[], Database]) -> NoReturn:
        """Ask every `CHECK_SECONDS`, and store for the desk what is wrong.

        `current` returns the database of the data.
        """
        await self._load_timeline(current())
        while True:
            await self.look()
            await self._store(current())
            await asyncio.sleep(CHECK_SECONDS)

    async def _load_timeline(self, database: Database) -> None:
        """Take up the timeline of the last run: a promotion meanwhile is noticed too."""
        if "data" in self.states:
            with suppress(CommitFailedError):
                self.states["data"].timeline = await database.writer.run(TIMELINE.last)

    async def _store(self, database: Database) -> None:
        """Store what is wrong, while things are stored at all."""
        since, timeline, now = self.missing_since, self._timeline, self.clock.now()
        is_known = not since and self._stored == (since, timeline)
        if is_known or database.writer.stalled_since:
            return

        def store(work: Work) -> None:
            work.is_quiet = True
            STANDBY_MISSING_SINCE.record(work, since, now)
            TIMELINE.record(work, timeline, now)

        with suppress(CommitFailedError, TimeoutError):
            async with asyncio.timeout(STORE_TIMEOUT):
                await database.writer.run(store)
            self._stored = since, timeline

    @property
    def _timeline(self) -> int:
        state = self.states.get("data")
        return state.timeline if state is not None else 0


def _load(database: Database) -> Replication | None:
    try:
        return load_replication(database)
    except Exception:  # noqa: BLE001 - who stores something says that the server is away
        return None
