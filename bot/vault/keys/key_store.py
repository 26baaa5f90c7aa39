"""The key store: a database of its own, in which keys lie wrapped; and the secret it begins with.

Everything of this host is derived from one random secret, the root, which lies here sealed under
the host key: whoever rotates the host key seals the root anew and touches nothing else. A host key
that is not this deployment's is told at once, for its mark is not here.
"""

from __future__ import annotations

import os
import secrets
from contextlib import closing
from typing import TYPE_CHECKING, Any, TypeVar

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from sqlalchemy import bindparam, delete, select

from bot.errors import DecryptionError, KeysMissingError, WrongHostKeyError
from bot.store.compiled import Prepared, insert_into
from bot.store.migrate import upgrade_keys
from bot.store.tables.keys import key_stores, roots
from bot.store.tables.main import audit, cases, conversations, inbox, staff
from bot.vault.keys.host_key import LENGTH, LOSS_WARNING, HostKey

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.database import Database
    from bot.store.writer import Work

T = TypeVar("T")
NONCE_LENGTH = 12
MARK_LENGTH = 8
WRONG_KEY = (
    f"this host key is not the one this deployment was made with. {LOSS_WARNING} Put the right key "
    "back from the copy kept elsewhere; only if there is none, write the cases out with haven keys "
    "rescue, and begin anew with another HAVEN_DATA"
)
MISSING_STORE = (
    "the key store of this deployment is not here. Without it no case opens, and nothing that is "
    "on its way. Put it back (HAVEN_KEYS_URL says where it is, by default keys.db in HAVEN_DATA), "
    "or restore it from a backup"
)
OTHER_STORE = (
    "this key store belongs to another deployment: it opens nothing here. HAVEN_KEYS_URL must name "
    "the one that was made with this database"
)
ROOT_COLUMNS = ("mark", "store", "salt", "sealed", "made_at")
_ROOTS = Prepared(
    lambda _: select(*(roots.c[name] for name in ROOT_COLUMNS)).order_by(roots.c.made_at)
)
_ADD_ROOT = Prepared(
    lambda dialect: insert_into(dialect, roots).values(
        {name: bindparam(name) for name in ROOT_COLUMNS}
    ),
    *ROOT_COLUMNS,
)
_DELETE_OTHERS = Prepared(
    lambda _: delete(roots).where(roots.c.mark != bindparam("newest")), "newest"
)
_STORE_ID = Prepared(lambda _: select(key_stores.c.store))
_SET_STORE_ID = Prepared(
    lambda dialect: insert_into(dialect, key_stores).values(store=bindparam("store")), "store"
)
_USED_TABLES = [
    Prepared(lambda _, it=table: select(next(iter(it.primary_key))).limit(1))  # type: ignore[misc]
    for table in (staff, audit, cases, conversations, inbox)
]
"""Where a deployment that has begun has left something, sealed or proven."""


class KeyStore:
    """The key store of one deployment, at this release's schema."""

    def __init__(self, database: Database) -> None:
        upgrade_keys(database)
        self.database = database

    def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work here and wait until it is durable.

        Called from the writer thread of the other database too: what is here is committed first.

        Raises:
            StoreFailed: the disk refused the commit.
        """
        return self.database.writer.run_sync(unit)

    async def truncate_wal(self) -> bool:
        """Cut SQLite's log, in which keys that were destroyed still stand; tell whether it went."""
        return await self.database.writer.truncate_wal()

    def close(self) -> None:
        """Finish writing and let go of the connection."""
        self.database.writer.close()

    # --- the root -----------------------------------------------------------------------------

    def load_root(self, host: HostKey, database: Database, now: int) -> HostKey:
        """Return the secret this deployment's keys are derived from; make it on the first start.

        Args:
            host: opens it.
            database: the one whose keys lie here.
            now: the moment.

        Raises:
            WrongHostKey: another host key made it.
            KeysMissing: the database was used with another key store.
        """
        found = self.run(lambda work: work.rows(_ROOTS))
        belongs = _store_id(database)
        if not found:
            if belongs:
                raise KeysMissingError(MISSING_STORE)
            # Before there was a key store, the host key itself was what all was derived from.
            secret = host.secret if _is_used(database) else secrets.token_bytes(LENGTH)
            store = secrets.token_bytes(MARK_LENGTH)
            row = _root_row(host, store, secret, now)
            self.run(lambda work: work.run(_ADD_ROOT, *row))
            _set_store_id(database, store)
            return HostKey(secret)
        store = bytes(found[0][1])
        if belongs and belongs != store:
            raise KeysMissingError(OTHER_STORE)
        root = open_root(host, found)
        if not belongs:
            _set_store_id(database, store)
        if len(found) > 1 and bytes(found[-1][0]) == host_key_mark(host):
            self.run(lambda work: work.run(_DELETE_OTHERS, host_key_mark(host)))
        return root

    def add_host_key(self, host: HostKey, new: HostKey, now: int) -> None:
        """Let another host key open what this one opens.

        Both open, until somebody begins with the new one: then the old row goes. So a rotation that
        is ended anywhere leaves a deployment that starts with the key it has.

        Raises:
            WrongHostKey: the host key is not this deployment's.
        """
        found = self.run(lambda work: work.rows(_ROOTS))
        store = bytes(found[0][1]) if found else b""
        root = open_root(host, found)
        if any(bytes(known) == host_key_mark(new) for known, *_rest in found):
            return
        row = _root_row(new, store, root.secret, max(now, *(it[-1] + 1 for it in found)))
        self.run(lambda work: work.run(_ADD_ROOT, *row))

    def count_host_keys(self) -> int:
        """Return how many host keys open this store."""
        return len(self.run(lambda work: work.rows(_ROOTS)))


def host_key_mark(host: HostKey) -> bytes:
    """Return what tells a host key from others, and nothing of it."""
    return host.derive("mark")[:MARK_LENGTH]


def _root_row(host: HostKey, store: bytes, root: bytes, now: int) -> tuple[Any, ...]:
    nonce, mark = os.urandom(NONCE_LENGTH), host_key_mark(host)
    cipher = ChaCha20Poly1305(host.derive("root"))
    return (
        mark,
        store,
        None,
        nonce + cipher.encrypt(nonce, root, _associated_data(store, mark)),
        now,
    )


def open_root(host: HostKey, rows: Sequence[Sequence[Any]]) -> HostKey:
    """Return the secret that lies in rows of `roots` sealed under a host key.

    Raises:
        WrongHostKey: another host key made it.
        DoesNotOpen: it was altered.
    """
    mark = host_key_mark(host)
    for known, of_store, _salt, sealed, _made_at in rows:
        if bytes(known) == mark:
            blob, store = bytes(sealed), bytes(of_store)
            cipher = ChaCha20Poly1305(host.derive("root"))
            try:
                return HostKey(
                    cipher.decrypt(
                        blob[:NONCE_LENGTH], blob[NONCE_LENGTH:], _associated_data(store, mark)
                    )
                )
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
        compiled = statement.for_dialect(database.dialect)
        cursor.execute(compiled.sql, compiled.row(()))
        return list(cursor.fetchall())


def _set_store_id(database: Database, store: bytes) -> None:
    database.writer.run_sync(lambda work: work.run(_SET_STORE_ID, store))
