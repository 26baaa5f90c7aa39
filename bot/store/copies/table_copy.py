"""A copy of a SQLite database into PostgreSQL, which goes on where it was interrupted.

Until it is complete, the copy has a revision that no release starts with, and that names the key
store it belongs to. The rows that are there are always the first ones of the original's order, so
what was copied is recognised by its digest, and nothing is stored twice.
"""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import Integer, LargeBinary, func, insert, select, text

from bot.errors import MigrationError
from bot.store.copies.row_digests import RowDigest, TableDigest, batches, digest_table
from bot.store.migrate import current_revision, refuse_other_tables, upgrade_to
from bot.store.releases import COPYING, is_unfinished_copy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from sqlalchemy import Connection, Engine, Table

    from bot.store.copies.row_digests import Row
    from bot.store.database import Database

_COUNTED = ("exchanges", "letter", "outbox")
"""A column that names rows of another table longer than those exist: no id is given out again."""


class TargetState(Enum):
    """What is in the database that is copied into."""

    EMPTY = "empty"
    UNFINISHED = "unfinished"
    COMPLETE = "complete"


class ComparedTable(NamedTuple):
    """A table of the original and of the copy."""

    name: str
    original: TableDigest
    copy: TableDigest

    @property
    def is_equal(self) -> bool:
        """Tell whether every row is the same."""
        return self.original == self.copy


class _OriginalChangedError(Exception):
    """The rows of the copy are not the first ones of the original any more."""


def copy_mark(store: bytes) -> str:
    """Return the revision of an unfinished copy of the deployment with a key store."""
    return f"{COPYING}{store.hex()}"


def target_state(database: Database, mark: str) -> TargetState:
    """Return what is in a database.

    Raises:
        MigrationError: it has tables of something else, or a copy of another deployment.
    """
    revision = current_revision(database)
    if revision == mark:
        return TargetState.UNFINISHED
    if is_unfinished_copy(revision):
        raise MigrationError(
            f"the database {database.url.database} has an unfinished copy of another deployment: "
            "name an empty one"
        )
    if revision is not None:
        return TargetState.COMPLETE
    refuse_other_tables(database)
    return TargetState.EMPTY


class TableCopy:
    """Copies one database: the data, or the key store."""

    def __init__(
        self, source: Connection, target: Engine, tables: Sequence[Table],
        on_rows: Callable[[str, int], None] = lambda _table, _count: None,
    ) -> None:  # fmt: skip
        self._source, self._target, self._tables = source, target, tables
        self._on_rows = on_rows

    def create_schema(self, mark: str, migrations: Path) -> None:
        """Create the tables of this release in an empty database, marked as unfinished."""
        with self._target.begin() as connection:
            upgrade_to(connection, "head", migrations)
            _set_revision(connection, mark)

    def copy(self) -> None:
        """Copy what is missing. If the original has changed since, everything again."""
        try:
            self._copy_all()
        except _OriginalChangedError:
            self._empty_target()
            self._copy_all()
        with self._target.begin() as connection:
            for table in self._tables:
                self._advance_sequence(connection, table)

    def compare(self) -> list[ComparedTable]:
        """Read every row of both databases again and compare them."""
        with self._target.connect() as connection:
            return [
                ComparedTable(
                    str(table.name),
                    digest_table(self._source, table),
                    digest_table(connection, table),
                )
                for table in self._tables
            ]

    def finish(self, revision: str) -> None:
        """Give the copy its revision: from now on a release starts with it."""
        with self._target.begin() as connection:
            _set_revision(connection, revision)

    def _copy_all(self) -> None:
        for table in self._tables:
            self._copy_table(table)

    def _copy_table(self, table: Table) -> None:
        with self._target.connect() as connection:
            stored = digest_table(connection, table)
        for rows in self._missing_rows(table, stored):
            _refuse_unfit(table, rows)
            names = [str(column.name) for column in table.columns]
            with self._target.begin() as connection:
                connection.execute(
                    insert(table), [dict(zip(names, it, strict=True)) for it in rows]
                )
            self._on_rows(str(table.name), len(rows))

    def _missing_rows(self, table: Table, stored: TableDigest) -> Iterator[list[Row]]:
        """Yield the rows after those that are stored, once these are known to be the same."""
        seen = RowDigest()
        for rows in batches(self._source, table):
            known = rows[: stored.rows - seen.rows] if seen.rows < stored.rows else []
            if known:
                seen.add(known)
                self._on_rows(str(table.name), len(known))
                if seen.rows == stored.rows and seen.result() != stored:
                    raise _OriginalChangedError
            if missing := rows[len(known) :]:
                yield missing
        if seen.rows < stored.rows:
            raise _OriginalChangedError

    def _empty_target(self) -> None:
        names = ", ".join(str(table.name) for table in self._tables)
        with self._target.begin() as connection:
            connection.execute(text(f"TRUNCATE {names}"))

    def _advance_sequence(self, connection: Connection, table: Table) -> None:
        """Let the ids go on after the last one that was ever given out."""
        column = next(iter(table.primary_key))
        named = {"table": str(table.name), "column": str(column.name)}
        asked = text("SELECT pg_get_serial_sequence(:table, :column)")
        if not isinstance(column.type, Integer):
            return
        sequence = connection.execute(asked, named).scalar()
        last = self._last_id(table)
        if sequence and last:
            moved = text("SELECT setval(CAST(:sequence AS regclass), :last)")
            connection.execute(moved, {"sequence": sequence, "last": last})

    def _last_id(self, table: Table) -> int:
        column = next(iter(table.primary_key))
        found = [self._source.execute(select(func.max(column))).scalar()]
        kept = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
        found.append(self._source.execute(kept, {"table": str(table.name)}).scalar())
        naming, name, named = _COUNTED
        if table.name == named:
            (other,) = (it for it in self._tables if it.name == naming)
            found.append(self._source.execute(select(func.max(other.c[name]))).scalar())
        return max(it or 0 for it in found)


def _set_revision(connection: Connection, revision: str) -> None:
    connection.execute(text("UPDATE alembic_version SET version_num = :it"), {"it": revision})


def _refuse_unfit(table: Table, rows: Sequence[Row]) -> None:
    """Refuse what SQLite takes and PostgreSQL does not, without saying what it is."""
    for place, column in enumerate(table.columns):
        kind = bytes if isinstance(column.type, LargeBinary) else column.type.python_type
        longest = getattr(column.type, "length", None)
        for row in rows:
            value = row[place]
            if value is None:
                continue
            is_long = isinstance(value, str) and longest is not None and len(value) > longest
            if not isinstance(value, kind) or is_long or (isinstance(value, str) and "\0" in value):
                raise MigrationError(
                    f"a row of the table {table.name} does not fit into PostgreSQL: its "
                    f"{column.name} has another type or length than this release writes"
                )
