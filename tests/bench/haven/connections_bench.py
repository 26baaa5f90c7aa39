"""Connections of cases: every update that is fed is one look at what supervisors see, all at once.

Each case has two digests. One case in fifty shares one of them with three others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.connections.store import CaseConnections
from bot.store import insert
from bot.store.migrate import upgrade
from bot.store.tables.record import connection_digests
from tests.bench.haven import haven_parts
from tests.bench.scripted_conversation import UPDATES, press
from tests.support.database.bulk_cases import case_rows, insert_cases

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.bench.scripted_conversation import Step

OF_ONE_BROKER, ONE_IN = 4, 50
_ADD = insert(connection_digests, "case_id", "entry", "kind", "digest", "is_shared")


class LookingAtConnections:
    """Reads every connection of a deployment."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._looked = 0

    def press(self, person: int, step: Step) -> str:
        """Return what nobody looks at here."""
        return press(person, step)

    async def setup(self, stored: int) -> None:
        """Put so many cases into an empty database, with their digests."""
        self._store = haven_parts.database(self._folder)
        upgrade(self._store)
        insert_cases(self._store, case_rows(stored))
        rows = list(_rows(stored))
        self._shared = stored // ONE_IN // OF_ONE_BROKER
        await self._store.writer.run(lambda work: work.many(_ADD, rows))

    async def feed(self, _raw: bytes) -> None:
        """Look once."""
        found = await self._store.writer.run(CaseConnections.shared)
        if len(found) != self._shared:
            raise SystemExit(f"haven: {len(found)} connections were seen, of {self._shared}.")
        self._looked += 1

    async def finished(self) -> int:
        """Return how many people's worth of looks there were."""
        return self._looked // UPDATES

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()


def _rows(stored: int) -> Iterator[tuple[str, str, str, bytes, int]]:
    """Yield two digests of each case; those of one broker are of cases that stand far apart."""
    connected = stored // ONE_IN // OF_ONE_BROKER * OF_ONE_BROKER
    groups = connected // OF_ONE_BROKER
    for number in range(stored):
        is_shared = number < connected
        broker = number % groups if is_shared else number
        digest = (2**100 + broker).to_bytes(16, "big")
        yield f"{number:032x}", "one", "name", digest, int(is_shared)
        yield f"{number:032x}", "two", "phone", (2**101 + number).to_bytes(16, "big"), 0
