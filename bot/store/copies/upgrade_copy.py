"""The copy that is made and compared before an upgrade, and the copy on which one is rehearsed.

SQLite: a file next to the database. PostgreSQL: a schema in the same database, so that the copy is
under the same rights, and no place holds data and keys together that did not before.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import MetaData, inspect, text
from sqlalchemy.exc import DBAPIError

from bot.clock import SECOND, SystemClock
from bot.errors import UpgradeError
from bot.store.copies.row_digests import TableDigest, digest_tables
from bot.store.database import Database
from bot.store.migrate import check_complete_in, schema_engine, schema_transaction, upgrade_to

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Connection, Table

COPY_SUFFIX, UNFINISHED_SUFFIX = ".before-upgrade", ".before-upgrade.part"
COPY_SCHEMA, REHEARSAL_SCHEMA = "haven_before_upgrade", "haven_rehearsal"
WITHOUT = "Or make a backup in another way, and run: haven upgrade --without-backup"
REVISION_TABLE = "alembic_version"


@dataclass(frozen=True)
class Rehearsal:
    """How an upgrade of a copy went."""

    rows: int
    seconds: float
    """What the upgrade itself took, without copying."""


class UpgradeCopy:
    """The copy of one database, which `revision` and `migrations` are of."""

    def __init__(self, database: Database, revision: str, migrations: Path) -> None:
        self._database, self._revision, self._migrations = database, revision, migrations
        self.path = Path(f"{database.url.database}{COPY_SUFFIX}")
        """Where it is, for SQLite."""

    @property
    def place(self) -> str:
        """Return where the copy is, in words for an operator."""
        if self._database.dialect == "sqlite":
            return str(self.path)
        return f"the schema {COPY_SCHEMA} of the database {self._database.url.database}"

    def make(self) -> None:
        """Make the copy, instead of an earlier one, and compare every row.

        Raises:
            UpgradeError: there is no room or no right for it, or it differs.
        """
        if self._database.dialect == "sqlite":
            self._make_file()
            return
        with _explained(), schema_transaction(self._database) as connection:
            _copy_schema(connection, COPY_SCHEMA, self._revision, self._migrations)

    def _make_file(self) -> None:
        unfinished = Path(f"{self._database.url.database}{UNFINISHED_SUFFIX}")
        try:
            copy_file(self._database, unfinished)
            unfinished.replace(self.path)
        finally:
            unfinished.unlink(missing_ok=True)

    def rehearse(self, folder: Path, tables: Collection[Table], latest: str) -> Rehearsal:
        """Upgrade a copy, check it and drop it; the original is only read.

        Raises:
            UpgradeError: there is no room or no right for a copy.
            SchemaIncompleteError: the upgrade would leave incomplete data.
        """
        if self._database.dialect == "sqlite":
            path = folder / Path(str(self._database.url.database)).name
            copy_file(self._database, path)
            return self._rehearse_in(Database(f"sqlite:///{path}"), tables, latest)
        with _explained(), schema_engine(self._database) as engine, engine.connect() as connection:
            # Never committed: if this process is killed, PostgreSQL drops it as well.
            _copy_schema(connection, REHEARSAL_SCHEMA, self._revision, self._migrations)
            return self._upgrade_copy(connection, tables, latest)

    def _rehearse_in(self, copy: Database, tables: Collection[Table], latest: str) -> Rehearsal:
        with schema_transaction(copy) as connection:
            done = self._upgrade_copy(connection, tables, latest)
            for check, fine in (("integrity_check", [("ok",)]), ("foreign_key_check", [])):
                found = connection.exec_driver_sql(f"PRAGMA {check}").fetchall()
                if [tuple(row) for row in found] != fine:
                    raise UpgradeError(f"the upgraded copy is damaged ({check}); do not upgrade")
            return done

    def _upgrade_copy(
        self, connection: Connection, tables: Collection[Table], latest: str
    ) -> Rehearsal:
        begun = time.monotonic()
        upgrade_to(connection, "head", self._migrations)
        seconds = time.monotonic() - begun
        check_complete_in(connection, tables, latest)
        rows = sum(it.rows for it in digest_tables(connection, list(tables)).values())
        return Rehearsal(rows, seconds)


def made_at(database: Database) -> int | None:
    """Return when the copy of a database was made (microseconds); None if there is none."""
    if database.dialect == "sqlite":
        path = Path(f"{database.url.database}{COPY_SUFFIX}")
        return int(path.stat().st_mtime * SECOND) if path.exists() else None
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(
            "SELECT obj_description(oid, 'pg_namespace') FROM pg_namespace WHERE nspname = %s",
            (COPY_SCHEMA,),
        )
        row = cursor.fetchone()
        return None if row is None else int(row[0] or 0)


def delete_copy(database: Database) -> None:
    """Delete the copy of a database."""
    if database.dialect == "sqlite":
        Path(f"{database.url.database}{COPY_SUFFIX}").unlink(missing_ok=True)
        return
    with schema_transaction(database) as connection:
        connection.execute(text(f"DROP SCHEMA IF EXISTS {COPY_SCHEMA} CASCADE"))


def copy_file(database: Database, path: Path) -> None:
    """Copy a SQLite database, as it is at one moment, into a file for its owner; compare them.

    Raises:
        UpgradeError: there is no room, the folder is not writable, or the copy differs.
    """
    original = Path(str(database.url.database))
    if shutil.disk_usage(path.parent).free < 2 * original.stat().st_size:
        raise UpgradeError(
            f"{path.parent}: there is no room for a copy of {original.name}, and for its upgrade. "
            f"Make room. {WITHOUT}"
        )
    try:
        path.unlink(missing_ok=True)
        path.touch(mode=0o600)
        with schema_engine(database) as engine:
            reading = engine.execution_options(reads=True)
            with reading.connect() as source, closing(sqlite3.connect(path)) as copy:
                wanted = _digests(source)  # this read fixes the moment
                source.connection.driver_connection.backup(copy)  # type: ignore[union-attr]
        with schema_engine(Database(f"sqlite:///{path}")) as engine, engine.connect() as connection:
            found = _digests(connection)
        with closing(sqlite3.connect(path)) as copy:
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, complete by itself
        with path.open("rb+") as file:
            os.fsync(file.fileno())
    except (OSError, sqlite3.Error, DBAPIError) as error:
        raise UpgradeError(f"{path}: no copy could be made ({error}). {WITHOUT}") from None
    if found != wanted:
        raise UpgradeError(f"{path}: the copy differs from {original.name}: is the disk damaged?")


def _digests(connection: Connection) -> dict[str, TableDigest]:
    found = MetaData()
    found.reflect(connection)
    return digest_tables(connection, found.sorted_tables)


def _copy_schema(connection: Connection, schema: str, revision: str, migrations: Path) -> None:
    """Copy all tables into a new schema, as they are at one moment, and use it from then on."""
    connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
    connection.exec_driver_sql(f"DROP SCHEMA IF EXISTS {schema} CASCADE")
    original = str(connection.exec_driver_sql("SELECT current_schema()").scalar())
    connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    made = SystemClock().now()
    connection.exec_driver_sql(f"COMMENT ON SCHEMA {schema} IS '{made}'")
    _use_schema(connection, schema)
    upgrade_to(connection, revision, migrations)
    found = MetaData()
    found.reflect(connection)
    tables = [it for it in found.sorted_tables if it.name != REVISION_TABLE]
    for table in tables:
        columns = ", ".join(f'"{column.name}"' for column in table.columns)
        connection.exec_driver_sql(
            f"INSERT INTO {schema}.{table.name} ({columns}) SELECT {columns} FROM "  # noqa: S608 - our own names
            f"{original}.{table.name}"
        )
    for name in inspect(connection).get_sequence_names():
        connection.exec_driver_sql(
            f"SELECT setval('{schema}.{name}', last_value, is_called) FROM {original}.{name}"  # noqa: S608
        )
    copied = digest_tables(connection, tables)
    _use_schema(connection, original)
    if digest_tables(connection, tables) != copied:
        raise UpgradeError("the copy in PostgreSQL differs from the original; nothing was changed")
    _use_schema(connection, schema)


def _use_schema(connection: Connection, schema: str) -> None:
    connection.exec_driver_sql(f"SET LOCAL search_path TO {schema}")
    connection.dialect.default_schema_name = schema  # as SQLAlchemy's page on schemas asks for


@contextmanager
def _explained() -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None)
        raise UpgradeError(
            f"PostgreSQL made no copy ({type(error.orig).__name__}, SQLSTATE {state}). Haven's "
            f"user needs the right to create a schema (GRANT CREATE ON DATABASE). {WITHOUT}"
        ) from None
