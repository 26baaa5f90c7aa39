"""Populated databases of every release, and what is looked at in them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import MetaData, Table, create_engine, insert, select

from bot.errors import WrongPasswordError
from bot.store.database import Database
from bot.store.migrate import MIGRATIONS
from bot.store.tables.main import metadata
from bot.vault import HostKey, KeyStore, Vault
from tests.support.database.key_store_fixtures import PASSWORD, empty_keyring, staff_keys
from tests.support.database_fixtures import DATABASE_KINDS, empty_url
from tests.support.harnesses.hotline_harness import VAULT

if TYPE_CHECKING:
    from sqlalchemy import Connection, Engine

    from bot.vault.keys.keyring import Keyring

DUMPS = sorted((Path(__file__).parents[2] / "store" / "fixtures").glob("*.sql"))


FIRST = DUMPS[0]


def on_release_dumps(dumps: list[Path]) -> pytest.MarkDecorator:
    """Run a test of what people notice: every release on SQLite, the ends of the row elsewhere.

    That every row of every release is kept is looked at on both.
    """
    there = {dumps[0], *dumps[-2:]}
    pairs = [
        (dump, kind)
        for dump in dumps
        for kind in DATABASE_KINDS
        if kind == "sqlite" or dump in there
    ]
    return pytest.mark.parametrize(
        ("dump", "kind"), pairs, ids=[f"{dump.stem}-{kind}" for dump, kind in pairs]
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
    found = MetaData()
    found.reflect(connection)
    return [table for table in found.sorted_tables if table.name != "alembic_version"]


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
    path = folder / "haven.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(dump.read_text(encoding="utf-8"))
    database = Database(f"sqlite:///{path}")
    return database if kind == "sqlite" else carried_over(database, dump.stem, folder)


def vault_of(dump: Path, folder: Path) -> Vault:
    """Return what opens a dump: releases since there is a key store left one of their own."""
    keys = dump.parent / "keys" / dump.name
    if not keys.exists():
        return VAULT
    path = folder / "keys.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(keys.read_text(encoding="utf-8"))
    return Vault(HostKey(bytes(range(32))), KeyStore(Database(f"sqlite:///{path}")))


def keyring_of(vault: Vault) -> Keyring:
    """Return the keys of the supervisor a dump knows; one that opens nothing where it knows none.

    What older releases sealed opens without.
    """
    try:
        return staff_keys(vault).unlock("keeper", PASSWORD)
    except WrongPasswordError:
        return empty_keyring(vault)


def carried_over(source: Database, release: str, folder: Path) -> Database:
    """Return a PostgreSQL database at a release, with the rows of the SQLite one."""
    database = Database(empty_url("postgresql", folder))
    connection = sqlite3.connect(str(source.url.database))
    connection.row_factory = sqlite3.Row
    engine = engine_of(database)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as target:
        from alembic import command  # noqa: PLC0415 - it configures itself on import

        config.attributes["connection"] = target
        command.upgrade(config, release)
        for table in tables_of(target):
            rows = [dict(row) for row in connection.execute(f"SELECT * FROM {table.name}")]  # noqa: S608 - our own name
            target.execute(insert(table), rows)
            if "id" in table.c and table.c.id.server_default is not None:  # it counts by itself
                target.exec_driver_sql(
                    f"SELECT setval('{table.name}_id_seq', (SELECT max(id) FROM {table.name}))"  # noqa: S608
                )
    engine.dispose()
    connection.close()
    return database
