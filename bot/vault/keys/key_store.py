"""The key store, a database of wrapped keys, and the root, from which the host's keys are derived.

The root is random and stored sealed under the host key. Rotating the host key seals the root again
and changes nothing else. A wrong host key is recognised at once, because its mark is not stored.
"""

from __future__ import annotations

import os
import secrets
from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam

from bot.errors import DecryptionError, HavenError, KeysMissingError, WrongHostKeyError
from bot.store import Database, Prepared, Work, delete_by, insert, select_by
from bot.store.migrate import current_revision, upgrade_keys
from bot.store.tables.keys import key_stores, roots
from bot.store.tables.main import audit, cases, conversations, inbox, staff
from bot.vault.keys.host_key import LENGTH, LOSS_WARNING, HostKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


T = TypeVar("T")
NONCE_LENGTH = 12
MARK_LENGTH = 8
WHAT_A_MARK_IS = "a mark is computed from a key and names it; it opens nothing"
WRONG_KEY = (
    f"this is not the host key of this deployment. {LOSS_WARNING} Restore the right key from the "
    "copy kept elsewhere; only if there is none, write the cases out with haven keys rescue, and "
    "start again with another HAVEN_DATA"
)
MISSING_STORE = (
    "the key store of this deployment is not here. Without it no case opens, and no letter or "
    "update that waits. Put it back (HAVEN_KEYS_URL names it, by default keys.db in HAVEN_DATA), "
    "or restore it from a backup"
)
OTHER_STORE = (
    "this key store belongs to another deployment and opens nothing here. HAVEN_KEYS_URL must name "
    "the one that was created with this database"
)
ROOT_COLUMNS = ("mark", "store", "salt", "sealed", "made_at")
_ROOTS = select_by(roots, *ROOT_COLUMNS, order_by="made_at")
_ADD_ROOT = insert(roots, *ROOT_COLUMNS)
_DELETE_OTHERS = delete_by(roots, by=roots.c.mark != bindparam("newest"))
_DELETE_ROOT = delete_by(roots, by="mark")
_STORE_ID = select_by(key_stores, "store")
_SET_STORE_ID = insert(key_stores, "store")
_USED_TABLES = [
    select_by(table, *table.primary_key, limit=1)
    for table in (staff, audit, cases, conversations, inbox)
]
"""Reads a row of each table in which a used deployment has rows, sealed or with a MAC."""


class KeyStore:
    """The key store of a deployment, upgraded to the schema of this release."""

    def __init__(self, database: Database) -> None:
        upgrade_keys(database)
        self.database = database

    def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work in the key store and wait until it is durable.

        Also called from the writer thread of the data: the key store commits first.

        Raises:
            CommitFailedError: the disk refused the commit.
        """
        return self.database.writer.run_sync(unit)

    async def truncate_wal(self) -> bool:
        """Truncate SQLite's WAL, which still holds erased keys; tell whether that worked."""
        return await self.database.writer.truncate_wal()

    def close(self) -> None:
        """Finish writing and close the connection."""
        self.database.writer.close()

    # --- the root -----------------------------------------------------------------------------

    def load_root(self, host: HostKey, database: Database, now: int) -> HostKey:
        """Return the root; create it on the first start.

        Raises:
            WrongHostKeyError: the root is sealed under another host key.
            KeysMissingError: the data belong to another key store.
        """
        found = self.run(lambda work: work.rows(_ROOTS))
        belongs = _store_id(database)
        if not found:
            if belongs:
                raise KeysMissingError(MISSING_STORE)
            # Data without a key store have keys derived from the host key itself.
            secret = host.secret if _is_used(database) else secrets.token_bytes(LENGTH)
            store = secrets.token_bytes(MARK_LENGTH)
            row = sealed_root(host, store, secret, now)
            self.run(lambda work: work.run(_ADD_ROOT, *row))
            _set_store_id(database, store)
            return HostKey(secret)
        store = bytes(found[0][1])
        if belongs and belongs != store:
            raise KeysMissingError(OTHER_STORE)
        root = open_root(host, found)
        if not belongs:
            _set_store_id(database, store)
        return root

    def retire_earlier_keys(self, host: HostKey) -> int:
        """Let earlier host keys open the root no more, if this is the newest; return how many.

        Only a process that runs the bot or the desk does this: a command that looks at a new key
        while the bot still has the old one must not end it.
        """
        found, mark = self.run(lambda work: work.rows(_ROOTS)), host_key_mark(host)
        if not found or bytes(found[-1][0]) != mark:
            return 0
        if earlier := len(found) - 1:
            self.run(lambda work: work.run(_DELETE_OTHERS, mark))
        return earlier

    def add_host_key(self, host: HostKey, new: HostKey, now: int) -> None:
        """Seal the root under another host key too.

        Both open it until the first start with the new one (`retire_earlier_keys`). So a
        rotation that is interrupted anywhere leaves a deployment that starts with its key.

        Raises:
            WrongHostKeyError: the host key is not of this deployment.
            HavenError: an earlier rotation is open: no start has used the key it made. A third key
                would leave one that no start retires.
        """
        found = self.run(lambda work: work.rows(_ROOTS))
        root = open_root(host, found)
        marks = [bytes(known) for known, *_rest in found]
        if host_key_mark(new) in marks:
            return
        if fault := open_rotation(marks, host):
            raise HavenError(f"the host key was rotated before: {fault}")
        at = max(now, *(it[-1] + 1 for it in found))
        row = sealed_root(new, bytes(found[0][1]), root.secret, at)
        self.run(lambda work: work.run(_ADD_ROOT, *row))

    def discard_unused_keys(self, host: HostKey) -> int:
        """Let host keys that were made after this one open nothing; return how many.

        No start has used them, or it would have retired this one.
        """
        marks, mine = self.host_key_marks(), host_key_mark(host)
        newer = marks[marks.index(mine) + 1 :] if mine in marks else []
        for mark in newer:
            self.run(lambda work, mark=mark: work.run(_DELETE_ROOT, mark))  # type: ignore[misc]
        return len(newer)

    def host_key_marks(self) -> list[bytes]:
        """Return the marks of the host keys that open the root, the newest last."""
        return [bytes(mark) for mark, *_rest in self.run(lambda work: work.rows(_ROOTS))]

    def count_host_keys(self) -> int:
        """Return how many host keys open the root."""
        return len(self.host_key_marks())


