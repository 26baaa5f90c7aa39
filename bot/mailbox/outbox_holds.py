"""Letters that are held back in the outbox: for a person's hour, for an answer, for the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import bindparam, select, update

from bot.mailbox.letter import Author, State
from bot.mailbox.outbox import Content, Outbox
from bot.mailbox.outbox_results import ENDED, change_of
from bot.messages import Edit, Enclose, Say
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from bot.store.writer import Work


VANISHES = "vanishes"
"""The hold of what takes messages away at a moment: nobody takes that back."""
_RELEASE = Prepared(
    lambda _: (
        update(outbox)
        .where(
            UNSENT,
            outbox.c.chat_key == bindparam("key"),
            outbox.c.state == State.QUEUED.value,
            outbox.c.hold == bindparam("reason"),
        )
        .values(not_before=bindparam("not_before"), hold=None)
    ),
    "not_before",
    "key",
    "reason",
)
_HOLD = change_of("not_before", "hold", state=State.QUEUED.value)
_HELD_BACK = Prepared(
    lambda _: select(outbox.c.id, outbox.c.author).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == State.QUEUED.value,
        outbox.c.hold.is_not(None),
        outbox.c.hold != VANISHES,
        # The house's own question is no caseworker's to leave unsaid: the gate decides when it is
        # due, and tells staff where it may not go.
        outbox.c.author != Author.REMINDER.value,
    ),
    "key",
)


def hold(work: Work, letter: int, reason: str, not_before: int) -> None:
    """Hold a letter back, for this reason, until a moment."""
    work.run(_HOLD, not_before, reason, letter)


def release(work: Work, chat_key: bytes, reason: str, not_before: int) -> None:
    """Let go what waits in a chat for this reason, from a moment on."""
    work.run(_RELEASE, not_before, chat_key, reason)


def withdraw(work: Work, chat_key: bytes, now: int, author: Author | None = None) -> list[int]:
    """Send nothing any more of what is held back in a chat; return those letters.

    Args:
        work: the unit of work.
        chat_key: the chat.
        now: the moment.
        author: only theirs; None: everybody's.
    """
    held = work.rows(_HELD_BACK, chat_key)
    letters = [int(row) for row, whose in held if author in {None, whose}]
    work.many(ENDED, [(State.REFUSED.value, "withdrawn", now, row) for row in letters])
    return letters


_STANDS = Prepared(
    lambda _: select(outbox.c.state, outbox.c.hold, outbox.c.body).where(
        outbox.c.id == bindparam("row")
    ),
    "row",
)
_REWORD = Prepared(
    lambda _: (
        update(outbox)
        .where(
            outbox.c.id == bindparam("row"),
            outbox.c.state == State.QUEUED.value,
            outbox.c.hold.is_not(None),
        )
        .values(body=bindparam("body"))
    ),
    "body",
    "row",
)


def stands(work: Work, letter: int) -> tuple[State, str | None] | None:
    """Return how far a letter has come, and why it waits; None for one that is forgotten."""
    rows = work.rows(_STANDS, letter)
    return (State(rows[0][0]), rows[0][1]) if rows else None


def reword(kept: Outbox, work: Work, letter: int, words: str) -> int:
    """Put other words into a letter that is held back; return 0 where it is not any more.

    Raises:
        DoesNotOpen: the letter was altered.
    """
    rows = work.rows(_STANDS, letter)
    if not rows or rows[0][2] is None:
        return 0
    old = kept.open(letter, bytes(rows[0][2]))
    if isinstance(old.body, Enclose):
        new = Content(old.chat, replace(old.body, caption=words))
    elif isinstance(old.body, Say | Edit):
        new = Content(old.chat, replace(old.body, text=words))
    else:
        return 0
    return work.run(_REWORD, kept.seal(letter, new), letter)
