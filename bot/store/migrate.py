"""Schema upgrades, which keep everything in the database (see `migrations/README.md`)."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import create_engine, event, inspect

from bot.errors import MigrationError, SchemaIncompleteError
from bot.store.database import Database, begin_immediately
from bot.store.releases import require_known, revisions
from bot.store.tables.main import metadata

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from sqlalchemy import Table
    from sqlalchemy.engine import Connection, Engine


LATEST_REVISION = "0003"
"""The newest revision of the data. A test compares it with the folder: starting needs no Alembic.
"""
LATEST_KEY_REVISION = "0002"
CREATION_LOCK = 4_841_554_618
"""The advisory lock of a transaction that makes or changes tables in PostgreSQL."""

TABLES = {table.name: table for table in metadata.sorted_tables}
"""The tables of the data, by name: `bot.store` registers every module of tables."""
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
    _refuse_incomplete(found, TABLES.values(), LATEST_REVISION)


def check_complete_in(connection: Connection, tables: Collection[Table], revision: str) -> None:
    """Raise SchemaIncompleteError unless an open transaction sees these tables, whole."""
    rows = connection.exec_driver_sql(_COLUMNS[connection.dialect.name]).fetchall()
    _refuse_incomplete({(str(table), str(column)) for table, column in rows}, tables, revision)


def _refuse_incomplete(
    found: Collection[tuple[str, str]], tables: Collection[Table], revision: str
) -> None:
    wanted = {(str(table.name), str(it.name)) for table in tables for it in table.columns}
    if missing := sorted(f"{table}.{column}" for table, column in wanted - set(found)):
        raise SchemaIncompleteError(
            f"{len(missing)} columns of revision {revision} are missing, {missing[0]} among"
            " them: restore a backup into a new folder"
        )


def upgrade_keys(database: Database) -> None:
    """Bring a key store to the schema of this release; do nothing if it is there.

    Raises:
        StoreTooNewError: a newer Haven wrote this key store.
    """
    if current_revision(database) != LATEST_KEY_REVISION:
        _migrate(database, KEY_MIGRATIONS)


def has_table(database: Database, name: str) -> bool:
    """Tell whether a database has a table."""
    query = {
        "sqlite": f"SELECT max(name) FROM sqlite_master WHERE name = '{name}'",  # noqa: S608 - ours
        "postgresql": f"SELECT to_regclass('{name}')",
    }
    connection = database.connect_briefly()
    try:
        return connection.execute(query[database.dialect]).fetchone()[0] is not None
    finally:
        connection.close()


def refuse_other_tables(database: Database) -> None:
    """Raise MigrationError for a database that has tables, before any of Haven are made in it."""
    with schema_engine(database) as engine, engine.connect() as connection:
        if found := inspect(connection).get_table_names():
            raise MigrationError(
                f"the database {database.url.database} has tables of something else ({found[0]}): "
                "name an empty one"
            )


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
    require_known(current_revision(database), migrations)
    with schema_transaction(database) as connection:
        if database.dialect == "postgresql":  # two machines may begin at the same moment
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({CREATION_LOCK})")
        upgrade_to(connection, "head", migrations)


@contextmanager
def schema_transaction(database: Database) -> Iterator[Connection]:
    """Yield a connection on which the schema and the rows change in one transaction."""
    with schema_engine(database) as engine, engine.begin() as connection:
        yield connection


@contextmanager
def schema_engine(database: Database) -> Iterator[Engine]:
    """Yield an engine for what is long by its nature: a change of the schema, or a copy."""
    driver = "sqlite" if database.dialect == "sqlite" else "postgresql+psycopg"
    engine = create_engine(database.url.set(drivername=driver), hide_parameters=True)
    if database.dialect == "sqlite":
        begin_immediately(engine)
    else:
        event.listen(engine, "do_connect", _connect)
    try:
        yield engine
    finally:
        engine.dispose()


def _connect(dialect: Any, _record: Any, words: list[Any], given: dict[str, Any]) -> Any:
    """Connect as the data themselves are connected to."""
    from bot.store.postgresql.connection import connected  # noqa: PLC0415 - half a second, unneeded with SQLite

    return connected(lambda: dialect.connect(*words, **given))


def is_known_revision(revision: str, migrations: Path = MIGRATIONS) -> bool:
    """Tell whether this release can upgrade from a revision."""
    return revision in revisions(migrations)


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
