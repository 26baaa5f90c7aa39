"""Full-text search: everything that a keyring opens is opened and read.

There is no index, because it would reveal what people wrote to anyone who has the disk. Plain text
is in memory only while it is read; of what was found, an excerpt. Case and accents are ignored.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self, cast

from msgspec.structs import replace
from sqlalchemy import func, select

from bot.errors import QueryTooShortError
from bot.hotline.search.match import (
    RECORD_PREFIX,
    MatchResult,
    SealedRow,
    SearchMatch,
    find_matches,
    only_whole,
)
from bot.hotline.search.worker import LENGTH_PREFIX, SearchTask, decode_result, frame
from bot.store.tables.main import cases, exchanges, reports
from bot.store.tables.record import record_entries
from bot.text import fold_accents
from bot.vault.keys.case_keys import CaseOpener

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process
    from collections.abc import AsyncIterator, Collection, Iterator, Mapping

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.database import Database
    from bot.vault import Keyring, Vault

MIN_QUERY = 2
"""Characters of the shortest query: one Chinese character says little, two say something."""
MAX_HITS = 200
BATCH_ROWS = 500
"""Rows in one batch; memory holds a few batches for each core."""
BATCH_CASES = 500
"""Cases named in one query, where not all are searched."""
POOL_THRESHOLD = 2000
"""Rows that are read faster here than worker processes start."""
CORES = os.cpu_count() or 1
_ROOT = Path(__file__).parents[3]
_WORKER_COMMAND = ("-m", "bot.hotline.search.worker")


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search."""

    hits: tuple[SearchMatch, ...]
    """Newest first."""
    items: int
    """Rows that were read."""
    cases: int
    """Cases that were opened."""
    closed: int
    """Cases that the keyring does not open."""
    unreadable: int
    """Rows that did not open although their case does: they were altered."""


@dataclass(slots=True)
class SearchProgress:
    """How far a search has come; it changes while the search runs."""

    items: int = 0
    """Rows that were read."""
    total: int = 0
    """Rows that will be read; 0 until they are counted."""


@dataclass(frozen=True, slots=True)
class SearchScope:
    """What is searched, and how."""

    cases: Collection[str] | None = None
    """Only these cases; None for all that the keyring opens."""
    has_thread: bool = True
    """Whether a thread of this process helps the worker processes. It takes turns with everything
    else here, so a process that answers requests leaves much reading to the workers."""


EVERYTHING = SearchScope()
_CASES = select(cases.c.id, cases.c.reference)
_REPORTS = select(reports.c.case_id, reports.c.id, reports.c.sent_at, reports.c.sealed)
_EXCHANGES = select(exchanges.c.case_id, exchanges.c.side, exchanges.c.at, exchanges.c.sealed)
_ENTRIES = select(
    record_entries.c.case_id, RECORD_PREFIX + record_entries.c.entry, record_entries.c.at,
    record_entries.c.sealed,
)  # fmt: skip
_SEARCHED = ((reports, _REPORTS), (exchanges, _EXCHANGES), (record_entries, _ENTRIES))


