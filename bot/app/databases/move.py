"""The move of a deployment from SQLite to PostgreSQL: copied, compared, and never deleted here."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError, OperationalError

from bot.app.databases.moved import moved_note
from bot.app.keys import key_store_url
from bot.app.storage import database_at, database_url, open_vault
from bot.clock import SystemClock, to_utc
from bot.errors import MigrationError
from bot.private_file import user_name
from bot.store.copies.table_copy import (
    ComparedTable,
    TableCopy,
    TargetState,
    copy_mark,
    target_state,
)
from bot.store.database import Database, DataDirectory
from bot.store.migrate import (
    KEY_MIGRATIONS,
    LATEST_KEY_REVISION,
    LATEST_REVISION,
    MIGRATIONS,
    check_complete,
    current_revision,
    schema_engine,
    schema_transaction,
)
from bot.store.releases import require_known
from bot.store.tables.keys import key_metadata, key_stores, roots
from bot.store.tables.main import metadata
from bot.vault import AuditLog
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection, Table

    from bot.settings import Settings
    from bot.vault import Vault

MOVE_ACTION = "move_database"
Progress = Callable[[str, int, int], None]
"""Called with the name of a part, and the numbers of its rows that are copied, and of all."""

FINISHED = (
    "these data were copied there before, and the copy is complete: set HAVEN_DATABASE_URL and "
    "HAVEN_KEYS_URL to the two databases and start Haven. Nothing was changed"
)


@dataclass(frozen=True)
class MoveTarget:
    """The two empty PostgreSQL databases to copy into."""

    data: str
    keys: str


@dataclass(frozen=True)
class _Part:
    """One of the two databases, on both sides."""

    name: str
    option: str
    source: Database
    target: Database
    tables: list[Table]
    migrations: Path
    revision: str


def move_to_postgresql(
    settings: Settings, target: MoveTarget, on_progress: Progress = lambda _part, _done, _all: None
) -> dict[str, list[ComparedTable]]:
    """Copy data and key store, and return how every table compares, by part.

    Run again after an interruption, it goes on where it ended. The copy is usable once both parts
    are equal row by row; the originals stay, and are not started any more.

    Raises:
        AlreadyRunningError: the bot runs.
        MigrationError: the targets or the originals cannot be used, or a table differs.
        SettingError: the data are for practice.
    """
    directory = DataDirectory(settings.data)
    directory.refuse_practice()
    parts = _parts(settings, target)
    for part in parts:
        _check_source(part)
    directory.lock()
    try:
        with closing(open_vault(settings, parts[0].source)) as vault:
            store = _store_id(parts[0].source)  # an open vault has proved that both belong together
            mark = copy_mark(store)
            states = _check_targets(parts, mark, store)
            if states[0] is TargetState.EMPTY:
                _record(vault, parts[0].source)
        compared = _copy(parts, states, mark, on_progress)
        when = f"{to_utc(SystemClock().now()):%Y-%m-%d %H:%M} UTC\n"
        for part in parts:
            moved_note(part.source).write_text(when, encoding="ascii")
        return compared
    finally:
        for part in parts:
            part.source.writer.close()
        directory.unlock()


def _parts(settings: Settings, target: MoveTarget) -> tuple[_Part, _Part]:
    if target.data == target.keys:
        raise MigrationError(
            "--to and --keys-to name one database: keys need a separate one, so that one stolen "
            "copy is half of what is needed"
        )
    return (
        _Part(
            "data", "--to", database_at(database_url(settings)), _target("--to", target.data),
            metadata.sorted_tables, MIGRATIONS, LATEST_REVISION,
        ),
        _Part(
            "key store", "--keys-to", database_at(key_store_url(settings)),
            _target("--keys-to", target.keys), key_metadata.sorted_tables, KEY_MIGRATIONS,
            LATEST_KEY_REVISION,
        ),
    )  # fmt: skip


def _target(option: str, url: str) -> Database:
    database = Database(url)
    if database.dialect != "postgresql":
        raise MigrationError(f"{option}: name a PostgreSQL database: postgresql://user@host/name")
    if database.url.password:
        raise MigrationError(
            f"{option} has a password, which every user of this machine can read while the command "
            f"runs. Leave it out, and put it into ~/.pgpass of the user "
            f"{user_name()} ({Path.home()}/.pgpass, mode 0600), or before the command as PGPASSWORD"
        )
    return database


def _check_source(part: _Part) -> None:
    if part.source.dialect != "sqlite":
        raise MigrationError(f"the {part.name} is not in SQLite; only a SQLite deployment moves")
    found = current_revision(part.source)
    require_known(found, part.migrations)
    if found != part.revision:
        raise MigrationError(
            f"the {part.name} is at revision {found}, this release at {part.revision}: run haven "
            "upgrade first"
        )
    if part.name == "data":
        check_complete(part.source)


def _check_targets(parts: tuple[_Part, _Part], mark: str, store: bytes) -> list[TargetState]:
    states = []
    for part in parts:
        with _postgresql(part.option):
            states.append(target_state(part.target, mark))
    data, keys = states
    # The key store is finished first: complete keys belong to data that are unfinished.
    is_finished_half = (
        data is TargetState.UNFINISHED
        and keys is TargetState.COMPLETE
        and _root_store(parts[1].target) == store
    )
    if data is keys is TargetState.COMPLETE and _root_store(parts[1].target) == store:
        raise MigrationError(FINISHED)
    for part, state in zip(parts, states, strict=True):
        if state is TargetState.COMPLETE and not is_finished_half:
            raise MigrationError(
                f"{part.option}: the database {part.target.url.database} has data already; name an "
                "empty one. Nothing was changed"
            )
    return states


def _copy(
    parts: tuple[_Part, _Part], states: list[TargetState], mark: str, on_progress: Progress
) -> dict[str, list[ComparedTable]]:
    compared: dict[str, list[ComparedTable]] = {}
    with ExitStack() as opened:
        copies = []
        for part, state in zip(parts, states, strict=True):
            opened.enter_context(_postgresql(part.option))
            # Takes the write lock: no command changes the original while it is copied.
            source = opened.enter_context(schema_transaction(part.source))
            engine = opened.enter_context(schema_engine(part.target))
            copy = TableCopy(source, engine, part.tables, _counted(part, source, on_progress))
            if state is TargetState.EMPTY:
                copy.create_schema(mark, part.migrations)
            copies.append(copy)
        for part, copy in zip(parts, copies, strict=True):
            copy.copy()
            compared[part.name] = copy.compare()
        if unequal := [it.name for tables in compared.values() for it in tables if not it.is_equal]:
            raise MigrationError(
                f"the copy differs from the original in: {', '.join(unequal)}. It stays unfinished "
                "and the original in use: empty both databases and run the command again"
            )
        for part, copy in reversed(list(zip(parts, copies, strict=True))):
            copy.finish(part.revision)
    return compared


def _counted(part: _Part, source: Connection, on_progress: Progress) -> Callable[[str, int], None]:
    total = sum(
        source.exec_driver_sql(f"SELECT count(*) FROM {table.name}").scalar() or 0  # noqa: S608 - our own name
        for table in part.tables
    )
    done = 0

    def count(_table: str, rows: int) -> None:
        nonlocal done
        done += rows
        on_progress(part.name, done, total)

    on_progress(part.name, 0, total)
    return count


def _store_id(database: Database) -> bytes:
    with schema_engine(database) as engine, engine.connect() as connection:
        return bytes(connection.execute(select(key_stores.c.store)).scalar_one())


def _root_store(database: Database) -> bytes | None:
    with schema_engine(database) as engine, engine.connect() as connection:
        found = connection.execute(select(roots.c.store)).scalars().first()
        return None if found is None else bytes(found)


def _record(vault: Vault, database: Database) -> None:
    """Record the copy in the audit log, which is copied with the rest."""
    audit, now = AuditLog(vault), SystemClock().now()
    database.writer.run_sync(lambda work: audit.record(work, now, OPERATOR, MOVE_ACTION, "all", ""))


@contextmanager
def _postgresql(option: str) -> Iterator[None]:
    """Raise MigrationError for what the driver raises; its text may hold rows, so it is not said.

    That the server is not reached says nothing of a row.
    """
    try:
        yield
    except (DBAPIError, OSError) as error:
        raise MigrationError(f"{option}: {_reason(error)}") from None
    except Exception as error:
        if not type(error).__module__.startswith("psycopg"):
            raise
        raise MigrationError(f"{option}: {_reason(error)}") from None


def _reason(error: Exception) -> str:
    driver = getattr(error, "orig", None) or error
    state = getattr(driver, "sqlstate", None)
    if state is None and (isinstance(error, OperationalError) or "Operational" in str(type(error))):
        first = str(driver).strip().partition("\n")[0]
        return (
            f"PostgreSQL is not reached ({first}). Once it is, run the command again: it goes on "
            "where it ended"
        )
    return (
        f"PostgreSQL refused it ({type(driver).__name__}, SQLSTATE {state}). Once that is mended, "
        "run the command again: it goes on where it ended"
    )
