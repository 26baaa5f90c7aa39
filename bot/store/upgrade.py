"""Bring a database to the schema of this release, keeping everything in it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import StoreTooNew
from bot.store.database import begin_immediately

if TYPE_CHECKING:
    from sqlalchemy.engine import Connection

    from bot.store.database import Database

HEAD = "0008"
"""The newest migration. A test holds it to the folder, so that starting needs no Alembic."""
KEYS_HEAD = "0001"
"""The newest migration of the key store."""

MIGRATIONS = Path(__file__).parent / "migrations"
KEY_MIGRATIONS = Path(__file__).parent / "key_migrations"


def upgrade(database: Database) -> None:
    """Bring the schema to this release; do nothing when it is there.

    Raises:
        StoreTooNew: a newer Haven wrote this database.
    """
    if revision(database) != HEAD:
        _migrate(database, MIGRATIONS)


def upgrade_keys(database: Database) -> None:
    """Bring a key store to this release; do nothing when it is there.

    Raises:
        StoreTooNew: a newer Haven wrote this key store.
    """
    if revision(database) != KEYS_HEAD:
        _migrate(database, KEY_MIGRATIONS)


def revision(database: Database) -> str | None:
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
    # Alembic takes a quarter of a second to import: paid on the first start of a release only.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from sqlalchemy import create_engine  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations))
    found = revision(database)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if found is not None and found not in known:
        raise StoreTooNew(f"this database stands at {found}, newer than this Haven: upgrade Haven")
    driver = "sqlite" if database.dialect == "sqlite" else "postgresql+psycopg"
    engine = create_engine(database.url.set(drivername=driver))
    if database.dialect == "sqlite":
        begin_immediately(engine)
    try:
        with engine.begin() as connection:
            _run(connection, config, command)
    finally:
        engine.dispose()


def _run(connection: Connection, config: object, command: object) -> None:
    config.attributes["connection"] = connection  # type: ignore[attr-defined]
    command.upgrade(config, "head")  # type: ignore[attr-defined]
