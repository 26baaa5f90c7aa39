"""What can be broken on purpose where several machines share one database.

Without it nobody knows that the drill would notice. Each flaw changes one thing in this process,
before the bot is put together.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Final

from sqlalchemy import bindparam

from bot.mailbox import waiting_chats
from bot.mailbox.inbox import DIGEST_LENGTH, Arrival
from bot.mailbox.letter import LetterState
from bot.mailbox.letter_claims import LetterClaims
from bot.store.statements import select_by, update_by
from bot.store.tables.main import UNSENT, outbox
from bot.store.tables.main import waiting_chats as table

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.writer import Work

_COLUMNS = ("chat_key", "waiting_since", "update_count")
_SEND_AGAIN = update_by(
    outbox, by=(UNSENT, outbox.c.state == LetterState.SENDING.value),
    constants={"state": LetterState.QUEUED.value},
)  # fmt: skip


def _knows_none() -> None:
    """Take every update for a new one, in whichever process it arrives."""

    def of(number: int, raw: bytes) -> Arrival:
        return Arrival(number, raw, os.urandom(DIGEST_LENGTH))

    Arrival.of = of  # type: ignore[method-assign,assignment]


def _locks_no_chat() -> None:
    """Take the chats that wait without locking them."""
    waiting_chats._OLDEST = select_by(
        table, *_COLUMNS, by=("bot", table.c.not_before <= bindparam("now")),
        order_by="waiting_since", limit=bindparam("most"),
    )  # fmt: skip
    waiting_chats._ONE = select_by(table, *_COLUMNS, by=("bot", "chat_key"))


def _sends_again() -> None:
    """Let every letter wait again that was being sent when a leader ended."""

    def end_left(
        _self: LetterClaims, work: Work, _now: int, *, is_start: bool = False
    ) -> list[tuple[int, str]]:
        if is_start:
            work.run(_SEND_AGAIN)
        return []

    LetterClaims.end_left = end_left  # type: ignore[method-assign]


FLAWS: Final[dict[str, Callable[[], None]]] = {
    "knows_none": _knows_none,
    "locks_no_chat": _locks_no_chat,
    "sends_again": _sends_again,
}
"""By the name of the control that has them."""
