"""The client Haven's sender has."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.channels.telegram.aiohttp_request import AiohttpRequest
from tests.bench.sending.loopback_sending import Sending

if TYPE_CHECKING:
    from telegram.request import BaseRequest


class HavenClientSending(Sending):
    """Sends with aiohttp."""

    def client(self) -> BaseRequest:
        """Return it as the sender makes it."""
        return AiohttpRequest()
