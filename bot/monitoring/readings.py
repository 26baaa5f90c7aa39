"""What the database and the keys say at one moment, read in one hop to the writer.

Counts and ages only: nothing about a person, a case, a language or a caseworker.
"""

from __future__ import annotations

import asyncio
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, case, func, or_, select

from bot.cases.urgency import Priority
from bot.clock import SECOND
from bot.errors import HavenError
from bot.mailbox.inbox import IN_QUEUE, STORED, WAITING
from bot.mailbox.letter import LetterState
from bot.store.compiled import Prepared
from bot.store.processes.running import count_roles, load_processes
from bot.store.tables.desk import desk_sessions
from bot.store.tables.main import (
    CASE_IS_DUE,
    FILE_WAITS,
    NOT_DONE,
    UNSENT,
    cases,
    files,
    inbox,
    outbox,
)
from bot.vault import Purpose
from bot.vault.backup.create import list_archives
from bot.vault.backup.export_rows import ArchivePart

if TYPE_CHECKING:
    from pathlib import Path

    from bot.monitoring.activity import WatchedStore
    from bot.store.writer import Work

READ_TIMEOUT = 3.0
"""Seconds after which a database counts as not answering."""
_PROBE = b"watched"
_RELEASED_AT = func.coalesce(func.nullif(outbox.c.not_before, 0), outbox.c.created_at)
_LETTER_SINCE = case((outbox.c.attempts == 0, _RELEASED_AT), else_=outbox.c.created_at)
"""Since when a letter waits: one that was released waits since then."""
_WAITING = Prepared(
    lambda _: select(
        select(func.min(inbox.c.received_at))
        .where(NOT_DONE, or_(*(inbox.c.state == it for it in (WAITING, IN_QUEUE, STORED))))
        .scalar_subquery(),
        select(func.min(_LETTER_SINCE))
        .where(
            UNSENT,
            outbox.c.state == LetterState.QUEUED.value,
            outbox.c.hold.is_(None),
        )
        .scalar_subquery(),
        select(func.min(files.c.created_at)).where(FILE_WAITS).scalar_subquery(),
        select(func.count()).select_from(desk_sessions).scalar_subquery(),
    )
)
_OVERDUE = Prepared(
    lambda _: (
        select(cases.c.priority, func.count())
        .where(CASE_IS_DUE, cases.c.due_at <= bindparam("now"))
        .group_by(cases.c.priority)
    ),
    "now",
)


@dataclass(frozen=True, slots=True)
class Readings:
    """What was read; ages in microseconds."""

    oldest_update: int
    """How long the oldest update waits to be handled; 0 if none does."""
    oldest_letter: int
    """How long the oldest letter that may leave waits; 0 if none does."""
    oldest_file: int
    """How long the oldest file waits to be fetched and kept; 0 if none does."""
    sessions: int
    overdue: dict[Priority, int] = field(default_factory=dict)
    processes: dict[str, int] = field(default_factory=dict)
    """How many run in each role, and how many stand by."""
    latency: float = 0.0
    """Seconds until the database had answered, with all that was before us."""


def read_database(work: Work, now: int) -> Readings:
    """Return what the database says."""
    ((update, letter, file, sessions),) = work.rows(_WAITING)
    found = {Priority(level): int(count) for level, count in work.rows(_OVERDUE, now)}
    overdue = {it: found.get(it, 0) for it in Priority}
    running = count_roles(load_processes(work), now)
    return Readings(
        _age(update, now), _age(letter, now), _age(file, now), int(sessions), overdue, running
    )


class DatabaseReader:
    """Asks the database, once at a time: a database that hangs is not asked again and again."""

    def __init__(self) -> None:
        self._asking: asyncio.Task[Readings] | None = None

    async def read(self, store: WatchedStore, now: int) -> Readings | None:
        """Return what the database says; None if it refuses, or does not answer in time."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(_ask(store, now))
        asking = self._asking
        await asyncio.wait({asking}, timeout=READ_TIMEOUT)
        if not asking.done() or asking.exception() is not None:
            return None
        return asking.result()


async def _ask(store: WatchedStore, now: int) -> Readings:
    loop = asyncio.get_running_loop()
    began = loop.time()
    found = await store.database.writer.run(lambda work: read_database(work, now))
    return replace(found, latency=loop.time() - began)


def are_keys_usable(store: WatchedStore) -> bool:
    """Return whether what is sealed now can be opened."""
    vault = store.vault
    try:
        sealed = vault.seal(Purpose.OUTBOX, _PROBE, _PROBE)
        return not vault.has_failed and vault.open(Purpose.OUTBOX, _PROBE, sealed) == _PROBE
    except HavenError:
        return False


async def has_key_holder(store: WatchedStore) -> bool:
    """Return whether a caseworker has a key that opens what people send now."""

    def look() -> bool:
        return bool(store.vault.cases.wraps.holders().teams)

    looking = asyncio.create_task(asyncio.to_thread(look))
    await asyncio.wait({looking}, timeout=READ_TIMEOUT)
    return looking.done() and looking.exception() is None and looking.result()


async def backup_age(folder: Path, now: int) -> float:
    """Return the seconds since the last whole backup; infinity for none, or a disk that hangs."""
    try:
        async with asyncio.timeout(READ_TIMEOUT):
            archives = await asyncio.to_thread(list_archives, folder)
    except (OSError, TimeoutError):
        return math.inf
    newest = {it.part: it.made_at for it in archives}  # oldest first
    if set(newest) != set(ArchivePart):
        return math.inf
    return max(0.0, (now - min(newest.values())) / SECOND)


def _age(since: int | None, now: int) -> int:
    return 0 if since is None else max(0, now - since)
