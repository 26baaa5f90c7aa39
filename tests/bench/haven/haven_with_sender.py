"""Haven with its real sender: letters go through python-telegram-bot's `Bot`, then are cut off."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram import Bot

from bot.channels.telegram.sender import Sender
from tests.bench.haven.counting_channel import CountingChannel
from tests.bench.haven.haven_turns import Haven
from tests.bench.peers.ptb_walk import NoNetworkRequest
from tests.bench.update_feed import TOKEN

if TYPE_CHECKING:
    from pathlib import Path


class HavenSending(Haven):
    """The same, with the price of building and reading every call in it, as the peers have it."""

    def __init__(self, folder: Path) -> None:
        self._bot = Bot(TOKEN, request=NoNetworkRequest(), get_updates_request=NoNetworkRequest())
        super().__init__(folder)

    def line(self) -> CountingChannel:
        """Return a line that ends where the peers' end."""
        return CountingChannel(Sender(self._bot))

    async def setup(self, stored: int) -> None:
        """Begin, the bot first."""
        await self._bot.initialize()
        await super().setup(stored)
