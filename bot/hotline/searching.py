"""Finding words in what was sent and written: whatever somebody may open is opened, and read.

Nothing is indexed, for an index would tell whoever has the disk what people wrote. What is opened
lies in memory only while it is read. Spelling is compared as plainly as buttons are: without case,
without accents.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.cases.kept import read_contents, report_place
from bot.cases.visible import in_a_line, plainly
from bot.errors import DoesNotOpen, NotYours, TooLittle
from bot.hotline.exchanges import Side, opened_exchange
from bot.store.tables import case_keys, cases, exchanges, reports
from bot.text import bare
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.store.database import Database
    from bot.vault import Vault
    from bot.vault.casekeys import Opener
    from bot.vault.keyring import Keyring

    _Row = tuple[str, str, int, bytes]
    """A case, a report's id or an exchange's side, when, and what is sealed."""

CORES = os.cpu_count() or 1
SHORTEST = 2
"""Signs there must be to look for: one of Chinese says little, two say something."""
MOST = 200
AT_ONCE = 500
"""Rows opened in one go by each core; no more of them lie in memory."""
BEFORE, LONGEST = 40, 120
"""Signs shown before what was found, and in all."""


class In(StrEnum):
    """Where words were found."""

    SENT = "sent"
    """In an answer of a report or a request."""
    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"


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
class _Case:
    reference: str
    opener: Opener


@dataclass(slots=True)
class _Read:
    """What some rows came to."""

    hits: list[Hit] = field(default_factory=list)
    items: int = 0
    unreadable: int = 0

    def __add__(self, other: _Read) -> _Read:
        return _Read(
            self.hits + other.hits, self.items + other.items, self.unreadable + other.unreadable
        )


_SIDES = frozenset(side.value for side in Side)
_CASES = select(cases.c.id, cases.c.reference, case_keys.c.sealed).select_from(
    cases.outerjoin(case_keys)
)
_REPORTS = select(reports.c.case_id, reports.c.id, reports.c.sent_at, reports.c.sealed)
_EXCHANGES = select(exchanges.c.case_id, exchanges.c.side, exchanges.c.at, exchanges.c.sealed)


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
        read = _Read()
        async with self._database.readers.connect() as connection:
            found = (await connection.execute(_CASES)).all()
            known = await asyncio.to_thread(self._openers, found, keyring)
            for rows in (_REPORTS, _EXCHANGES):
                async with connection.stream(rows) as streamed:
                    async for some in streamed.partitions(AT_ONCE * CORES):
                        read += await _read_all(some, known, wanted)
        read.hits.sort(key=lambda hit: (-hit.at, hit.reference))
        closed = len(found) - len(known)
        return Found(tuple(read.hits[:most]), read.items, len(known), closed, read.unreadable)

    def _openers(
        self, found: Iterable[tuple[str, str, bytes | None]], keyring: Keyring
    ) -> dict[str, _Case]:
        known = {}
        for case, reference, sealed in found:
            with contextlib.suppress(NotYours, DoesNotOpen):
                known[case] = _Case(reference, self._vault.cases.opener(case, sealed, keyring))
        return known


async def _read_all(rows: Sequence[_Row], known: Mapping[str, _Case], wanted: str) -> _Read:
    """Open rows on every core, and read them: opening lets go of the interpreter's lock."""
    parts = [rows[place::CORES] for place in range(CORES)]
    read = await asyncio.gather(
        *(asyncio.to_thread(_read, part, known, wanted) for part in parts if part)
    )
    return sum(read, _Read())


def _read(rows: Iterable[_Row], known: Mapping[str, _Case], wanted: str) -> _Read:
    read = _Read()
    for case, name, at, sealed in rows:
        if case not in known:
            continue
        read.items += 1
        try:
            found_in, texts = _opened(known[case].opener, case, name, at, bytes(sealed))
        except DoesNotOpen:
            read.unreadable += 1
            continue
        shown = next((it for text in texts if (it := around(text, wanted))), "")
        if shown:
            read.hits.append(Hit(known[case].reference, found_in, at, shown))
    return read


def _opened(
    opener: Opener, case: str, name: str, at: int, sealed: bytes
) -> tuple[In, Iterable[str]]:
    """Return where something stands, and its words; what has a side is an exchange."""
    if name in _SIDES:
        content = opened_exchange(opener, case, name, at, sealed)
        files = (word for file in content.files for word in (file.name,))
        return In(name), (content.words, *content.values.values(), *files)
    answers = read_contents(opener.open(Purpose.CASE, report_place(case, name), sealed)).answers
    return In.SENT, [text for answer in answers.values() for text in plainly(answer)]


def around(text: str, wanted: str) -> str:
    """Return what stands around the words that are looked for, in a line; empty: they do not.

    Args:
        text: as somebody wrote it.
        wanted: in its plainest spelling.
    """
    if not text or (place := bare(text).find(wanted)) < 0:
        return ""
    line = in_a_line(text)
    first = max(0, min(place, len(line)) - BEFORE)
    cut = line[first : first + LONGEST]
    return f"{'…' if first else ''}{cut}{'…' if first + LONGEST < len(line) else ''}"
