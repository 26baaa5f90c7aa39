"""The rows of a backup, read from a snapshot in batches.

A backup holds rows, not pages: so the keys are in an archive of their own, free pages are not
copied, and a backup of SQLite can be restored into PostgreSQL and the other way round.

Short-lived data are not in it: a draft exists for a day, a letter until it is sent, and a backup
would keep them for a month. After a restore no conversation continues, and caseworkers answer the
people who were waiting for a letter.
"""

from __future__ import annotations

import re
from binascii import a2b_base64
from contextlib import closing, contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec
from sqlalchemy import LargeBinary, Table, func, literal, select

from bot.clock import DAY
from bot.store import Database, Prepared, Work, count, select_by
from bot.store.tables.keys import case_wraps, key_metadata
from bot.store.tables.main import audit, case_keys, erasures, exchanges, files, metadata, outbox

if TYPE_CHECKING:
    from collections.abc import Iterator


class ArchivePart(StrEnum):
    """One of the two archives of a backup."""

    MAIN = "main"
    """All data but the keys, without which they do not open."""
    KEYS = "keys"
    """The key store, the public halves of case keys, and the record of erasures."""


ARCHIVE_RETENTION = {ArchivePart.MAIN: 30 * DAY, ArchivePart.KEYS: 7 * DAY}
"""How long an archive is kept. A week after its erasure, no copy of a case opens.

The rows of the main archive, some sealed under the root, still say whose case it was, so people are
told the longer of the two periods.
"""
KEY_TABLES = frozenset({"case_keys"})
"""Tables of the data that go into the archive of keys."""
TABLES_IN_BOTH = frozenset({"erasures"})
CASE_KEY_TABLES = ("case_keys", "case_wraps")
"""Tables that name the cases with a key."""
EXCLUDED_TABLES = {
    "inbox": "updates are handled in seconds, and their digests kept for eight days",
    "waiting_chats": "updates are handled in seconds",
    "conversations": "a draft exists for a day",
    "staff_commands": "a command is carried out in seconds",
    "outbox": "a letter exists until it is sent, its message id for two days",
    "passphrase_jobs": "a passphrase waits for seconds until it is hashed, or a day at most",
    "campaign_places": "who was counted is in no backup; the counts are",
    "connection_digests": "made again when a record is opened, so no copy outlives the case",
    "connection_wishes": "the record says it; noted again when a record is opened",
    "processes": "what runs is of this moment",
    "host_clocks": "of the machine that was; after a restore the channel confirms the clock",
    "rounds": "after a restore the clock must be steady for a day again",
    "epochs": "data in transit are in no backup, and their keys exist for a day",
    "desk_sessions": "a session lasts for hours, and opens in its browser alone",
    "desk_guesses": "wrong sign-ins are counted for hours",
    "desk_enrolments": "an enrolment that was begun ends within the hour",
    "desk_invites": "a link is used within days, or never",
    "desk_nonces": "a form arrives again within minutes, or never",
    "desk_drafts": "a draft is sent within hours, or never",
    "partner_sessions": "a session lasts for hours, and opens in its browser alone",
    "partner_invites": "a link is used within days, or never",
    "interpreter_copies": "a session lasts for hours; the case has what was shared",
    "delivery_copies": "an unopened delivery goes back after days; the case has what was delivered",
    "opening_drafts": "no one has agreed yet to what is in them; they exist for a day",
    "join_codes": "a code is used within minutes, or never",
    "join_requests": "a phone waits while a call lasts",
    "join_tries": "wrong tries are counted for a day",
    "desk_bells": "events for open pages are of the past",
    "shared_values": "of this installation: a restored one has its files elsewhere",
    "shift_notes": "notes for the next shift are of the past",
}
"""Tables that are in no backup, and why."""
BATCH_SIZE = 400
"""Rows in a batch."""
NEVER = 2**63
SHORT_LIVED = re.compile(r"\d+ (?:hours|days)")
"""The retention text of a table that must not be in a backup, unless it is erased with its case."""

_encode = msgspec.json.Encoder().encode


class TableRows(msgspec.Struct):
    """Rows of a table, as JSON, which holds bytes as base64."""

    table: str
    columns: list[str]
    binary: list[str]
    """The columns that hold bytes."""
    rows: list[list[Any]]


_decode = msgspec.json.Decoder(TableRows).decode


