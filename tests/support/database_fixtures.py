"""Databases for tests: a real SQLite file or a real PostgreSQL, empty or at this release."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from bot.store.database import Database
from bot.store.migrate import upgrade
from bot.store.writer import Work, Writer
from tests.support.database import postgres_server

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.support.moved_clock import ManualTimeLoop

DATABASE_KINDS = ("sqlite", "postgresql")
on_both_databases = pytest.mark.parametrize("kind", DATABASE_KINDS)
"""Runs a test on either database."""
T = TypeVar("T")


def empty_url(kind: str, folder: Path) -> str:
    """Return the address of a database that holds nothing yet."""
    if kind == "postgresql":
        return postgres_server.empty_database()
    return f"sqlite:///{folder / 'haven.db'}"


def database_settings(kind: str) -> dict[str, str]:
    """Return the settings of two empty databases; none for SQLite, which is a file of the data."""
    if kind == "sqlite":
        return {}
    return {name: postgres_server.empty_database() for name in ("database_url", "keys_url")}


def migrated_url(kind: str, folder: Path) -> str:
    """Return the address of a database at this release's schema."""
    if kind == "postgresql":
        return postgres_server.migrated_database()
    path = folder / "haven.db"
    path.write_bytes(_migrated())
    return f"sqlite:///{path}"


@cache
def _migrated() -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "haven.db"
        upgrade(Database(f"sqlite:///{path}"))
        return path.read_bytes()


class BusyReportingWriter(Writer):
    """The writer as it is; the moved loop is told while it has work in hand."""

    loop: ManualTimeLoop

    async def run(self, unit: Callable[[Work], T]) -> T:
        with self.loop.busy():
            return await super().run(unit)


def database_on(url: str, loop: ManualTimeLoop) -> Database:
    """Return a database whose writer and the moved loop know of each other."""
    database = Database(url)
    log = Path(f"{database.url.database}-wal") if database.dialect == "sqlite" else None
    writer = BusyReportingWriter(database.connect, database.dialect, log)
    writer.loop = loop
    database._writer = writer
    return database


def bytes_literal(value: bytes, database: Database) -> str:
    """Return bytes as they are written in a statement of this database."""
    return f"x'{value.hex()}'" if database.dialect == "sqlite" else f"'\\x{value.hex()}'::bytea"


def query(database: Database, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a question, by a connection of its own."""
    connection = database.connect()
    try:
        return rows_of(connection, sql)
    finally:
        connection.close()


def rows_of(connection: Any, sql: str) -> list[tuple[Any, ...]]:
    """Return the rows of a question to an open connection."""
    cursor = connection.cursor()
    cursor.execute(sql)
    rows = cursor.fetchall() if cursor.description is not None else []  # a change has no rows
    cursor.close()
    return [tuple(_plain(value) for value in row) for row in rows]


def _plain(value: Any) -> Any:
    return bytes(value) if isinstance(value, memoryview) else value
