"""python-telegram-bot with `PicklePersistence`, flushed after every update.

By default it flushes once a minute, and a crash loses that minute. Here every update is in the file
(though never synced to the disk) before the next: with `on_flush`, which writes the file once, not
once for every changed value.
"""

from __future__ import annotations

import json
import pickle
from typing import TYPE_CHECKING

from telegram import Update
from telegram.ext import PicklePersistence

from tests.bench import scripted_conversation
from tests.bench.peers import ptb_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step


class PtbPickle:
    """One `Application` whose file is as new as its last update."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "conversations.pickle"
        self._request = ptb_walk.NoNetworkRequest()
        self._persistence = PicklePersistence(self._file, on_flush=True)
        self._app = ptb_walk.application(self._request, self._persistence)

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Write the file as a former run would have left it, and begin with it."""
        persons = range(
            scripted_conversation.STORED_PERSON, scripted_conversation.STORED_PERSON + stored
        )
        waits = scripted_conversation.STEPS[scripted_conversation.STORED].name
        left = {
            "conversations": {ptb_walk.NAME: {(person, person): waits for person in persons}},
            "user_data": {person: scripted_conversation.stored_answers() for person in persons},
            "chat_data": {},
            "bot_data": {},
            "callback_data": None,
        }
        self._file.write_bytes(pickle.dumps(left))
        await self._app.initialize()

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update, then write the file."""
        update = Update.de_json(json.loads(raw), self._app.bot)
        await self._app.process_update(update)
        await self._app.update_persistence()
        await self._persistence.flush()

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._request.finished

    async def close(self) -> None:
        """Shut the application down."""
        await self._app.shutdown()