def decode_rows(text: bytes) -> TableRows:
    """Return rows from JSON; raise msgspec.DecodeError if they are malformed."""
    found = _decode(text)
    places = [found.columns.index(name) for name in found.binary if name in found.columns]
    try:
        for row in found.rows:
            for place in places:
                if row[place] is not None:
                    row[place] = a2b_base64(row[place], strict_mode=True)
    except (ValueError, TypeError, IndexError):
        raise msgspec.DecodeError("no base64") from None
    return found


def binary_columns(table: Table) -> list[str]:
    """Return the names of the columns that hold bytes."""
    return [str(it.name) for it in table.columns if isinstance(it.type, LargeBinary)]


_CASES_WITH_KEY = {
    "case_keys": select_by(case_keys, "case_id"),
    "case_wraps": Prepared(lambda _: select(case_wraps.c.case_id).distinct()),
}
_ERASED = select_by(erasures, "case_hash", "begun_at", "why")
_FIRST_AUDIT_AT = select_by(audit, func.min(audit.c.at))
_UNSENT = select_by(
    exchanges.join(outbox, outbox.c.id == exchanges.c.letter),
    exchanges.c.letter,
    by=outbox.c.state.in_((literal("queued"), literal("sending"))),
)
_SAVED_FILES = select_by(files, "id", by=files.c.state == literal("saved"))


class Snapshot:
    """A database as it was at one moment, however long reading takes."""

    def __init__(self, cursor: Any, dialect: str) -> None:
        self._cursor, self._dialect = cursor, dialect
        self.rows = Work(cursor, dialect).rows
        """Returns all rows of a statement."""

    def count(self, table: Table) -> int:
        """Return the number of rows of a table."""
        return int(self.rows(count(table))[0][0])

    def batches(self, table: Table) -> Iterator[bytes]:
        """Yield the rows of a table, encoded, in batches; one without rows if there are none."""
        names, binary = [str(column.name) for column in table.columns], binary_columns(table)
        for rows in self._parts(select_by(table, *table.columns)):
            yield _encode(TableRows(str(table.name), names, binary, [list(row) for row in rows]))

    def cases_with_key(self, table: str) -> Iterator[str]:
        """Yield the cases with a key in a table."""
        for rows in self._parts(_CASES_WITH_KEY[table]):
            yield from (str(case) for (case,) in rows)

    def _parts(self, statement: Prepared) -> Iterator[list[Any]]:
        """Yield rows in parts, so that not all are in memory; one part without rows if none are."""
        compiled = statement.for_dialect(self._dialect)
        self._cursor.execute(compiled.sql, compiled.row(()))
        rows = self._cursor.fetchmany(BATCH_SIZE)
        while True:
            yield rows
            rows = self._cursor.fetchmany(BATCH_SIZE)
            if not rows:
                return

    def saved_files(self) -> set[str]:
        """Return the ids of the files of cases that are stored."""
        return {str(it) for (it,) in self.rows(_SAVED_FILES)}

    def unsent_letters(self) -> list[int]:
        """Return the letters of caseworkers whose delivery will be unknown after a restore."""
        return [int(letter) for (letter,) in self.rows(_UNSENT)]


def load_erased(seen: Snapshot) -> list[tuple[bytes, int, str]]:
    """Return the digest, time and reason of each erasure."""
    return [(bytes(it), at, why) for it, at, why in seen.rows(_ERASED)]


def deployed_since(seen: Snapshot) -> int:
    """Return the time of the first row of the audit log."""
    return int(seen.rows(_FIRST_AUDIT_AT)[0][0] or NEVER)


@contextmanager
def open_snapshot(database: Database) -> Iterator[Snapshot]:
    """Open a snapshot of a database, without blocking writers."""
    is_sqlite = database.dialect == "sqlite"
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute("BEGIN" if is_sqlite else "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SELECT count(*) FROM alembic_version")  # the first read fixes the moment
        cursor.fetchall()
        yield Snapshot(cursor, database.dialect)


def archive_tables(part: ArchivePart) -> list[Table]:
    """Return the tables of the data in an archive, in order of their foreign keys."""
    tables, others = metadata.sorted_tables, KEY_TABLES | set(EXCLUDED_TABLES)
    if part is ArchivePart.KEYS:
        return [table for table in tables if table.name in KEY_TABLES | TABLES_IN_BOTH]
    return [table for table in tables if table.name not in others]


def key_store_tables() -> list[Table]:
    """Return the tables of the key store in the archive of keys."""
    return [table for table in key_metadata.sorted_tables if table.name not in EXCLUDED_TABLES]
