"""Full-text search: everything that a keyring opens is opened and read.

There is no index, because it would reveal what people wrote to anyone who has the disk. Plain text
is in memory only while it is read. Case and accents are ignored.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.errors import QueryTooShortError
from bot.hotline.search.match import MatchResult, MatchSource, SealedRow
from bot.hotline.search.pool import CORES, SearchPool
from bot.store.tables.main import cases, exchanges, reports
from bot.text import fold_accents
from bot.vault.keys.case_keys import CaseOpener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

MIN_QUERY = 2
"""Characters of the shortest query: one Chinese character says little, two say something."""
MAX_HITS = 200
BATCH_ROWS = 500
"""Rows in one batch; memory holds a few batches for each core."""
POOL_THRESHOLD = 2000
"""Rows that are read faster here than worker processes start."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One place where the words were found."""

    reference: str
    source: MatchSource
    at: int
    """When it was sent or written; microseconds, UTC."""
    excerpt: str
    """The text around them, on one line."""
    case: str
    """The case's id."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The result of a search."""

    hits: tuple[SearchHit, ...]
    """Newest first."""
    items: int
    """Rows that were read."""
    cases: int
    """Cases that were opened."""
    closed: int
    """Cases that the keyring does not open."""
    unreadable: int
    """Rows that did not open although their case does: they were altered."""


_CASES = select(cases.c.id, cases.c.reference)
_REPORTS = select(reports.c.case_id, reports.c.id, reports.c.sent_at, reports.c.sealed)
_EXCHANGES = select(exchanges.c.case_id, exchanges.c.side, exchanges.c.at, exchanges.c.sealed)
_COUNT = select(
    select(func.count()).select_from(reports).scalar_subquery()
    + select(func.count()).select_from(exchanges).scalar_subquery()
)


class Search:
    """Searches all cases of a deployment with a caseworker's keys."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(self, query: str, keyring: Keyring, max_hits: int = MAX_HITS) -> SearchResult:
        """Return where a phrase is found in what the keyring opens.

        Raises:
            QueryTooShortError: the query is too short.
        """
        wanted = fold_accents(query)
        if len(wanted) < MIN_QUERY:
            raise QueryTooShortError(f"a search needs {MIN_QUERY} characters or more")
        async with self._database.readers.connect() as connection:
            is_much = (await connection.execute(_COUNT)).scalar_one() > POOL_THRESHOLD
            async with SearchPool(CORES - 1 if is_much else 0) as readers:
                found = (await connection.execute(_CASES)).all()
                ids = [case for case, _reference in found]
                known = await asyncio.to_thread(self._openers, ids, keyring)
                readers.start(wanted, known)
                came = await _search_all(connection, readers)
        reference = dict(found)
        hits = [
            SearchHit(reference[it.case], it.source, it.at, it.excerpt, it.case)
            for it in came.matches
        ]
        hits.sort(key=lambda hit: (-hit.at, hit.reference))
        closed = len(found) - len(known)
        return SearchResult(tuple(hits[:max_hits]), came.items, len(known), closed, came.unreadable)

    def _openers(self, cases_: list[str], keyring: Keyring) -> dict[str, CaseOpener]:
        pairs = self._vault.cases.wraps.open_keys(cases_, keyring) if cases_ else {}
        return {case: CaseOpener(case, key) for case, key in pairs.items()}


async def _search_all(connection: AsyncConnection, readers: SearchPool) -> MatchResult:
    """Search all rows, with one batch for each worker and as many again that wait."""
    room = asyncio.Semaphore(2 * CORES)

    async def read(rows: list[SealedRow]) -> MatchResult:
        try:
            return await readers.search(rows)
        finally:
            room.release()

    async with asyncio.TaskGroup() as group:
        under_way = []
        async for rows in _rows(connection):
            await room.acquire()
            under_way.append(group.create_task(read(rows)))
    return sum((task.result() for task in under_way), MatchResult())


async def _rows(connection: AsyncConnection) -> AsyncIterator[list[SealedRow]]:
    for wanted in (_REPORTS, _EXCHANGES):
        async with connection.stream(wanted) as streamed:
            async for some in streamed.partitions(BATCH_ROWS):
                yield [tuple(row) for row in some]
