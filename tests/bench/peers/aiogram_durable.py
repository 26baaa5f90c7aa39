"""aiogram with its states in SQLite: aiogram-fsm-sqlitestorage, the faster of the two on PyPI.

It commits twice for every update, with SQLite's defaults (rollback journal, `synchronous=FULL`).
"""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

from aiogram.fsm.storage.base import DefaultKeyBuilder
from aiogram_fsm_sqlitestorage.storage import SQLiteStorage  # type: ignore[import-untyped]

from tests.bench import scripted_conversation
from tests.bench.peers import aiogram_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step


class AiogramDurable:
    """One `Dispatcher` whose states are on the disk."""

    def __init__(self, folder: Path) -> None:
        self._file = str(folder / "states.db")
        self._keys = DefaultKeyBuilder(with_destiny=True)
        self._session = aiogram_walk.NoNetworkSession()
        self._bot = aiogram_walk.bot(self._session)
        self._storage = SQLiteStorage(self._file, self._keys)
        self._dispatcher = aiogram_walk.dispatcher(self._storage)

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Fill the storage's one table, in one transaction."""
        answers = json.dumps(scripted_conversation.stored_answers())
        persons = range(
            scripted_conversation.STORED_PERSON, scripted_conversation.STORED_PERSON + stored
        )
        rows = (
            (self._keys.build(aiogram_walk.key(person)), aiogram_walk.WAITS.state, answers)
            for person in persons
        )
        with closing(sqlite3.connect(self._file)) as file, file:
            file.executemany("INSERT INTO fsm_data (key, state, data) VALUES (?, ?, ?)", rows)

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update; its states are committed on the way."""
        await self._dispatcher.feed_raw_update(self._bot, json.loads(raw))

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._session.finished

    async def close(self) -> None:
        """Close the storage."""
        await self._storage.close()
