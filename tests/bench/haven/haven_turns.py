"""Haven as a subject: updates in as the poller brings them, letters out as the courier does."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Final

import msgspec

from bot.app.run import tune_gc
from bot.channels.telegram.parsing.split_batch import split_updates
from bot.dispatch import callback_data
from bot.mailbox.inbox import Arrival
from tests.bench import scripted_conversation
from tests.bench.haven import haven_parts
from tests.bench.haven.counting_channel import CountingChannel
from tests.bench.haven.scripted_flow import Welcome

if TYPE_CHECKING:
    from pathlib import Path

    from tests.bench.scripted_conversation import Step

_ANSWER: Final = b'{"ok":true,"result":[%b]}'
_STORED: Final = "tests.bench.haven.stored_conversations"


class _Person(msgspec.Struct):
    id: int


class _Sent(msgspec.Struct):
    sender: _Person = msgspec.field(name="from")


class _Whose(msgspec.Struct):
    message: _Sent | None = None
    callback_query: _Sent | None = None


_whose = msgspec.json.Decoder(_Whose).decode


class Haven:
    """Everything from the bytes of an update to the letter handed over, on a real disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._store = haven_parts.database(folder)
        self._line = self.line()

    def line(self) -> CountingChannel:
        """Return where letters end."""
        return CountingChannel()

    def press(self, person: int, step: Step) -> str:
        """Return the token of a button: Haven vouches for each, to its chat and its question."""
        place = [code for row in step.choices for _, code in row].index(step.answer)
        key = haven_parts.VAULT.chat_key(haven_parts.NUMBER, person)
        asked = 1 + scripted_conversation.STEPS.index(step)
        where = f"{Welcome.name}.{step.name}@{haven_parts.ERA}"
        return callback_data.token_prefix(haven_parts.VAULT, key, asked, where) + str(place)

    async def setup(self, stored: int) -> None:
        """Have the store filled, then open it."""
        filling = await asyncio.create_subprocess_exec(
            sys.executable, "-m", _STORED, str(self._folder), str(stored)
        )
        if await filling.wait():
            raise SystemExit("haven: the store could not be filled.")
        letters = haven_parts.courier(self._store, self._line)
        self._dispatcher = haven_parts.dispatcher(self._store, letters)
        self._courier = asyncio.create_task(letters.run())
        tune_gc()

    async def feed(self, raw: bytes) -> None:
        """Take one update out of an answer of Telegram's; return when its letter is delivered."""
        answered = self._line.answer_to(self.person_of(raw))
        arrivals = self.arrivals(raw)
        await self._dispatcher.receive(arrivals, arrivals[-1].update_id + 1)
        await answered

    @staticmethod
    def arrivals(raw: bytes) -> list[Arrival]:
        """Return an update as the poller hands it over."""
        return [Arrival.of(each.update_id, each.raw) for each in split_updates(_ANSWER % raw)]

    @staticmethod
    def person_of(raw: bytes) -> int:
        """Return who sent an update."""
        whose = _whose(raw)
        sent = whose.message or whose.callback_query
        assert sent is not None
        return sent.sender.id

    async def finished(self) -> int:
        """Return what the line counted."""
        return self._line.finished

    async def close(self) -> None:
        """Let the courier write down what it has delivered, then close the store."""
        self._courier.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._courier
        await self._store.close()


class HavenOnPostgreSQL(Haven):
    """The same on the other database."""

    def __init__(self, folder: Path) -> None:
        from tests.support.database import postgres_server  # noqa: PLC0415 - only where it is measured

        tempfile.tempdir = str(folder.parent)  # a real disk; outlives this folder, and goes with us
        os.environ[haven_parts.ADDRESS] = postgres_server.empty_database()
        super().__init__(folder)
