"""Finding words in what was sent and written: whatever somebody may open is opened, and read.

Nothing is indexed, for an index would tell whoever has the disk what people wrote. What is opened
lies in memory only while it is read. Spelling is compared as plainly as buttons are: without case,
without accents.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from bot.errors import DoesNotOpen, TooLittle
from bot.hotline.finding import Read, read
from bot.hotline.readers import CORES, Readers
from bot.store.tables import case_keys, cases, exchanges, reports
from bot.text import bare
from bot.vault.casekeys import CaseOpener, is_to_case

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.hotline.finding import In, Row
    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.boxes import KeyPair
    from bot.vault.casekeys import Opener
    from bot.vault.keyring import Keyring

SHORTEST = 2
"""Signs there must be to look for: one of Chinese says little, two say something."""
MOST = 200
AT_ONCE = 500
"""Rows read in one go; no more of them for each core lie in memory."""
FEW = 2000
"""Rows that are read sooner here than readers beside this process have begun."""


@dataclass(frozen=True, slots=True)
class Hit:
    """One place in which the words stand."""

    reference: str
    found_in: In
    at: int
    """When it was sent or written; microseconds, UTC."""
    words: str
    """What stands around them, in a line."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a search came to."""

    hits: tuple[Hit, ...]
    """The newest first."""
    items: int
    """How many things were opened and read."""
    cases: int
    """How many cases they are of."""
    closed: int
    """How many cases nothing on the keyring opens."""
    unreadable: int
    """How many things did not open although their case does: they were altered."""


@dataclass(frozen=True, slots=True)
class _Known:
    """What opens, by case."""

    keys: dict[str, KeyPair]
    old: dict[str, Opener]
    """Of cases of older releases; these are few, and are read here."""

    def openers(self) -> dict[str, Opener]:
        return self.old | {case: CaseOpener(case, key) for case, key in self.keys.items()}


_CASES = select(cases.c.id, cases.c.reference, case_keys.c.sealed).select_from(
    cases.outerjoin(case_keys)
)
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

    async def find(self, sought: str, keyring: Keyring, most: int = MOST) -> Found:
        """Return where these words stand, in what this keyring opens.

        Args:
            sought: words as somebody types them; they are looked for as they stand, side by side.
            keyring: of whoever looks.
            most: hits, at most.

        Raises:
            TooLittle: there is too little to look for.
        """
        wanted = bare(sought)
        if len(wanted) < SHORTEST:
            raise TooLittle(f"{SHORTEST} signs or more are needed to look for")
        async with self._database.readers.connect() as connection:
            found = (await connection.execute(_CASES)).all()
            known = await asyncio.to_thread(self._known, [(it[0], it[2]) for it in found], keyring)
            came = await _read_everything(connection, known, wanted)
        reference = {case: told for case, told, _ in found}
        hits = [Hit(reference[it.case], it.found_in, it.at, it.words) for it in came.places]
        hits.sort(key=lambda hit: (-hit.at, hit.reference))
        opened = len(known.keys) + len(known.old)
        return Found(tuple(hits[:most]), came.items, opened, len(found) - opened, came.unreadable)

    def _known(self, found: Sequence[tuple[str, bytes | None]], keyring: Keyring) -> _Known:
        keys, old = self._vault.cases, {}
        new = [case for case, sealed in found if is_to_case(sealed)]
        for case, sealed in found:
            if not is_to_case(sealed):
                with contextlib.suppress(DoesNotOpen):
                    old[case] = keys.old_opener(case, sealed)
        return _Known(keys.custody.keys_of(new, keyring) if new else {}, old)


async def _read_everything(connection: AsyncConnection, known: _Known, wanted: str) -> Read:
    """Read all rows: a few here, many beside this process."""
    openers, came = known.openers(), Read()
    if (await connection.execute(_COUNT)).scalar_one() <= FEW:
        async for rows in _rows(connection):
            came += await asyncio.to_thread(read, rows, openers, wanted)
        return came
    room = asyncio.Semaphore(2 * CORES)

    async def read_beside(rows: list[Row]) -> Read:
        try:
            told = await readers.read(rows)
            if told is None:  # that reader has ended: nothing is left out
                return await asyncio.to_thread(read, rows, openers, wanted)
            return told + read(rows, known.old, wanted)
        finally:
            room.release()

    raw = {case: key.raw for case, key in known.keys.items()}
    async with Readers(wanted, raw) as readers, asyncio.TaskGroup() as group:
        under_way = []
        async for rows in _rows(connection):
            await room.acquire()
            under_way.append(group.create_task(read_beside(rows)))
    return sum((task.result() for task in under_way), came)


async def _rows(connection: AsyncConnection) -> AsyncIterator[list[Row]]:
    for wanted in (_REPORTS, _EXCHANGES):
        async with connection.stream(wanted) as streamed:
            async for some in streamed.partitions(AT_ONCE):
                yield [tuple(row) for row in some]
