"""One `Bot` on a socket; every update of the feed stands for one message to send."""

from __future__ import annotations

import asyncio
import sys
from typing import TYPE_CHECKING, Final

from telegram import Bot

from tests.bench import scripted_conversation
from tests.bench.update_feed import FIRST_PERSON, TOKEN

if TYPE_CHECKING:
    from pathlib import Path

    from telegram.request import BaseRequest

    from tests.bench.scripted_conversation import Step

_SERVER: Final = (sys.executable, "-m", "tests.bench.sending.loopback_server")
_PIPE: Final = asyncio.subprocess.PIPE


class Sending:
    """Sends to the loopback server with the client its child classes choose."""

    def __init__(self, _: Path) -> None:
        self._sent = 0

    async def setup(self, stored: int) -> None:
        """Start the server and say hello; `stored` means nothing to a client."""
        del stored
        self._server = await asyncio.create_subprocess_exec(*_SERVER, stdin=_PIPE, stdout=_PIPE)
        assert self._server.stdout is not None
        port = int(await self._server.stdout.readline())
        self._bot = Bot(
            TOKEN,
            base_url=f"http://127.0.0.1:{port}/bot",
            request=self.client(),
            get_updates_request=self.client(),
        )
        await self._bot.initialize()

    def client(self) -> BaseRequest:
        """Return the HTTP client under the bot."""
        raise NotImplementedError

    def press(self, person: int, step: Step) -> str:
        """Return what nobody will press."""
        return scripted_conversation.press(person, step)

    async def feed(self, raw: bytes) -> None:
        """Send one message and read the answer."""
        del raw
        await self._bot.send_message(FIRST_PERSON, scripted_conversation.STEPS[3].asks)
        self._sent += 1

    async def finished(self) -> int:
        """Return how many whole walks the messages sent amount to."""
        return self._sent // scripted_conversation.UPDATES

    async def close(self) -> None:
        """Close the client, then let the server end."""
        await self._bot.shutdown()
        assert self._server.stdin is not None
        self._server.stdin.close()
        await self._server.wait()
