"""The tables that tests copy are those that the migrations make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.store import migrate
from bot.store.database import Database
from tests.support.database.copied_schema import copied_schemas
from tests.support.database_fixtures import query

if TYPE_CHECKING:
    from pathlib import Path

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name"
FOLDERS = pytest.mark.parametrize("migrations", [migrate.MIGRATIONS, migrate.KEY_MIGRATIONS])


def made(path: Path, migrations: Path, revision: str = "head") -> Database:
    database = Database(f"sqlite:///{path}")
    with migrate.schema_transaction(database) as connection:
        migrate.upgrade_to(connection, revision, migrations)
    return database


@FOLDERS
def test_a_copied_schema_is_the_one_that_the_migrations_leave(
    migrations: Path, tmp_path: Path
) -> None:
    migrated = made(tmp_path / "migrated.db", migrations)
    with copied_schemas():
        copied = made(tmp_path / "copied.db", migrations)
    assert len(query(copied, SCHEMA)) > 5
    assert query(copied, SCHEMA) == query(migrated, SCHEMA)
    assert migrate.current_revision(copied) == migrate.current_revision(migrated)
    first = made(tmp_path / "first.db", migrations, "0001")
    assert query(first, SCHEMA) != query(migrated, SCHEMA)  # the control


@FOLDERS
def test_a_schema_that_is_there_is_upgraded_and_not_copied(
    migrations: Path, tmp_path: Path
) -> None:
    with copied_schemas():
        first = made(tmp_path / "haven.db", migrations, "0001")
        assert migrate.current_revision(first) == "0001"
        made(tmp_path / "haven.db", migrations)
    assert query(first, SCHEMA) == query(made(tmp_path / "new.db", migrations), SCHEMA)
