"""What of a database goes into a backup, and as what: rows, a few hundred at a time.

Rows and not pages: so the keys leave in an archive of their own, pages that are free do not travel,
and what was made of one kind of database is restored into the other.

What lives for hours does not go at all: a draft belongs to the person and lives a day, a letter
until it is sent, and a backup would keep either for a month. After a restore nobody is asked on
where they were, and whoever was to be answered in that moment is answered by a person.
"""

from __future__ import annotations

import re
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import func, literal, select

from bot.clock import DAY
from bot.store.compiled import Prepared
from bot.store.tables.keys import case_wraps, key_metadata
from bot.store.tables.main import audit, case_keys, erasures, exchanges, metadata, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Table

    from bot.store.database import Database


class ArchivePart(StrEnum):
    """One of the two archives of a backup."""

    MAIN = "main"
    """Everything but the keys: without them nothing of it opens."""
    KEYS = "keys"
    """The key store, the keys of cases, and the ledger of what was erased."""


ARCHIVE_RETENTION = {ArchivePart.MAIN: 30 * DAY, ArchivePart.KEYS: 7 * DAY}
"""How long an archive is kept: a week after its erasure no copy of a case opens anywhere.

Whose it was stands in the rows of the other archive, and in what is sealed under the root, for as
long as that one lies: people are told of the longer of the two.
"""
KEY_TABLES = frozenset({"case_keys"})
"""Tables of keys in the main database; all of the key store's are."""
TABLES_IN_BOTH = frozenset({"erasures"})
CASE_KEY_TABLES = ("case_keys", "case_wraps")
"""Where a case is named that has a key."""
EXCLUDED_TABLES = {
    "inbox": "what arrived is handled in seconds, and known again for eight days only",
    "conversations": "a draft lives a day",
    "outbox": "a letter lives until it is sent, its number for two days",
    "campaign_places": "who was counted is in no backup; the count is",
    "rounds": "after a restore the clock has to go steadily for a day again",
    "epochs": "what is on its way is in no backup, and its key lives a day",
    "desk_sessions": "who is signed in is signed in at one desk, for hours",
    "desk_invites": "a link is used within days, or never",
    "desk_drafts": "words that were begun are sent within hours, or never",
    "desk_bells": "what rings at open desks has rung",
    "shift_notes": "what one shift told the next is known by then",
}
"""Tables that are in no backup, and why."""
BATCH_SIZE = 400
"""Rows in one piece."""
NEVER = 2**63
SHORT_LIVED = re.compile(r"\d+ (?:hours|days)")
"""What a table says of itself that must not be in a backup, unless it goes with its case."""

_encode = msgspec.msgpack.Encoder().encode


class TableRows(msgspec.Struct):
    """Some rows of one table."""

    table: str
    columns: list[str]
    rows: list[list[Any]]


decode_rows = msgspec.msgpack.Decoder(TableRows).decode
_CASES_WITH_KEY = {
    "case_keys": Prepared(lambda _: select(case_keys.c.case_id)),
    "case_wraps": Prepared(lambda _: select(case_wraps.c.case_id).distinct()),
}
_ERASED = Prepared(lambda _: select(erasures.c.case_hash, erasures.c.begun_at, erasures.c.why))
_FIRST_AUDIT_AT = Prepared(lambda _: select(func.min(audit.c.at)))
_UNSENT = Prepared(
    lambda _: (
        select(exchanges.c.letter)
        .join(outbox, outbox.c.id == exchanges.c.letter)
        .where(outbox.c.state.in_((literal("queued"), literal("sending"))))
    )
)


class Snapshot:
    """One database as it was at one moment, however long it is read."""

    def __init__(self, cursor: Any, dialect: str) -> None:
        self._cursor = cursor
        self._dialect = dialect

    def scalar(self, statement: Prepared) -> Any:
        """Return the first value."""
        return self.rows(statement)[0][0]

    def rows(self, statement: Prepared) -> list[Any]:
        """Return all rows."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.sql, compiled.row(()))
        return list(self._cursor.fetchall())

    def count(self, table: Table) -> int:
        """Return how many rows a table has."""
        return int(self.scalar(Prepared(lambda _: select(func.count()).select_from(table))))

    def batches(self, table: Table) -> Iterator[bytes]:
        """Yield a table's rows, encoded, some at a time."""
        names = [str(column.name) for column in table.columns]
        compiled = Prepared(lambda _: select(*table.columns)).for_dialect(self._dialect)
        self._cursor.execute(compiled.sql, compiled.row(()))
        while rows := self._cursor.fetchmany(BATCH_SIZE):
            plain = [[_as_bytes(value) for value in row] for row in rows]
            yield _encode(TableRows(str(table.name), names, plain))

    def cases_with_key(self, table: str) -> set[str]:
        """Return the cases that have a key of their own there."""
        return {str(case) for (case,) in self.rows(_CASES_WITH_KEY[table])}

    def unsent_letters(self) -> list[int]:
        """Return the letters of caseworkers whose end nobody will know after a restore."""
        return [int(letter) for (letter,) in self.rows(_UNSENT)]


def load_erased(seen: Snapshot) -> list[tuple[bytes, int, str]]:
    """Return what was erased: what each case is known by, when, and why."""
    return [(bytes(it), at, why) for it, at, why in seen.rows(_ERASED)]


def deployed_since(seen: Snapshot) -> int:
    """Return since when there is a deployment, by the first row of its audit log."""
    return int(seen.scalar(_FIRST_AUDIT_AT) or NEVER)


def _as_bytes(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value


@contextmanager
def open_snapshot(database: Database) -> Iterator[Snapshot]:
    """Read a database as it is at this moment; whoever writes is not held up."""
    connection = database.connect()
    cursor = connection.cursor()
    is_sqlite = database.dialect == "sqlite"
    try:
        cursor.execute("BEGIN" if is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT count(*) FROM alembic_version")  # the moment is now
        cursor.fetchall()
        yield Snapshot(cursor, database.dialect)
    finally:
        cursor.close()
        connection.close()


def archive_tables(part: ArchivePart) -> list[Table]:
    """Return the tables of the main database in an archive, each after those it refers to."""
    if part is ArchivePart.KEYS:
        return [
            table for table in metadata.sorted_tables if table.name in KEY_TABLES | TABLES_IN_BOTH
        ]
    others = KEY_TABLES | set(EXCLUDED_TABLES)
    return [table for table in metadata.sorted_tables if table.name not in others]


def key_store_tables() -> list[Table]:
    """Return the tables of the key store in the archive of keys."""
    return [table for table in key_metadata.sorted_tables if table.name not in EXCLUDED_TABLES]
