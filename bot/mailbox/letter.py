"""A letter: one message on its way to one chat, who wrote it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.messages import Body

WITHDRAWN = "withdrawn"
"""The fault of a letter that was withdrawn before it could be sent."""


class LetterState(StrEnum):
    """What has become of a letter."""

    QUEUED = "queued"
    SENDING = "sending"
    """A human's letter is being sent; if its process ends, it is not known whether it was."""
    SENT = "sent"
    UNCERTAIN = "uncertain"
    FAILED = "failed"
    BLOCKED = "blocked"
    REFUSED = "refused"


class Lane(IntEnum):
    """Who is served first."""

    WIPE = -1
    PERSON = 0
    STAFF = 1
    CROWD = 2
    """Chats to which much was sent just now: no one waits behind a flood. No letter is stored with
    it; the courier decides it when a chat's turn comes."""


class Author(StrEnum):
    """Who wrote a letter; all but the first are sent by the person's contact rule."""

    BOT = "bot"
    """The bot, in answer to something the person sent: that is always sent."""
    CASEWORKER = "caseworker"
    OPENER = "opener"
    """The neutral question that comes before a caseworker's messages."""
    UNSOLICITED = "unasked"
    """The bot, although the person sent nothing just now."""
    REMINDER = "reminder"
    """The same neutral question, because a legal deadline is near."""


SEND_ONCE = frozenset({Author.CASEWORKER, Author.UNSOLICITED, Author.REMINDER})
"""Whose letters are never sent again when it is not known whether they arrived."""


@dataclass(slots=True)
class Letter:
    """One message on its way to one chat."""

    id: int
    chat_key: bytes
    chat: int
    body: Body
    lane: int = Lane.PERSON
    author: str = Author.BOT
    attempts: int = 0
    not_before: int = 0
    created_at: int = 0
    delay_reason: str | None = None
    """Why it waits, other than for the network: other letters of the chat do not wait behind it."""
    fence: int = 0
    """How often it was claimed, up to the claim under which it is here."""


@dataclass(slots=True)
class DeliveryResult:
    """What became of an attempt to deliver a letter."""

    letter: Letter
    state: LetterState
    at: int
    message_id: int | None = None
    fault: str | None = None
    not_before: int = 0
    """For QUEUED: when to try again."""
    delay_reason: str | None = None
    """For QUEUED: why it is delayed; that is stored already."""

    @property
    def is_routine(self) -> bool:
        """Tell whether no desk has to show what became of the letter."""
        return self.state is LetterState.SENT and self.letter.author == Author.BOT
