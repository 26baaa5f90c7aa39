"""Populated databases of every release, and what is looked at in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from functools import cache
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, create_engine, insert, select

from bot.store.database import Database
from bot.store.migrate import MIGRATIONS, current_revision, upgrade_keys, upgrade_to
from bot.store.tables.main import metadata
from bot.vault import HostKey, KeyStore, Vault
from tests.support.database import postgres_server
from tests.support.database.key_store_fixtures import PASSWORD, staff_keys
from tests.support.database_fixtures import DATABASE_KINDS, empty_url
from tests.support.paths import TESTS

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from bot.vault.keys.keyring import Keyring

DUMPS = sorted((TESTS / "store" / "fixtures").glob("*/data.sql"))
"""A populated database of each release, in a folder named after it, beside its key store."""

on_release_dumps = pytest.mark.parametrize(
    ("dump", "kind"),
    [(dump, kind) for dump in DUMPS for kind in DATABASE_KINDS],
    ids=lambda it: it if isinstance(it, str) else it.parent.name,
)


def engine_of(database: Database) -> Engine:
    driver = "sqlite" if database.dialect == "sqlite" else "postgresql+psycopg"
    return create_engine(database.url.set(drivername=driver))


def differences(database: Database, wanted: MetaData = metadata) -> list[Any]:
    """Return how a database differs from the tables the code knows."""
    engine = engine_of(database)
    with engine.connect() as connection:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), wanted)
    engine.dispose()
    return found


def tables_of(connection: Connection) -> list[Table]:
    """Return the tables a database has now, whatever release it stands at."""
    columns = connection.exec_driver_sql(_COLUMNS[connection.dialect.name]).fetchall()
    known = connection.dialect.name, frozenset(map(tuple, columns))
    if known not in _REFLECTED:  # that takes longer than reading every row
        found = MetaData()
        found.reflect(connection)
        _REFLECTED[known] = [it for it in found.sorted_tables if it.name != "alembic_version"]
    return _REFLECTED[known]


_REFLECTED: dict[tuple[str, frozenset[Any]], list[Table]] = {}
"""Tables by the kind of the database, and by all their columns and what these may hold."""
_COLUMNS = {
    "sqlite": "SELECT name, sql FROM sqlite_master",
    "postgresql": "SELECT table_name, column_name, data_type, column_default, ordinal_position"
    " FROM information_schema.columns WHERE table_schema = current_schema()",
}


def rows_of(database: Database) -> dict[str, list[dict[str, Any]]]:
    """Return every row of every table a database has now."""
    engine = engine_of(database)
    with engine.connect() as connection:
        found = {
            table.name: [
                dict(row._mapping)
                for row in connection.execute(select(table).order_by(*table.primary_key.columns))
            ]
            for table in tables_of(connection)
        }
    engine.dispose()
    return found


def execute(database: Database, sql: str) -> None:
    connection = database.connect()
    cursor = connection.cursor()
    cursor.execute(sql)
    cursor.close()
    connection.close()


def restored(dump: Path, kind: str, folder: Path) -> Database:
    """Return a database as that release left it."""
    database = Database(f"sqlite:///{load_dump(dump, folder / 'haven.db')}")
    return database if kind == "sqlite" else carried_over(database, folder)


def vault_of(dump: Path, folder: Path) -> Vault:
    """Return what opens a dump, by the key store of its release."""
    keys = Database(f"sqlite:///{load_dump(dump.with_name('keys.sql'), folder / 'keys.db')}")
    upgrade_keys(keys)
    return Vault(HostKey(bytes(range(32))), KeyStore(keys))


def keyring_of(vault: Vault) -> Keyring:
    """Return the keys of the supervisor of a dump."""
    return staff_keys(vault).unlock("keeper", PASSWORD)


def load_dump(script: Path, path: Path) -> Path:
    """Write a dump into a SQLite file."""
    path.write_bytes(_loaded(script))
    return path


@cache
def _loaded(script: Path) -> bytes:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "dump.db"
        with closing(sqlite3.connect(path)) as connection:
            connection.executescript(script.read_text(encoding="utf-8"))
        return path.read_bytes()


def carried_over(source: Database, folder: Path, migrations: Path = MIGRATIONS) -> Database:
    """Return a PostgreSQL database at the revision of a SQLite one, with its rows."""
    content = sha256(Path(str(source.url.database)).read_bytes()).hexdigest()
    if (content, migrations) not in _CARRIED:
        _CARRIED[content, migrations] = _carried(source, folder, migrations)
    template = _CARRIED[content, migrations].url.database
    assert template is not None
    return Database(postgres_server.copied_database(template))


_CARRIED: dict[tuple[str, Path], Database] = {}
"""What was carried over, by content: the template of each further one."""


def _carried(source: Database, folder: Path, migrations: Path) -> Database:
    database = Database(empty_url("postgresql", folder))
    connection = sqlite3.connect(str(source.url.database))
    connection.row_factory = sqlite3.Row
    engine = engine_of(database)
    revision = current_revision(source)
    assert revision is not None
    with engine.begin() as target:
        upgrade_to(target, revision, migrations)
        for table in tables_of(target):
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table.name}")]  # noqa: S608 - our own name
            if rows:
                target.execute(insert(table), rows)
            if "id" in table.c and table.c.id.server_default is not None:  # it counts by itself
                target.exec_driver_sql(
                    f"SELECT setval('{table.name}_id_seq', (SELECT max(id) FROM {table.name}))"  # noqa: S608
                )
    engine.dispose()
    connection.close()
    return database
