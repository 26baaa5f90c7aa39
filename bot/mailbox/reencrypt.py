"""Re-encryption of letters and passphrases that wait longer than the key of their half hour lives.

They get a waiting key. What cannot be delivered within 14 days has failed: the caseworker is told
and has to write again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func

from bot.errors import DecryptionError
from bot.log import log
from bot.mailbox.letter import Author, LetterState
from bot.store.statements import delete_by, select_by, update_by
from bot.store.tables.case_extras import passphrase_jobs
from bot.store.tables.main import UNSENT, files, outbox, referrals
from bot.vault import Purpose, Vault
from bot.vault.keys.epoch_keys import HEADER_LENGTH, MAX_WAIT, RESEAL_AFTER, epoch_number

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.mailbox.outbox import OutboxResults
    from bot.store.writer import Work

    Reencrypt = Callable[[Purpose, bytes, bytes], bytes | None]

WAITED_TOO_LONG = "waited too long"
_OLD_LETTERS = select_by(
    outbox, "id", "body", "author", "created_at", order_by="id",
    by=(UNSENT, outbox.c.created_at < bindparam("before"), outbox.c.body.is_not(None)),
)  # fmt: skip
_SET_BODY = update_by(outbox, "body", by="id")
_MARK_FAILED = update_by(
    outbox, "settled_at", by="id",
    constants={"state": LetterState.FAILED.value, "fault": WAITED_TOO_LONG, "body": None},
)  # fmt: skip
_IS_OLD = passphrase_jobs.c.created_at < bindparam("before")
_OLD_PASSPHRASES = select_by(passphrase_jobs, "id", "sealed", by=_IS_OLD)
_SET_PASSPHRASE = update_by(passphrase_jobs, "sealed", by="id")
_EXPIRE_PASSPHRASES = delete_by(passphrase_jobs, by=_IS_OLD)
_OTHER_WAITING_KEYS = [
    select_by(column.table, func.substr(column, 1, HEADER_LENGTH), by=column.is_not(None))
    for column in (files.c.handle, referrals.c.asked)
]
"""What else is sealed with waiting keys: files to be fetched, questions that may be answered."""


def reencrypt_waiting(work: Work, results: OutboxResults, vault: Vault, now: int) -> set[int]:
    """Re-encrypt what waits longer than an epoch lives; return the waiting keys in use."""
    dying = vault.expiring_epochs(now)

    def reencrypt(purpose: Purpose, associated_data: bytes, sealed: bytes) -> bytes | None:
        """Return what is sealed, with a waiting key if its own expires; None: it does not open."""
        number = epoch_number(sealed)
        if number is not None and number not in dying:
            return sealed
        try:
            plain = vault.open(purpose, associated_data, sealed)
        except DecryptionError:
            return None
        return vault.seal_with_waiting_key(purpose, associated_data, plain, now)

    needed = _reencrypt_letters(work, results, reencrypt, now)
    needed |= _reencrypt_passphrases(work, reencrypt, now)
    for statement in _OTHER_WAITING_KEYS:
        needed |= {epoch_number(bytes(header)) or 0 for (header,) in work.rows(statement)}
    return needed


def _reencrypt_letters(
    work: Work, results: OutboxResults, reencrypt: Reencrypt, now: int
) -> set[int]:
    moved, late, needed = [], [], set()
    for row, body, author, created_at in work.rows(_OLD_LETTERS, now - RESEAL_AFTER):
        if created_at < now - MAX_WAIT:
            late.append((int(row), author))
            continue
        sealed = reencrypt(Purpose.OUTBOX, b"%d" % row, bytes(body))
        if sealed is None:  # seen as failed once it is due
            continue
        if sealed != body:
            moved.append((sealed, row))
        needed.add(epoch_number(sealed) or 0)
    work.many(_SET_BODY, moved)
    work.many(_MARK_FAILED, [(now, row) for row, _author in late])
    failed = [(row, LetterState.FAILED) for row, author in late if author != Author.BOT]
    results.notify_ended(work, failed, now)
    return needed


def _reencrypt_passphrases(work: Work, reencrypt: Reencrypt, now: int) -> set[int]:
    if count := work.run(_EXPIRE_PASSPHRASES, now - MAX_WAIT):
        log.error("passphrase_given_up", count=count)
    needed = set()
    for row, body in work.rows(_OLD_PASSPHRASES, now - RESEAL_AFTER):
        sealed = reencrypt(Purpose.UNHASHED, row.encode(), bytes(body))
        if sealed is None:  # deleted once it is due
            continue
        work.run(_SET_PASSPHRASE, sealed, row)
        needed.add(epoch_number(sealed) or 0)
    return needed
