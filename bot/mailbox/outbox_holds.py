"""Delayed letters: held until an hour, until the opener is answered, until the clock is steady."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.mailbox.letter import WITHDRAWN, Author, LetterState
from bot.mailbox.outbox import LetterContent, Outbox
from bot.mailbox.outbox_results import UPDATE_ENDED, update_statement
from bot.messages import EditText, SendFile, SendText
from bot.store.statements import select_by, select_one, update_by
from bot.store.tables.main import UNSENT, outbox

if TYPE_CHECKING:
    from bot.store.writer import Work


REMOVAL_HOLD = "vanishes"
"""The hold of a letter that deletes messages at a moment: it is never withdrawn."""
_IS_QUEUED = outbox.c.state == LetterState.QUEUED.value
_RELEASE = update_by(
    outbox, "not_before", by=(UNSENT, "chat_key", _IS_QUEUED, "hold"), constants={"hold": None}
)
_HOLD = update_statement("not_before", "hold", state=LetterState.QUEUED.value)
_HELD_LETTERS = select_by(
    outbox,
    "id",
    "author",
    by=(
        UNSENT,
        "chat_key",
        _IS_QUEUED,
        outbox.c.hold.is_not(None),
        outbox.c.hold != REMOVAL_HOLD,
        # A reminder is the bot's own: the contact policy decides when it is sent, and tells staff
        # where it may not be.
        outbox.c.author != Author.REMINDER.value,
    ),
)
_LOAD_STATE = select_one(outbox, "state", "hold", "body", by="id")
_REPLACE_BODY = update_by(outbox, "body", by=("id", _IS_QUEUED, outbox.c.hold.is_not(None)))


def hold_letter(work: Work, letter: int, reason: str, not_before: int) -> None:
    """Delay a letter, for this reason, until a moment."""
    work.run(_HOLD, not_before, reason, letter)


def release_letters(work: Work, chat_key: bytes, reason: str, not_before: int) -> None:
    """Release the letters of a chat that wait for this reason, from a moment on."""
    work.run(_RELEASE, not_before, chat_key, reason)


def withdraw_letters(
    work: Work, chat_key: bytes, now: int, author: Author | None = None
) -> list[int]:
    """Withdraw the delayed letters of a chat; return them.

    Args:
        work: the unit of work.
        chat_key: the chat.
        now: the moment.
        author: only these; None: all.
    """
    held = work.rows(_HELD_LETTERS, chat_key)
    letters = [int(row) for row, written_by in held if author in {None, written_by}]
    work.many(UPDATE_ENDED, [(LetterState.REFUSED.value, WITHDRAWN, now, row) for row in letters])
    return letters


def letter_state(work: Work, letter: int) -> tuple[LetterState, str | None] | None:
    """Return the state of a letter, and why it waits; None for one whose row was deleted."""
    rows = work.rows(_LOAD_STATE, letter)
    return (LetterState(rows[0][0]), rows[0][1]) if rows else None


def replace_text(letters: Outbox, work: Work, letter: int, text: str) -> int:
    """Put another text into a delayed letter; return 0 if it does not wait any more.

    Raises:
        DecryptionError: the letter was altered.
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
