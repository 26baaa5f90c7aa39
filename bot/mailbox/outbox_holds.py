"""Letters that are held back in the outbox: for a person's hour, for an answer, for the clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace
from sqlalchemy import bindparam, select, update

from bot.mailbox.letter import Author, LetterState
from bot.mailbox.outbox import LetterContent, Outbox
from bot.mailbox.outbox_results import UPDATE_ENDED, update_statement
from bot.messages import EditText, SendFile, SendText
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from bot.store.writer import Work


REMOVAL_HOLD = "vanishes"
"""The hold of what takes messages away at a moment: nobody takes that back."""
_RELEASE = Prepared(
    lambda _: (
        update(outbox)
        .where(
            UNSENT,
            outbox.c.chat_key == bindparam("key"),
            outbox.c.state == LetterState.QUEUED.value,
            outbox.c.hold == bindparam("reason"),
        )
        .values(not_before=bindparam("not_before"), hold=None)
    ),
    "not_before",
    "key",
    "reason",
)
_HOLD = update_statement("not_before", "hold", state=LetterState.QUEUED.value)
_HELD_LETTERS = Prepared(
    lambda _: select(outbox.c.id, outbox.c.author).where(
        UNSENT,
        outbox.c.chat_key == bindparam("key"),
        outbox.c.state == LetterState.QUEUED.value,
        outbox.c.hold.is_not(None),
        outbox.c.hold != REMOVAL_HOLD,
        # The house's own question is no caseworker's to leave unsaid: the gate decides when it is
        # due, and tells staff where it may not go.
        outbox.c.author != Author.REMINDER.value,
    ),
    "key",
)


def hold_letter(work: Work, letter: int, reason: str, not_before: int) -> None:
    """Hold a letter back, for this reason, until a moment."""
    work.run(_HOLD, not_before, reason, letter)


def release_letters(work: Work, chat_key: bytes, reason: str, not_before: int) -> None:
    """Let go what waits in a chat for this reason, from a moment on."""
    work.run(_RELEASE, not_before, chat_key, reason)


def withdraw_letters(
    work: Work, chat_key: bytes, now: int, author: Author | None = None
) -> list[int]:
    """Send nothing any more of what is held back in a chat; return those letters.

    Args:
        work: the unit of work.
        chat_key: the chat.
        now: the moment.
        author: only theirs; None: everybody's.
    """
    held = work.rows(_HELD_LETTERS, chat_key)
    letters = [int(row) for row, whose in held if author in {None, whose}]
    work.many(UPDATE_ENDED, [(LetterState.REFUSED.value, "withdrawn", now, row) for row in letters])
    return letters


_LOAD_STATE = Prepared(
    lambda _: select(outbox.c.state, outbox.c.hold, outbox.c.body).where(
        outbox.c.id == bindparam("row")
    ),
    "row",
)
_REPLACE_BODY = Prepared(
    lambda _: (
        update(outbox)
        .where(
            outbox.c.id == bindparam("row"),
            outbox.c.state == LetterState.QUEUED.value,
            outbox.c.hold.is_not(None),
        )
        .values(body=bindparam("body"))
    ),
    "body",
    "row",
)


def letter_state(work: Work, letter: int) -> tuple[LetterState, str | None] | None:
    """Return how far a letter has come, and why it waits; None for one that is forgotten."""
    rows = work.rows(_LOAD_STATE, letter)
    return (LetterState(rows[0][0]), rows[0][1]) if rows else None


def replace_text(letters: Outbox, work: Work, letter: int, text: str) -> int:
    """Put other words into a letter that is held back; return 0 where it is not any more.

    Raises:
        DoesNotOpen: the letter was altered.
    """
    rows = work.rows(_LOAD_STATE, letter)
    if not rows or rows[0][2] is None:
        return 0
    old = letters.open(letter, bytes(rows[0][2]))
    if isinstance(old.body, SendFile):
        new = LetterContent(old.chat, replace(old.body, caption=text))
    elif isinstance(old.body, SendText | EditText):
        new = LetterContent(old.chat, replace(old.body, text=text))
    else:
        return 0
    return work.run(_REPLACE_BODY, letters.seal(letter, new), letter)