def load_marks(database: Database) -> list[bytes]:
    """Return the marks of the host keys that open a key store as it is, the newest last."""
    return [bytes(mark) for mark, *_rest in _query(database, _ROOTS)]


def open_rotation(marks: Sequence[bytes], host: HostKey) -> str:
    """Return what ends a rotation that is open, given all marks and the key in use; empty if none.

    A rotation is open while more than one host key opens the root.
    """
    if len(marks) < 2:  # noqa: PLR2004 - one key, or none yet
        return ""
    if marks[-1] == host_key_mark(host):
        return (
            "an earlier key opens the data until Haven is started with this one: restart it "
            "(systemctl restart haven)"
        )
    return (
        f"start Haven with the key of mark {marks[-1].hex()}, which that rotation made and printed "
        f"({WHAT_A_MARK_IS}). If it is lost: haven keys rotate NEWFILE --discard-unused"
    )


def host_key_mark(host: HostKey) -> bytes:
    """Return the public mark of a host key, which says nothing about the key."""
    return host.derive("mark")[:MARK_LENGTH]


def sealed_root(host: HostKey, store: bytes, root: bytes, now: int) -> tuple[Any, ...]:
    """Return a row of `roots`, as `ROOT_COLUMNS`: the root of a key store, sealed to a host key."""
    nonce, mark = os.urandom(NONCE_LENGTH), host_key_mark(host)
    cipher = ChaCha20Poly1305(host.derive("root"))
    sealed = nonce + cipher.encrypt(nonce, root, _associated_data(store, mark))
    return mark, store, None, sealed, now


def live_root(database: Database, hosts: Sequence[HostKey]) -> HostKey | None:
    """Return the root of a key store as it is; None if it is empty, or no host key opens it."""
    if current_revision(database) is None:
        return None
    found = _query(database, _ROOTS)
    for host in hosts:
        with suppress(WrongHostKeyError, DecryptionError):
            return open_root(host, found)
    return None


def open_root(host: HostKey, rows: Sequence[Sequence[Any]]) -> HostKey:
    """Return the root from rows of `roots`.

    Raises:
        WrongHostKeyError: it is sealed under another host key.
        DecryptionError: it was altered.
    """
    mark = host_key_mark(host)
    for known, of_store, _salt, sealed, _made_at in rows:
        if bytes(known) == mark:
            nonce, blob = bytes(sealed[:NONCE_LENGTH]), bytes(sealed[NONCE_LENGTH:])
            cipher = ChaCha20Poly1305(host.derive("root"))
            try:
                return HostKey(cipher.decrypt(nonce, blob, _associated_data(bytes(of_store), mark)))
            except InvalidTag:
                raise DecryptionError("the root in the key store was altered; restore it") from None
    raise WrongHostKeyError(WRONG_KEY)


def _associated_data(store: bytes, mark: bytes) -> bytes:
    return b"haven/root/%b/%b" % (store, mark)


def _store_id(database: Database) -> bytes | None:
    rows = _query(database, _STORE_ID)
    return bytes(rows[0][0]) if rows else None


def _is_used(database: Database) -> bool:
    return any(_query(database, statement) for statement in _USED_TABLES)


def _query(database: Database, statement: Prepared) -> list[Any]:
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        return Work(cursor, database.dialect).rows(statement)


def _set_store_id(database: Database, store: bytes) -> None:
    database.writer.run_sync(lambda work: work.run(_SET_STORE_ID, store))