class Search:
    """Searches the cases of a deployment with a caseworker's keys."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(
        self, query: str, keyring: Keyring | None, max_hits: int = MAX_HITS, *,
        scope: SearchScope = EVERYTHING, progress: SearchProgress | None = None,
    ) -> SearchResult:  # fmt: skip
        """Return where words are found in the cases that the keyring opens.

        Every word must stand in a case, in any order; words in quotation marks as one sequence.

        Raises:
            QueryTooShortError: the query is too short.
        """
        wanted = fold_accents(query)
        if len(wanted) < MIN_QUERY:
            raise QueryTooShortError(f"a search needs {MIN_QUERY} characters or more")
        progress = progress or SearchProgress()
        async with self._database.readers.connect() as connection:
            progress.total = await _count(connection, scope.cases)
            is_much = progress.total > POOL_THRESHOLD
            workers = max(CORES - 1, 0 if scope.has_thread else 1) if is_much else 0
            async with SearchPool(workers, has_thread=scope.has_thread or not is_much) as readers:
                reference = await _references(connection, scope.cases)
                known = await asyncio.to_thread(self._openers, list(reference), keyring)
                readers.start(wanted, known)
                came = await _search_all(connection, readers, scope.cases, progress)
        hits = [
            replace(it, reference=reference[it.case]) for it in only_whole(came.matches, wanted)
        ]
        hits.sort(key=lambda hit: (-hit.at, hit.reference))
        closed = len(reference) - len(known)
        return SearchResult(tuple(hits[:max_hits]), came.items, len(known), closed, came.unreadable)

    def _openers(self, cases_: list[str], keyring: Keyring | None) -> dict[str, CaseOpener]:
        pairs = self._vault.cases.wraps.open_keys(cases_, keyring) if cases_ else {}
        return {case: CaseOpener(case, key) for case, key in pairs.items()}


async def _count(connection: AsyncConnection, among: Collection[str] | None) -> int:
    """Return how many rows will be read."""
    total = 0
    for table, _every in _SEARCHED:
        counted = select(func.count()).select_from(table)
        for wanted in _narrowed(counted, table.c.case_id, among):
            total += (await connection.execute(wanted)).scalar_one()
    return total


async def _references(connection: AsyncConnection, among: Collection[str] | None) -> dict[str, str]:
    """Return the references of the cases that are searched, by case."""
    found: dict[str, str] = {}
    for wanted in _narrowed(_CASES, cases.c.id, among):
        found |= dict((await connection.execute(wanted)).all())
    return found


def _narrowed(
    wanted: Select[Any], case: ColumnElement[str], among: Collection[str] | None
) -> Iterator[Select[Any]]:
    """Yield queries that together read these cases; one query for all cases."""
    if among is None:
        yield wanted
        return
    named = list(among)
    for start in range(0, len(named), BATCH_CASES):
        yield wanted.where(case.in_(named[start : start + BATCH_CASES]))


async def _search_all(
    connection: AsyncConnection, readers: SearchPool, among: Collection[str] | None,
    progress: SearchProgress,
) -> MatchResult:  # fmt: skip
    """Search all rows, with one batch for each worker and as many again that wait."""
    room = asyncio.Semaphore(2 * CORES)

    async def read(rows: list[SealedRow]) -> MatchResult:
        try:
            return await readers.search(rows)
        finally:
            progress.items += len(rows)
            room.release()

    async with asyncio.TaskGroup() as group:
        under_way = []
        async for rows in _rows(connection, among):
            await room.acquire()
            under_way.append(group.create_task(read(rows)))
    return sum((task.result() for task in under_way), MatchResult())


async def _rows(
    connection: AsyncConnection, among: Collection[str] | None
) -> AsyncIterator[list[SealedRow]]:
    for table, every in _SEARCHED:
        for wanted in _narrowed(every, table.c.case_id, among):
            async with connection.stream(wanted) as streamed:
                async for some in streamed.partitions(BATCH_ROWS):
                    yield [tuple(row) for row in some]


@dataclass(frozen=True, slots=True)
class _SearchWorker:
    process: Process
    pipe: StreamWriter
    answers: StreamReader


class SearchPool:
    """One worker in a thread of this process, and others in processes of their own.

    `workers` is the number of processes; 0 where they would start later than the thread is done.
    Without `has_thread` the thread reads only what a process that ended did not.
    """

    def __init__(self, workers: int, *, has_thread: bool = True) -> None:
        self._worker_count = workers
        self._has_thread = has_thread
        self._workers: list[_SearchWorker] = []
        self._free: asyncio.Queue[_SearchWorker | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start the worker processes; meanwhile keys and rows are loaded."""
        try:
            for _ in range(self._worker_count):
                self._workers.append(await _start_worker())
        except BaseException:
            await self.__aexit__()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the worker processes, with what they hold in memory."""
        for reader in self._workers:
            with contextlib.suppress(ProcessLookupError):
                reader.process.kill()
        for reader in self._workers:
            await reader.process.wait()

    def start(self, query: str, openers: Mapping[str, CaseOpener]) -> None:
        """Give the query, its case and accents folded, and the keys by case to all workers."""
        self._query, self._openers = query, openers
        pairs = {case: it.private_bytes for case, it in openers.items()}
        task = frame(SearchTask(query, pairs))
        if self._has_thread:
            self._free.put_nowait(None)
        for reader in self._workers:
            reader.pipe.write(task)
            self._free.put_nowait(reader)

    async def search(self, rows: list[SealedRow]) -> MatchResult:
        """Search rows with the next free worker."""
        reader = await self._free.get()
        try:
            if reader is not None and (result := await _search_in_worker(reader, rows)) is not None:
                return result
            return await asyncio.to_thread(find_matches, rows, self._openers, self._query)
        finally:
            self._free.put_nowait(reader)


async def _search_in_worker(reader: _SearchWorker, rows: list[SealedRow]) -> MatchResult | None:
    """Search rows in a worker process; None if it has ended, and nothing was read."""
    try:
        reader.pipe.write(frame(rows))
        await reader.pipe.drain()
        (length,) = LENGTH_PREFIX.unpack(await reader.answers.readexactly(LENGTH_PREFIX.size))
        return decode_result(await reader.answers.readexactly(length))
    except (asyncio.IncompleteReadError, OSError):
        return None


async def _start_worker() -> _SearchWorker:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_WORKER_COMMAND,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, cwd=_ROOT, start_new_session=True,
    )  # fmt: skip
    return _SearchWorker(
        process, cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)
    )
