"""Other words for a letter that is held back: nobody reads the first ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import bindparam, select, update

from bot.mailbox.letter import State
from bot.mailbox.outbox import Content, Outbox
from bot.messages import Edit, Enclose, Say
from bot.store.prepared import Prepared
from bot.store.tables import outbox

if TYPE_CHECKING:
    from bot.store.writer import Work

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
