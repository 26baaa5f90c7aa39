"""Letters that wait longer than the key of their hour lives are sealed anew, with a waiting key.

What nobody could deliver within 14 days has failed: its caseworker hears of it and must write
again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select, update

from bot.errors import DecryptionError
from bot.mailbox.letter import Author, LetterState
from bot.store.compiled import Prepared
from bot.store.tables.main import UNSENT, files, outbox, referrals
from bot.vault import Purpose
from bot.vault.keys.epoch_keys import HEADER_LENGTH, MAX_WAIT, RESEAL_AFTER, epoch_number

if TYPE_CHECKING:
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work
    from bot.vault import Vault

WAITED_TOO_LONG = "waited too long"
_OLD_LETTERS = Prepared(
    lambda _: (
        select(outbox.c.id, outbox.c.body, outbox.c.author, outbox.c.created_at)
        .where(UNSENT, outbox.c.created_at < bindparam("before"), outbox.c.body.is_not(None))
        .order_by(outbox.c.id)
    ),
    "before",
)
_RESEAL = Prepared(
    lambda _: update(outbox).where(outbox.c.id == bindparam("row")).values(body=bindparam("body")),
    "body",
    "row",
)
_MARK_FAILED = Prepared(
    lambda _: (
        update(outbox)
        .where(outbox.c.id == bindparam("row"))
        .values(
            state=LetterState.FAILED.value,
            fault=WAITED_TOO_LONG,
            body=None,
            settled_at=bindparam("at"),
        )
    ),
    "at",
    "row",
)


_OTHER_WAITING_KEYS = [
    Prepared(
        lambda _, it=column: (  # type: ignore[misc]
            select(func.substr(it, 1, HEADER_LENGTH)).where(it.is_not(None)).distinct()
        )
    )
    for column in (files.c.handle, referrals.c.asked)
]
"""What else is sealed with waiting keys: files to be fetched, questions that may be answered."""


def reencrypt_waiting(work: Work, outbox_: Outbox, vault: Vault, now: int) -> set[int]:
    """Seal anew what waits longer than an epoch lives; return the waiting keys in use."""
    dying, needed, moved, late = vault.expiring_epochs(now), set(), [], []
    for row, body, author, created in work.rows(_OLD_LETTERS, now - RESEAL_AFTER):
        sealed, place = bytes(body), b"%d" % row
        if created < now - MAX_WAIT:
            late.append((int(row), author))
            continue
        number = epoch_number(sealed)
        if number is None or number in dying:
            try:
                plain = vault.open(Purpose.OUTBOX, place, sealed)
            except DecryptionError:  # seen as failed once it is due
                continue
            sealed = vault.seal_with_waiting_key(Purpose.OUTBOX, place, plain, now)
            moved.append((sealed, row))
        needed.add(epoch_number(sealed) or 0)
    for statement in _OTHER_WAITING_KEYS:
        needed |= {epoch_number(bytes(front)) or 0 for (front,) in work.rows(statement)}
    work.many(_RESEAL, moved)
    work.many(_MARK_FAILED, [(now, row) for row, _author in late])
    humans = [(row, LetterState.FAILED) for row, author in late if author != Author.BOT]
    if humans and outbox_.on_ended is not None:
        outbox_.on_ended(work, humans, now)
    return needed
