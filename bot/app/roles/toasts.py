"""What a worker sends by itself: toasts, which are worth nothing once they have waited."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.errors import DeliveryError
from bot.log import log

if TYPE_CHECKING:
    from bot.dispatch.batch import BatchResult
    from bot.mailbox.delivery import Channel
    from bot.messages import Body


class ToastSender:
    """Sends toasts, each once; everything else of a batch reaches the leader by the store."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self._sending: set[asyncio.Task[None]] = set()

    def hand_over(self, taken: BatchResult) -> None:
        """Do what follows from a stored batch outside the database."""
        for chat, toast in taken.toasts:
            task = asyncio.get_running_loop().create_task(self._send(chat, toast))
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)
        for case in taken.opened_cases:
            log.info("case_opened", case=case.reference, priority=int(case.priority))

    async def _send(self, chat: int, toast: Body) -> None:
        try:
            await self._channel.deliver(chat, toast)
        except DeliveryError:
            pass  # it is worth nothing later
        except Exception as error:  # noqa: BLE001 - a toast must not end the worker
            log.warning("letter_failed", error=type(error).__name__)
