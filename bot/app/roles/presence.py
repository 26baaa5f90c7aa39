"""What a process tells the others: that it runs, in which roles, and that it still leads."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NoReturn

from bot.app.roles.role import ProcessRole, names
from bot.errors import AlreadyRunningError
from bot.store.faults import ignore_store_errors
from bot.store.processes.running import (
    BEAT_SECONDS,
    RUNS,
    RunningProcess,
    beat,
    forget_dead,
    leave,
)
from bot.store.work import check_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.clock import Clock
    from bot.store.database import Database
    from bot.store.writer import Work

LEAD_SECONDS = 2.5
"""Seconds between two questions of a leader to the database: fewer than letters may be sent on an
older answer, and far fewer than the server waits for one (`bot.store.processes.leadership`)."""


@dataclass(frozen=True, slots=True)
class Presence:
    """The row of this process among the running ones."""

    database: Database
    roles: frozenset[ProcessRole]
    clock: Clock
    state: str = RUNS
    also: Callable[[Work], None] = lambda _work: None
    """What is to be done in the same unit of work, every few seconds."""

    @property
    def _leads(self) -> bool:
        return ProcessRole.LEADER in self.roles and self.state == RUNS

    async def begin(self) -> None:
        """Store that this process runs; a leader removes the rows of those that have ended."""
        own = self._own()
        with ignore_store_errors():  # it is stored at the next sign of life
            await self.database.writer.run(lambda work: self._beat(work, own, is_quiet=False))

    async def run(self) -> NoReturn:
        """Say so again every few seconds, until cancelled; then remove the row."""
        own, leads = self._own(), self._leads
        is_alone = self.database.dialect == "sqlite"
        asks, period = leads and not is_alone, BEAT_SECONDS * (3 if is_alone else 1)
        beaten_at = self.clock.monotonic()
        try:
            while True:
                await asyncio.sleep(LEAD_SECONDS if asks else period)
                with ignore_store_errors():  # what is wrong is told by other jobs
                    if self.clock.monotonic() - beaten_at >= period - 0.1:
                        beaten_at = self.clock.monotonic()
                        await self.database.writer.run(lambda work: self._beat(work, own))
                    elif asks and self._has_to_ask():
                        await self.database.writer.run(check_connection)
        finally:
            with contextlib.suppress(AlreadyRunningError), ignore_store_errors():
                await self.database.writer.run(lambda work: leave(work, own.number))

    def _has_to_ask(self) -> bool:
        """Tell whether nothing else was asked lately; jobs that failed ask by themselves."""
        writer = self.database.writer
        return not (writer.failed.is_set() or writer.was_heard_within(LEAD_SECONDS))

    def _own(self) -> RunningProcess:
        return RunningProcess.own(names(self.roles), self.state, self.clock.now())

    def _beat(self, work: Work, own: RunningProcess, *, is_quiet: bool = True) -> None:
        now = self.clock.now()
        beat(work, replace(own, state=self.state), now)
        work.is_quiet = is_quiet
        self.also(work)
        if self._leads:
            forget_dead(work, now)
