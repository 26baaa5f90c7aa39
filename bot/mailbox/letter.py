"""A letter: one message on its way to one chat, whose words it carries, and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.store.compiled import PreparedList
from bot.store.tables.main import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.messages import Body
    from bot.store.writer import Work


class LetterState(StrEnum):
    """How far a letter has come."""

    QUEUED = "queued"
    SENDING = "sending"
    """A human's letter is on its way; after a crash nobody knows."""
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
    """People to whom much was said just now: nobody waits behind a flood. No letter is stored so;
    the courier finds it when it lines a chat up."""


class Author(StrEnum):
    """Whose words a letter carries; all but the first go by the person's contact rule."""

    BOT = "bot"
    """The bot's, in answer to something the person sent: that goes whatever their rule."""
    CASEWORKER = "caseworker"
    OPENER = "opener"
    """The neutral question a caseworker's words wait for."""
    UNSOLICITED = "unasked"
    """The bot's own, though the person sent nothing just now."""
    REMINDER = "reminder"
    """The same neutral question, because a time the law gives runs out."""


SEND_ONCE = frozenset({Author.CASEWORKER, Author.UNSOLICITED, Author.REMINDER})
"""Whose letters are never sent again when nobody knows whether they arrived."""


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
    """Why it waits, when it is not for the network: nobody's other letters wait behind it."""


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
    """For QUEUED: why it was held back; that is in the store already."""


_MESSAGE_IDS = PreparedList(
    lambda values: select(outbox.c.id, outbox.c.message).where(
        outbox.c.id.in_(values), outbox.c.message.is_not(None)
    )
)


def sent_message_ids(work: Work, letters: Sequence[int]) -> dict[int, int]:
    """Return the channel's numbers of letters that were sent."""
    return {int(row): int(number) for row, number in work.rows_in(_MESSAGE_IDS, letters)}
