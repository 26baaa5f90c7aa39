"""Finding words in what was sent and written: whatever somebody may open is opened, and read.

Nothing is indexed, for an index would tell whoever has the disk what people wrote. What is opened
lies in memory only while it is read. Spelling is compared as plainly as buttons are: without case,
without accents.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.errors import QueryTooShortError
from bot.hotline.search.match import MatchResult
from bot.hotline.search.pool import CORES, SearchPool
from bot.store.tables.main import cases, exchanges, reports
from bot.text import fold_accents
from bot.vault.keys.case_keys import CaseOpener

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.hotline.search.match import MatchSource, SealedRow
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.keys.keyring import Keyring

MIN_QUERY = 2
"""Signs there must be to look for: one of Chinese says little, two say something."""
MAX_HITS = 200
BATCH_ROWS = 500
"""Rows read in one go; no more of them for each core lie in memory."""
POOL_THRESHOLD = 2000
"""Rows that are read sooner here than readers beside this process have begun."""


@dataclass(frozen=True, slots=True)
class SearchHit:
    """One place in which the words stand."""

    reference: str
    source: MatchSource
    at: int
    """When it was sent or written; microseconds, UTC."""
    excerpt: str
    """What stands around them, in a line."""
    case: str
    """Its id."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What a search came to."""

    hits: tuple[SearchHit, ...]
    """The newest first."""
    items: int
    """How many things were opened and read."""
    cases: int
    """How many cases they are of."""
    closed: int
    """How many cases nothing on the keyring opens."""
    unreadable: int
    """How many things did not open although their case does: they were altered."""


_CASES = select(cases.c.id, cases.c.reference)
_REPORTS = select(reports.c.case_id, reports.c.id, reports.c.sent_at, reports.c.sealed)
_EXCHANGES = select(exchanges.c.case_id, exchanges.c.side, exchanges.c.at, exchanges.c.sealed)
_COUNT = select(
    select(func.count()).select_from(reports).scalar_subquery()
    + select(func.count()).select_from(exchanges).scalar_subquery()
)


class Search:
    """Looks through every case of a deployment with somebody's keys."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    async def find(self, query: str, keyring: Keyring, max_hits: int = MAX_HITS) -> SearchResult:
        """Return where these words stand, in what this keyring opens.

        Args:
            query: words as somebody types them; they are looked for as they stand, side by side.
            keyring: of whoever looks.
            max_hits: hits, at most.

        Raises:
            TooLittle: there is too little to look for.
        """
        wanted = fold_accents(query)
        if len(wanted) < MIN_QUERY:
            raise QueryTooShortError(f"{MIN_QUERY} signs or more are needed to look for")
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
    """Read all rows, as many at once as there are readers, and as many again that wait."""
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
