"""Schema upgrades, which keep everything in the database (see `migrations/README.md`)."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import create_engine

from bot.errors import SchemaIncompleteError, StoreTooNewError
from bot.store.database import Database, begin_immediately
from bot.store.tables import case_extras, desk, main, on_call, partners, phrases, service_hours

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import Connection


LATEST_REVISION = "0002"
"""The newest revision of the data. A test compares it with the folder: starting needs no Alembic.
"""
LATEST_KEY_REVISION = "0002"

TABLES = {
    table.name: table
    for module in (case_extras, desk, main, on_call, partners, phrases, service_hours)
    for table in module.metadata.sorted_tables
}
"""The tables of the data, by name."""
_COLUMNS = {
    "sqlite": "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c"
    " WHERE m.type = 'table'",
    "postgresql": "SELECT table_name, column_name FROM information_schema.columns"
    " WHERE table_schema = current_schema()",
}

SCRIPTS = Path(__file__).parent / "migrations"
MIGRATIONS = SCRIPTS / "data"
KEY_MIGRATIONS = SCRIPTS / "keys"


def upgrade(database: Database) -> None:
    """Bring the data to the schema of this release; do nothing if it is there.

    Raises:
        StoreTooNewError: a newer Haven wrote this database.
        SchemaIncompleteError: a table or a column of this revision is missing.
    """
    if current_revision(database) != LATEST_REVISION:
        _migrate(database, MIGRATIONS)
    check_complete(database)


def check_complete(database: Database) -> None:
    """Raise SchemaIncompleteError unless every table is there with all its columns.

    Without one, Haven would confirm every message and could answer none.
    """
    connection = database.connect_briefly()
    cursor = connection.cursor()
    try:
        cursor.execute(_COLUMNS[database.dialect])
        found = {(str(table), str(column)) for table, column in cursor.fetchall()}
    finally:
        cursor.close()
        connection.close()
    wanted = {(name, column.name) for name, table in TABLES.items() for column in table.columns}
    if missing := sorted(f"{table}.{column}" for table, column in wanted - found):
        raise SchemaIncompleteError(
            f"{len(missing)} columns of revision {LATEST_REVISION} are missing, {missing[0]} among"
            " them: restore a backup into a new folder"
        )


def upgrade_keys(database: Database) -> None:
    """Bring a key store to the schema of this release; do nothing if it is there.

    Raises:
        StoreTooNewError: a newer Haven wrote this key store.
    """
    if current_revision(database) != LATEST_KEY_REVISION:
        _migrate(database, KEY_MIGRATIONS)


def current_revision(database: Database) -> str | None:
    """Return the revision of a database, None for an empty one."""
    connection = database.connect_briefly()
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
            f"this database is at revision {found}, newer than this Haven: upgrade Haven"
        )
    with schema_transaction(database) as connection:
        upgrade_to(connection, "head", migrations)


@contextmanager
def schema_transaction(database: Database) -> Iterator[Connection]:
    """Yield a connection on which the schema and the rows change in one transaction."""
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
    """Tell whether this release can upgrade from a revision."""
    return revision in {path.name[:4] for path in migrations.glob("[0-9]*.py")}


def upgrade_to(connection: Connection, revision: str, migrations: Path = MIGRATIONS) -> None:
    """Upgrade a schema to a revision, inside the open transaction."""
    # Alembic takes a quarter of a second to import: only the first start of a release needs it.
    from alembic import command, config  # noqa: PLC0415

    settings = config.Config()
    settings.set_main_option("script_location", str(SCRIPTS))
    settings.set_main_option("version_locations", str(migrations))
    settings.set_main_option("path_separator", "newline")
    settings.attributes["connection"] = connection
    command.upgrade(settings, revision)


def run_script(connection: Connection, path: Path) -> None:
    """Run a script with one statement a line; `{dialect}` in its name is the database's."""
    script = path.with_name(path.name.format(dialect=connection.dialect.name))
    for line in script.read_text(encoding="ascii").splitlines():
        connection.exec_driver_sql(line)
