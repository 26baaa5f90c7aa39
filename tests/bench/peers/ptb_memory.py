"""python-telegram-bot with everything in memory: the fastest it can be, and nothing survives."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from telegram import Update

from tests.bench import scripted_conversation
from tests.bench.peers import ptb_walk

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step


class PtbMemory:
    """One `Application`, fed as its own webhook server would feed it."""

    def __init__(self, _: Path) -> None:
        self._request = ptb_walk.NoNetworkRequest()
        self._app = ptb_walk.application(self._request)

    def press(self, person: int, step: Step) -> str:
        """Return the callback data of the peers."""
        return scripted_conversation.press(person, step)

    async def setup(self, stored: int) -> None:
        """Begin; the stored conversations go where the handler keeps its own."""
        await self._app.initialize()
        (handler,) = self._app.handlers[0]
        waits = scripted_conversation.STEPS[scripted_conversation.STORED].name
        for person in range(
            scripted_conversation.STORED_PERSON, scripted_conversation.STORED_PERSON + stored
        ):
            handler._conversations[person, person] = waits  # type: ignore[attr-defined]
            self._app.user_data[person].update(scripted_conversation.stored_answers())

    async def feed(self, raw: bytes) -> None:
        """Parse and process one update."""
        update = Update.de_json(json.loads(raw), self._app.bot)
        await self._app.process_update(update)

    async def finished(self) -> int:
        """Return what the transport counted."""
        return self._request.finished

    async def close(self) -> None:
        """Shut the application down."""
        await self._app.shutdown()
