"""New SQLite databases by the statements that an upgrade leaves: a fifth of the time of Alembic's.

Most tests of commands begin with an empty folder, and a restore makes its tables at once. A schema
that is there already is upgraded by the migrations themselves, and so is every PostgreSQL.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from unittest.mock import patch

from bot.store import migrate
from bot.store.database import Database
from bot.vault.backup import restore

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

_MIGRATED = migrate.upgrade_to


@contextmanager
def copied_schemas() -> Iterator[None]:
    """Let what is upgraded from nothing in this process copy its schema meanwhile."""
    with (
        patch.object(migrate, "upgrade_to", upgrade_by_copy),
        patch.object(restore, "upgrade_to", upgrade_by_copy),
    ):
        yield


def upgrade_by_copy(
    connection: Connection, revision: str, migrations: Path = migrate.MIGRATIONS
) -> None:
    """Upgrade a schema to a revision, inside the open transaction."""
    if not _is_empty_sqlite(connection):
        _MIGRATED(connection, revision, migrations)
        return
    for statement in _statements(revision, migrations):
        connection.exec_driver_sql(statement)


def _is_empty_sqlite(connection: Connection) -> bool:
    if connection.dialect.name != "sqlite":
        return False
    return connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar() == 0


@cache
def _statements(revision: str, migrations: Path) -> tuple[str, ...]:
    """Return what makes a database like the one that the migrations leave."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "new.db"
        with migrate.schema_transaction(Database(f"sqlite:///{path}")) as connection:
            _MIGRATED(connection, revision, migrations)
        with closing(sqlite3.connect(path)) as made:
            return tuple(
                it for it in made.iterdump() if it not in ("BEGIN TRANSACTION;", "COMMIT;")
            )
