"""Passphrases that wait to be hashed, stored with the turn in which they were written.

Why a table of its own: a turn cannot wait for a hash, and a crash must not lose a passphrase. What
stops letters (a chat that is cleared or blocked, a slow network) must not stop a passphrase, for
with one of them a person says that they are forced to write. It is sealed, and kept nowhere else.
"""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec
from sqlalchemy import bindparam, func, select

from bot.clock import DAY, MINUTE, SECOND
from bot.errors import DecryptionError
from bot.log import log
from bot.store.compiled import Prepared
from bot.store.statements import delete_by, insert, update_by
from bot.store.tables.case_extras import passphrase_jobs
from bot.vault import Purpose, Vault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work

FIRST_RETRY = SECOND
LONGEST_RETRY = 5 * MINUTE
GIVE_UP_AFTER = DAY
"""How long hashing is tried again before a passphrase is deleted unhashed."""
MAX_LOADED = 16
"""Jobs that are loaded at a time, one of each chat: a flood of tries makes no other chat wait."""


class PassphraseToHash(msgspec.Struct, array_like=True):
    """A passphrase a person wrote, and what it is for."""

    chat: int
    text: str
    case: str = ""
    """The case it is chosen for, or whose check-in it may answer; empty: it is tried."""
    is_duress: bool = False
    receipt: str = ""
    """The number of the receipt that it opens, if it is chosen for one."""
    check_in: str = ""
    """What it is to a check-in: chosen for it, or perhaps the answer."""
    session_number: int = 0
    """The session in which it was written: only there the person reads the result."""
    last_seen_at: int = 0
    written_at: int = 0
    """When its message was stored in the case, if it may be the answer of a check-in."""


@dataclass(slots=True)
class PassphraseJob:
    """A stored passphrase that is to be hashed now."""

    id: str
    chat_key: bytes
    passphrase: PassphraseToHash


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(PassphraseToHash).decode

_INSERT = insert(
    passphrase_jobs, "id", "chat_key", "sealed", "created_at",
    constants={"attempts": 0, "not_before": 0},
)  # fmt: skip
_EARLIER = passphrase_jobs.alias()
_DUE_COLUMNS = ("id", "chat_key", "sealed", "attempts", "created_at")
_DUE = Prepared(
    lambda _: (
        select(*(passphrase_jobs.c[name] for name in _DUE_COLUMNS))
        .where(
            passphrase_jobs.c.not_before <= bindparam("now"),
            passphrase_jobs.c.created_at
            == select(func.min(_EARLIER.c.created_at))
            .where(_EARLIER.c.chat_key == passphrase_jobs.c.chat_key)
            .scalar_subquery(),
        )
        .order_by(passphrase_jobs.c.created_at)
        .limit(MAX_LOADED)
    ),
    "now",
)
"""The first of every chat: those behind it wait for it."""
_COUNT = Prepared(lambda _: select(func.count()).select_from(passphrase_jobs))
_COUNT_ATTEMPT = update_by(
    passphrase_jobs, "not_before", by="id",
    constants={"attempts": passphrase_jobs.c.attempts + 1},
)  # fmt: skip
_DELETE = delete_by(passphrase_jobs, by="id")


class PassphraseJobs:
    """The passphrases that wait to be hashed, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self.added = asyncio.Event()
        """Set when a passphrase has been committed: nothing has to wait for the next poll."""

    def store(self, work: Work, jobs: Sequence[tuple[bytes, PassphraseToHash]], now: int) -> None:
        """Store passphrases, sealed, each with the key of its chat, in this order."""
        rows = []
        for place, (chat_key, passphrase) in enumerate(jobs):
            row = secrets.token_hex(16)
            sealed = self._vault.seal(Purpose.UNHASHED, row.encode(), _encode(passphrase))
            rows.append((row, chat_key, sealed, now + place))
        work.many(_INSERT, rows)

    def load_due(self, work: Work, now: int) -> tuple[list[PassphraseJob], int]:
        """Return the next job of every chat, and how many jobs wait in all.

        The attempt is counted before it is made, and the next one put off: a passphrase over which
        the process ends must not end it again at once.
        """
        due = []
        for row, chat_key, sealed, attempts, created_at in work.rows(_DUE, now):
            if attempts and now - created_at > GIVE_UP_AFTER:
                log.error("passphrase_given_up", attempts=attempts)
                work.run(_DELETE, row)
                continue
            try:
                plain = self._vault.open(Purpose.UNHASHED, row.encode(), bytes(sealed))
                passphrase = _decode(plain)
            except (DecryptionError, msgspec.MsgspecError) as error:
                log.error("passphrase_given_up", error=type(error).__name__)
                work.run(_DELETE, row)
                continue
            retry = min(FIRST_RETRY * 2**attempts, LONGEST_RETRY)
            work.run(_COUNT_ATTEMPT, now + retry, row)
            due.append(PassphraseJob(row, bytes(chat_key), passphrase))
        return due, int(work.rows(_COUNT)[0][0])

    @staticmethod
    def delete(work: Work, job: PassphraseJob) -> bool:
        """Delete a job that is done; tell whether it was still there, and not erased meanwhile."""
        return bool(work.run(_DELETE, job.id))
