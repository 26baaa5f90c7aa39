"""aiogram with its states in memory; nothing survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from aiogram.fsm.storage.memory import MemoryStorage

from tests.bench import scripted_conversation
from tests.bench.peers import aiogram_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step


class AiogramMemory:
    """One `Dispatcher`, fed as its own webhook handler would feed it."""

    def __init__(self, _: Path) -> None:
        self._session = aiogram_walk.NoNetworkSession()
        self._bot = aiogram_walk.bot(self._session)
        self._storage = MemoryStorage()
        self._dispatcher = aiogram_walk.dispatcher(self._storage)

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Begin with so many conversations in the storage."""
        for person in range(
            scripted_conversation.STORED_PERSON, scripted_conversation.STORED_PERSON + stored
        ):
            await self._storage.set_state(aiogram_walk.key(person), aiogram_walk.WAITS)
            await self._storage.set_data(
                aiogram_walk.key(person), scripted_conversation.stored_answers()
            )

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update."""
        await self._dispatcher.feed_raw_update(self._bot, json.loads(raw))

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._session.finished

    async def close(self) -> None:
        """Close the storage."""
        await self._storage.close()
