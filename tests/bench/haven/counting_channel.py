"""The end of the line: letters come here instead of going to Telegram, and are counted."""

from __future__ import annotations

import asyncio
from collections import defaultdict, deque
from typing import TYPE_CHECKING

from bot.messages import Body, SendText
from tests.bench import scripted_conversation

if TYPE_CHECKING:
    from bot.mailbox.delivery import Channel


class CountingChannel:
    """A channel that tells when a person has been answered.

    With a channel behind it, the person has been answered when that one has delivered.
    """

    def __init__(self, channel: Channel | None = None) -> None:
        self._channel = channel
        self._sent = 0
        self._awaited: defaultdict[int, deque[asyncio.Future[None]]] = defaultdict(deque)
        self.finished = 0
        """How many people have heard the last words."""

    def answer_to(self, chat: int) -> asyncio.Future[None]:
        """Return what is done once the next message has reached this chat."""
        answered: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._awaited[chat].append(answered)
        return answered

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver; of everything that is said, take note."""
        if self._channel is not None:
            await self._channel.deliver(chat, body)
        if not isinstance(body, SendText):
            return None
        self._sent += 1
        self.finished += body.text == scripted_conversation.DONE
        self._answered(chat)
        return self._sent

    def _answered(self, chat: int) -> None:
        waiting = self._awaited[chat]
        waiting.popleft().set_result(None)
        if not waiting:
            del self._awaited[chat]
