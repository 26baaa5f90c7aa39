"""The least that durable can cost: one row a time, committed, and nothing else done at all.

Whoever answers only what is on the disk cannot be quicker than this, one update at a time: it is
the floor under Haven's row, and the disk's own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.bench.haven import haven_parts
from tests.bench.scripted_conversation import UPDATES, press

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step


class BareCommit:
    """Every update that is fed is one row in a table, on a connection as Haven opens it."""

    def __init__(self, folder: Path) -> None:
        self._store = haven_parts.database(folder)
        self._kept = 0

    def press(self, person: int, step: Step) -> str:
        """Return what nobody looks at here."""
        return press(person, step)

    async def setup(self, _stored: int) -> None:
        """Make the table."""
        self._connection = self._store.connect()
        self._cursor = self._connection.cursor()
        self._cursor.execute("CREATE TABLE kept (id INTEGER PRIMARY KEY, raw BLOB)")
        self._connection.commit()

    async def feed(self, raw: bytes) -> None:
        """Keep one update; return when the disk has it."""
        self._cursor.execute("BEGIN IMMEDIATE")
        self._cursor.execute("INSERT INTO kept (raw) VALUES (?)", (raw,))
        self._cursor.execute("COMMIT")
        self._kept += 1

    async def finished(self) -> int:
        """Return how many people's worth of updates were kept."""
        return self._kept // UPDATES

    async def close(self) -> None:
        """Close the connection."""
        self._connection.close()
