"""python-telegram-bot with its conversations in SQLite, as people write it who need them to last.

A `DictPersistence` whose updates are written to a table too, each with a commit of its own, with
SQLite's defaults (rollback journal, `synchronous=FULL`). It is flushed after every update, as
`ptb_pickle` is.
"""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING, Any

from telegram import Update
from telegram.ext import DictPersistence

from tests.bench import scripted_conversation
from tests.bench.peers import ptb_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step

_TABLES = (
    "CREATE TABLE states (chat INTEGER PRIMARY KEY, state TEXT)",
    "CREATE TABLE answers (chat INTEGER PRIMARY KEY, answers TEXT NOT NULL)",
)
_SET_STATE = "INSERT OR REPLACE INTO states VALUES (?, ?)"
_SET_ANSWERS = "INSERT OR REPLACE INTO answers VALUES (?, ?)"


class SqlitePersistence(DictPersistence):
    """States and answers of each chat, in a file and in memory."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database
        states = {
            json.dumps([chat, chat]): it for chat, it in database.execute("SELECT * FROM states")
        }
        answers = {chat: json.loads(it) for chat, it in database.execute("SELECT * FROM answers")}
        super().__init__(
            conversations_json=json.dumps(
                {ptb_walk.NAME: {json.dumps([chat, chat]): it for chat, it in states.items()}}
            ),
            user_data_json=json.dumps(answers),
        )

    async def update_conversation(
        self, name: str, key: tuple[int | str, ...], new_state: object | None
    ) -> None:
        """Write the state of a chat."""
        await super().update_conversation(name, key, new_state)
        with self._database:
            self._database.execute(_SET_STATE, (key[0], new_state))

    async def update_user_data(self, user_id: int, data: dict[Any, Any]) -> None:
        """Write the answers of a person."""
        await super().update_user_data(user_id, data)
        with self._database:
            self._database.execute(_SET_ANSWERS, (user_id, json.dumps(data)))


class PtbSqlite:
    """One `Application` whose file is as new as its last update."""

    def __init__(self, folder: Path) -> None:
        self._database = sqlite3.connect(folder / "conversations.db")
        self._request = ptb_walk.NoNetworkRequest()
        self._app: ptb_walk.App | None = None

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Fill the tables in one transaction, and begin with them."""
        first = scripted_conversation.STORED_PERSON
        waits = scripted_conversation.STEPS[scripted_conversation.STORED].name
        answers = json.dumps(scripted_conversation.stored_answers())
        with self._database:
            for table in _TABLES:
                self._database.execute(table)
            persons = range(first, first + stored)
            self._database.executemany(_SET_STATE, ((it, waits) for it in persons))
            self._database.executemany(_SET_ANSWERS, ((it, answers) for it in persons))
        self._app = ptb_walk.application(self._request, SqlitePersistence(self._database))
        await self._app.initialize()

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update, then write what it changed."""
        app = self._running
        await app.process_update(Update.de_json(json.loads(raw), app.bot))
        await app.update_persistence()

    @property
    def _running(self) -> ptb_walk.App:
        if self._app is None:
            raise RuntimeError("it has not begun")
        return self._app

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._request.finished

    async def close(self) -> None:
        """Shut the application down and close the file."""
        await self._running.shutdown()
        self._database.close()
