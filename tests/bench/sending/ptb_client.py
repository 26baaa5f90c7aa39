"""The client python-telegram-bot brings along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from telegram.request import HTTPXRequest

from tests.bench.sending.loopback_sending import Sending

if TYPE_CHECKING:
    from telegram.request import BaseRequest


class PtbSending(Sending):
    """Sends with httpx."""

    def client(self) -> BaseRequest:
        """Return it as `ApplicationBuilder` would make it."""
        return HTTPXRequest()
