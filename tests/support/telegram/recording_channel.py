"""The edge of the world: a channel that shows what arrived, and fails when it is told to."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import ChatBlockedError, DeliveryError
from bot.messages import (
    Body,
    CopyMessage,
    DeleteMessages,
    EditText,
    LeaveGroup,
    OpenTopic,
    SendFile,
    SendLocation,
    SendRecording,
    SendText,
    SendUpload,
    Toast,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class DeliveryFault:
    """What becomes of one attempt to deliver."""

    error: Exception | None = None
    arrives: bool = True
    """Whether the letter arrived all the same."""
    seconds: float = 0.0
    """How long it takes."""


FINE = DeliveryFault()


@dataclass
class RecordingChannel:
    """Every chat as its person sees it, and everything that was ever handed over."""

    fate: Callable[[int, Body], DeliveryFault] = lambda _chat, _body: FINE
    """Decides what becomes of an attempt."""
    chats: dict[int, dict[int, SendText]] = field(default_factory=lambda: defaultdict(dict))
    """What each chat shows now: messages by number, oldest first."""
    arrived: list[tuple[int, Body]] = field(default_factory=list)
    attempts: list[tuple[int, Body]] = field(default_factory=list)
    toasts: list[tuple[int, Toast]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    blocked: set[int] = field(default_factory=set)
    _texts: dict[int, list[str]] = field(default_factory=lambda: defaultdict(list))
    """By chat, as a test of many people asks for them after each update."""
    _number: int = 100_000
    """Far from what people count: their messages and ours lie in one chat."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        self.attempts.append((chat, body))
        mishap = DeliveryFault(ChatBlockedError("blocked"), arrives=False)
        if chat not in self.blocked:
            mishap = self.fate(chat, body)
        if mishap.seconds:
            await asyncio.sleep(mishap.seconds)
        number = self._arrive(chat, body) if mishap.arrives else None
        if mishap.error is not None:
            raise mishap.error
        return number

    def _arrive(self, chat: int, body: Body) -> int | None:
        self.arrived.append((chat, body))
        if isinstance(body, SendText):
            self._texts[chat].append(body.text)
            self._number += 1
            self.chats[chat][self._number] = body
            return self._number
        if isinstance(
            body, SendFile | SendUpload | CopyMessage | SendLocation | OpenTopic | SendRecording
        ):
            self._number += 1
            return self._number
        if isinstance(body, EditText):
            self.chats[chat][body.message] = SendText(body.text, body.rows, body.prefix)
        elif isinstance(body, DeleteMessages):
            for number in body.messages:
                self.chats[chat].pop(number, None)
        elif isinstance(body, Toast):
            self.toasts.append((chat, body))
        elif isinstance(body, LeaveGroup):
            self.left.append(chat)
        return None

    def texts(self, chat: int) -> list[str]:
        """Return every text that ever arrived in a chat, in order."""
        return [*self._texts[chat]]


def delivery_failure(error: DeliveryError, *, arrives: bool = False) -> DeliveryFault:
    """Return a failure; by default nothing arrived."""
    return DeliveryFault(error, arrives=arrives)
