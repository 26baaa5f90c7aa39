"""Bring a database to the schema of this release, keeping everything in it."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import StoreTooNewError
from bot.store.database import begin_immediately

if TYPE_CHECKING:
    from collections.abc import Iterator

    from alembic.config import Config
    from sqlalchemy.engine import Connection

    from bot.store.database import Database

LATEST_REVISION = "0016"
"""The newest migration. A test holds it to the folder, so that starting needs no Alembic."""
LATEST_KEY_REVISION = "0001"
"""The newest migration of the key store."""

MIGRATIONS = Path(__file__).parent / "migrations"
KEY_MIGRATIONS = Path(__file__).parent / "key_migrations"


def upgrade(database: Database) -> None:
    """Bring the schema to this release; do nothing when it is there.

    Raises:
        StoreTooNew: a newer Haven wrote this database.
    """
    if current_revision(database) != LATEST_REVISION:
        _migrate(database, MIGRATIONS)


def upgrade_keys(database: Database) -> None:
    """Bring a key store to this release; do nothing when it is there.

    Raises:
        StoreTooNew: a newer Haven wrote this key store.
    """
    if current_revision(database) != LATEST_KEY_REVISION:
        _migrate(database, KEY_MIGRATIONS)


def current_revision(database: Database) -> str | None:
    """Return the migration a database stands at, None for an empty one."""
    connection = database.connect()
    cursor = connection.cursor()
    try:
        if database.dialect == "sqlite":
            cursor.execute("SELECT name FROM sqlite_master WHERE name = 'alembic_version'")
        else:
            cursor.execute("SELECT to_regclass('alembic_version')")
        found = cursor.fetchone()
        if found is None or found[0] is None:
            return None
        cursor.execute("SELECT version_num FROM alembic_version")
        row = cursor.fetchone()
        return None if row is None else str(row[0])
    finally:
        cursor.close()
        connection.close()


def _migrate(database: Database, migrations: Path) -> None:
    found = current_revision(database)
    if found is not None and not is_known_revision(found, migrations):
        raise StoreTooNewError(
            f"this database stands at {found}, newer than this Haven: upgrade Haven"
        )
    with schema_transaction(database) as connection:
        upgrade_to(connection, "head", migrations)


@contextmanager
def schema_transaction(database: Database) -> Iterator[Connection]:
    """Change a database's schema, and what is in it, in one transaction."""
    from sqlalchemy import create_engine  # noqa: PLC0415

    driver = "sqlite" if database.dialect == "sqlite" else "postgresql+psycopg"
    engine = create_engine(database.url.set(drivername=driver))
    if database.dialect == "sqlite":
        begin_immediately(engine)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def is_known_revision(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Tell whether this release knows the schema of another."""
    from alembic.script import ScriptDirectory  # noqa: PLC0415

    scripts = ScriptDirectory.from_config(_config(migrations)).walk_revisions()
    return revision in {script.revision for script in scripts}


def upgrade_to(connection: Connection, revision: str, migrations: Path = MIGRATIONS) -> None:
    """Bring a schema forward to a release, inside the transaction that is open."""
    from alembic import command  # noqa: PLC0415

    config = _config(migrations)
    config.attributes["connection"] = connection
    command.upgrade(config, revision)


def _config(migrations: Path) -> Config:
    # Alembic takes a quarter of a second to import: paid on the first start of a release only.
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations))
    return config
