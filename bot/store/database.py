"""Open a database, hold it to what it promises, and hand out its writer and its readers."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from bot.errors import AlreadyRunningError, CommitFailedError, SettingError
from bot.store.writer import BUSY_TIMEOUT, Writer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy.engine import URL, Engine
    from sqlalchemy.ext.asyncio import AsyncEngine

PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",  # FULL: NORMAL lost acknowledged rows in 887 of 1,000 power cuts
    "foreign_keys": "1",
    "secure_delete": "1",
    "busy_timeout": str(BUSY_TIMEOUT),
    "wal_autocheckpoint": "0",  # the writer checkpoints when idle
    "temp_store": "2",  # memory: no words in temporary files
}
"""Set on every connection to SQLite, and asserted."""

PRACTICE_MARKER = "practice"
"""The file that marks a folder in which nothing is real."""

POSTGRESQL_SETTINGS = {"synchronous_commit": "on", "fsync": "on"}
"""What PostgreSQL must say of itself."""


class Database:
    """One database: SQLite in a file, or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = _parse_url(url)
        self.dialect = self.url.get_backend_name()
        self._readers: AsyncEngine | None = None
        self._writer: Writer | None = None

    @property
    def writer(self) -> Writer:
        """Return the one writer of this process, started on first use."""
        if self._writer is None:
            log = Path(f"{self.url.database}-wal") if self.dialect == "sqlite" else None
            self._writer = Writer(self.connect, self.dialect, log)
        return self._writer

    @property
    def readers(self) -> AsyncEngine:
        """Return the engine for reads, and, with `reads=False`, for other processes' writes."""
        if self._readers is None:
            # The other half of SQLAlchemy's import: whoever only writes starts sooner without it.
            from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

            driver = "sqlite+aiosqlite" if self.dialect == "sqlite" else "postgresql+psycopg"
            self._readers = create_async_engine(
                self.url.set(drivername=driver),
                execution_options={"reads": True},
                hide_parameters=True,  # an error says what failed, not with which values
            )
            if self.dialect == "sqlite":
                begin_immediately(self._readers.sync_engine)
        return self._readers

    def connect(self) -> Any:
        """Return a new synchronous connection that commits only when told.

        Raises:
            StoreFailed: the database does not keep what it was asked to.
        """
        if self.dialect == "sqlite":
            return connect_sqlite(str(self.url.database))
        return _connect_postgresql(self.url)

    async def close(self) -> None:
        """Finish writing and let go of every connection."""
        if self._writer is not None:
            self._writer.close()
        if self._readers is not None:
            await self._readers.dispose()


def connect_sqlite(path: str) -> sqlite3.Connection:
    """Open a SQLite file with the pragmas, and see that they took."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    with _closed_on_failure(connection):
        _set_pragmas(connection)
    return connection


def _set_pragmas(connection: Any) -> None:
    cursor = connection.cursor()
    for name, wanted in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={wanted}")
        cursor.execute(f"PRAGMA {name}")
        found = str(cursor.fetchone()[0]).lower()
        if found != wanted:
            raise CommitFailedError(f"SQLite answers {name}={found} where {wanted} was asked")
    cursor.close()


def begin_immediately(engine: Engine) -> None:
    """Make an engine's transactions take the write lock at once, unless they only read."""

    # SQLAlchemy's deferred BEGIN loses updates across processes without any error.
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _set_pragmas(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _connect_postgresql(url: URL) -> Any:
    import psycopg  # noqa: PLC0415 - half a second that a SQLite house does not pay

    dsn = url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = psycopg.connect(dsn, autocommit=True)
    with _closed_on_failure(connection):
        for name, wanted in POSTGRESQL_SETTINGS.items():
            row = connection.execute(f"SHOW {name}").fetchone()
            if row is None or row[0] != wanted:
                raise CommitFailedError(
                    f"PostgreSQL answers {name}={row and row[0]}; it must be {wanted}"
                )
    return connection


@contextlib.contextmanager
def _closed_on_failure(connection: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _parse_url(url: str) -> URL:
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingError(
            "HAVEN_DATABASE_URL must begin with sqlite:/// or postgresql://"
            + (f", not {parsed.get_backend_name()}://" if parsed else "")
        )
    if not parsed.database or parsed.database == ":memory:":
        raise SettingError("HAVEN_DATABASE_URL must name a file or a database")
    return parsed


class DataDirectory:
    """The folder of one deployment; only one bot may hold it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: IO[str] | None = None

    @property
    def database_url(self) -> str:
        """Return where SQLite lies when nothing else was set."""
        return f"sqlite:///{quote(str(self.path / 'haven.db'))}"

    @property
    def keys_url(self) -> str:
        """Return where the key store lies when nothing else was set."""
        return f"sqlite:///{quote(str(self.path / 'keys.db'))}"

    @property
    def files(self) -> Path:
        """Return where sealed files lie."""
        return self.path / "files"

    @property
    def recordings(self) -> Path:
        """Return where it is kept by which numbers the channel knows our recordings."""
        return self.path / "recordings.json"

    @property
    def audit_head_file(self) -> Path:
        """Return where the head of the audit log that was asked for last is kept."""
        return self.path / "audit.head"

    def create(self) -> None:
        """Make the folders, for the owner alone.

        Raises:
            WrongSetting: they cannot be made there.
        """
        try:
            for folder in (self.path, self.files):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> SettingError:
        return SettingError(
            f"HAVEN_DATA: {self.path}: {error.strerror}; name a folder Haven may write to"
        )

    def refuse_practice(self) -> None:
        """Refuse a folder in which caseworkers practise.

        Raises:
            WrongSetting: it is marked as one.
        """
        if (self.path / PRACTICE_MARKER).exists():
            raise SettingError(
                f"HAVEN_DATA: {self.path} holds practice (haven train); real people need another"
            )

    def lock(self) -> None:
        """Take the folder for this bot.

        Raises:
            AlreadyRunning: another bot holds it; its process is named.
            WrongSetting: nothing can be written there.
        """
        try:
            handle = (self.path / "bot.lock").open("a+")
        except OSError as error:
            raise self._unwritable(error) from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            handle.seek(0)
            holder = handle.read().strip() or "unknown"
            handle.close()
            raise AlreadyRunningError(
                f"another Haven (process {holder}) uses {self.path}; stop it first"
            ) from None
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        self._lock = handle

    def unlock(self) -> None:
        """Let the folder go."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._lock.close()
            self._lock = None
