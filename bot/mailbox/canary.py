"""The canary: a chat that no person can have, whose letters never reach the channel.

An update of this chat goes through the whole path, so that a path that is blocked shows before a
person meets it. It is counted nowhere, it can open no case, and its rows are deleted.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.mailbox.inbox import Arrival
from bot.store.statements import delete_by
from bot.store.tables.main import conversations, inbox, outbox, waiting_chats

if TYPE_CHECKING:
    from bot.mailbox.delivery import Channel
    from bot.messages import Body
    from bot.store.writer import Work

CANARY_CHAT = 2**53 - 1
"""Telegram's numbers of chats and accounts have at most 52 bits."""
CANARY_UPDATE = 2**53 - 1
"""Telegram's update ids have at most 31 bits."""
_RAW = (
    '{"update_id":%d,"message":{"message_id":1,"date":%d,"chat":{"id":%d,"type":"private"},'
    '"from":{"id":%d,"is_bot":false,"first_name":"canary","language_code":"en"},"text":"/start"}}'
)
_DELETE_UPDATES = delete_by(inbox, by=("update_id", "bot"))
_DELETE_LETTERS = delete_by(outbox, by="chat_key")
_DELETE_WAITING = delete_by(waiting_chats, by="chat_key")
_DELETE_CONVERSATION = delete_by(conversations, by="chat_key")


class CanaryChannel:
    """A channel that keeps the canary's letters, and passes on all others."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel
        self.arrived = asyncio.Event()
        """Set when a letter of the canary would have been sent."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver a letter, unless it is the canary's."""
        if chat == CANARY_CHAT:
            self.arrived.set()
            return None
        return await self._channel.deliver(chat, body)


def canary_arrival(seconds: int) -> Arrival:
    """Return the canary's update, as the channel would send it at a moment (seconds since 1970)."""
    raw = _RAW % (CANARY_UPDATE, seconds, CANARY_CHAT, CANARY_CHAT)
    return Arrival.of(CANARY_UPDATE, raw.encode())


def delete_canary(work: Work, bot: int, chat_key: bytes) -> None:
    """Delete every row of the canary; no job has to look because of that."""
    work.is_quiet = True
    work.run(_DELETE_UPDATES, CANARY_UPDATE, bot)
    work.run(_DELETE_WAITING, chat_key)
    work.run(_DELETE_LETTERS, chat_key)
    work.run(_DELETE_CONVERSATION, chat_key)
