"""Databases, with their writer and readers, and the data directory of a deployment."""

from __future__ import annotations

import contextlib
import fcntl
import os
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TypeVar
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.engine import URL, Engine, make_url
from sqlalchemy.exc import ArgumentError

from bot.clock import SystemClock, to_utc
from bot.errors import AlreadyRunningError, CommitFailedError, SettingError
from bot.store.changes import Changes
from bot.store.patience import Patience
from bot.store.postgresql.address import split_hosts, with_limits
from bot.store.processes.running import process_number
from bot.store.work import Work, check_connection
from bot.store.writer import BUSY_TIMEOUT, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from sqlalchemy.ext.asyncio import AsyncEngine

    from bot.store.postgresql.session import PostgresqlSession

T = TypeVar("T")
PRAGMAS = {
    "journal_mode": "wal",
    "synchronous": "2",  # FULL: NORMAL lost acknowledged rows in 887 of 1,000 power cuts
    "foreign_keys": "1",
    "secure_delete": "1",
    "busy_timeout": str(BUSY_TIMEOUT),
    "wal_autocheckpoint": "0",  # the writer checkpoints when idle
    "temp_store": "2",  # memory: no personal data in temporary files
}
"""Set on every connection to SQLite, and verified."""

PRACTICE_MARKER = "practice"
ONE_MOMENT = "REPEATABLE READ"
"""The level of PostgreSQL at which all statements of a transaction see what was stored when its
first one began. By default each of them sees what was stored until then: rows of two tables that
one commit wrote together would not agree. SQLite shows one moment by itself."""
BEGIN_READING = {"sqlite": "BEGIN", "postgresql": f"BEGIN ISOLATION LEVEL {ONE_MOMENT}"}
"""What begins a unit of work that only reads."""


class Database:
    """A database: SQLite in a file, or PostgreSQL."""

    def __init__(
        self, url: str, patience: Patience | None = None, name: str = "HAVEN_DATABASE_URL"
    ) -> None:
        """Take an address; `name` is the setting that holds it, for an error."""
        self.url = _parse_url(url, name)
        self.dialect = self.url.get_backend_name()
        self.patience = patience or Patience()
        self._is_claimed = False
        self._readers: AsyncEngine | None = None
        self._writer: Writer | None = None

    @property
    def writer(self) -> Writer:
        """Return the only writer of this process, started on first use."""
        if self._writer is None:
            if self.dialect == "sqlite":
                log = Path(f"{self.url.database}-wal")
                self._writer = Writer(self.connect, self.dialect, log)
            else:
                self._writer = Writer(
                    self.connect,
                    self.dialect,
                    session=self._session(),
                    changes=Changes(self.connect),
                )
        return self._writer

    def claim_for_bot(self) -> None:
        """Let no other bot write to this database, as long as this writer does.

        A SQLite file lies in a data directory, which is locked as a whole.

        Raises:
            AlreadyRunningError: another bot uses it; the error names its process.
            DatabaseAwayError: PostgreSQL is not there.
        """
        if self.dialect == "sqlite":
            return
        self._is_claimed = True
        self.writer.run_sync(check_connection)

    def _session(self) -> PostgresqlSession:
        from bot.store.postgresql.session import PostgresqlSession  # noqa: PLC0415 - half a second, unneeded with SQLite
        from bot.store.processes.leadership import LeaderClaim  # noqa: PLC0415 - the same

        claim = LeaderClaim(process_number()) if self._is_claimed else None
        return PostgresqlSession(self.connect_briefly, self.patience, claim)

    @property
    def readers(self) -> AsyncEngine:
        """Return the engine for reads and, with `reads=False`, for writes of other processes."""
        if self._readers is None:
            # Half of SQLAlchemy's import time, which a process that only writes saves.
            from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415

            is_sqlite = self.dialect == "sqlite"
            driver = "sqlite+aiosqlite" if is_sqlite else "postgresql+psycopg"
            self._readers = create_async_engine(
                self.url.set(drivername=driver),
                execution_options={"reads": True},
                hide_parameters=True,  # errors must not contain values
                pool_pre_ping=not is_sqlite,  # a connection may have ended while no one read
                connect_args={} if is_sqlite else _limited_async_connection(),
                **({} if is_sqlite else {"isolation_level": ONE_MOMENT}),
            )
            if is_sqlite:
                begin_immediately(self._readers.sync_engine)
        return self._readers

    def connect(self) -> Any:
        """Return a new synchronous connection, on which transactions begin with BEGIN.

        Raises:
            CommitFailedError: the database does not have the settings that keep commits durable.
        """
        if self.dialect == "sqlite":
            return connect_sqlite(str(self.url.database))
        from bot.store.postgresql.connection import connect  # noqa: PLC0415 - half a second, unneeded with SQLite

        return connect(self.url)

    def connect_briefly(self) -> Any:
        """Return a connection for units of work, on which no statement may last long.

        Raises:
            CommitFailedError: the database does not have the settings that keep commits durable.
        """
        if self.dialect == "sqlite":
            return self.connect()
        from bot.store.postgresql.connection import connect  # noqa: PLC0415 - half a second, unneeded with SQLite

        return connect(self.url, self.patience.limits)

    def read(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work that only reads, on a connection of its own, and return its result.

        All it reads is of one moment. For commands: it waits for no writer, and needs nothing of
        what async code needs.
        """
        with closing(self.connect_briefly()) as connection, closing(connection.cursor()) as cursor:
            cursor.execute(BEGIN_READING[self.dialect])
            try:
                return unit(Work(cursor, self.dialect))
            finally:
                cursor.execute("ROLLBACK")

    async def close(self) -> None:
        """Finish writing and close every connection."""
        if self._writer is not None:
            self._writer.close()
        if self._readers is not None:
            await self._readers.dispose()


def connect_sqlite(path: str) -> sqlite3.Connection:
    """Open a SQLite file, set the pragmas and verify them."""
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
            raise CommitFailedError(f"SQLite has {name}={found} after it was set to {wanted}")
    cursor.close()


def begin_immediately(engine: Engine) -> None:
    """Make transactions of an engine take the write lock at once, unless they only read."""

    # A deferred BEGIN loses updates across processes without an error.
    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        _set_pragmas(connection)

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        reads = connection.get_execution_options().get("reads", False)
        connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _limited_async_connection() -> dict[str, Any]:
    from bot.store.postgresql.connection import LimitedAsyncConnection  # noqa: PLC0415 - half a second, unneeded with SQLite

    return {"async_creator_fn": LimitedAsyncConnection.connect}


@contextlib.contextmanager
def _closed_on_failure(connection: Any) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def _parse_url(url: str, name: str) -> URL:
    single, hosts = split_hosts(url)
    try:
        parsed = make_url(single)
    except (ArgumentError, ValueError):
        parsed = None
    if parsed is None and single.startswith(("sqlite:", "postgresql:")):
        raise SettingError(
            f"{name} is no address: sqlite:///path or postgresql://user@host:5432/name"
        )
    if parsed is None or parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise SettingError(
            f"{name} must begin with sqlite:/// or postgresql://"
            + (f", not {parsed.get_backend_name()}://" if parsed else "")
        )
    if not parsed.database or parsed.database == ":memory:":
        raise SettingError(f"{name} must name a file or a database")
    if parsed.get_backend_name() == "sqlite":
        return parsed
    return with_limits(parsed.update_query_dict(hosts))


class DataDirectory:
    """The data directory of a deployment; only one bot may use it at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.database_url = f"sqlite:///{quote(str(path / 'haven.db'))}"
        self.keys_url = f"sqlite:///{quote(str(path / 'keys.db'))}"
        self.files = path / "files"
        """The folder of sealed files."""
        self.recordings = path / "recordings.json"
        """The channel's ids of our recordings, until 0.4.0; now in the database."""
        self.profile_digest = path / "profile.digest"
        """The digest of the public profile that the channel was told last, until 0.4.0."""
        self.audit_head_file = path / "audit.head"
        """The head of the audit log that was last printed."""
        self.silence_mark = path / "database.silent"
        """Is there while the running bot gets no answer from its database, and says since when."""
        self._lock: IO[str] | None = None

    def create(self) -> None:
        """Create the folders, readable for the owner only.

        Raises:
            SettingError: they cannot be created.
        """
        try:
            for folder in (self.path, self.files):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            for file in self.path.glob("*.db*"):  # of a release that did not set the umask
                file.chmod(0o600)
        except OSError as error:
            raise self._unwritable(error) from None

    def _unwritable(self, error: OSError) -> SettingError:
        return SettingError(
            f"HAVEN_DATA: {self.path}: {error.strerror}; name a folder Haven may write to"
        )

    def refuse_practice(self) -> None:
        """Refuse a directory for training.

        Raises:
            SettingError: the directory is marked as one.
        """
        if (self.path / PRACTICE_MARKER).exists():
            raise SettingError(
                f"HAVEN_DATA: {self.path} holds practice cases (haven train); use another"
            )

    def lock(self) -> None:
        """Lock the directory for this bot.

        Raises:
            AlreadyRunningError: another bot has locked it; the error names its process.
            SettingError: the directory is not writable.
        """
        self._lock = self._take()
        began = to_utc(SystemClock().now())
        holder = f"{os.getpid()} on {os.uname().nodename}, since {began:%Y-%m-%d %H:%M} UTC"
        with contextlib.suppress(OSError):  # a full disk: it is locked all the same
            os.truncate(self._lock.fileno(), 0)
            os.write(self._lock.fileno(), holder.encode())

    def _take(self) -> IO[str]:
        try:
            handle = (self.path / "bot.lock").open("a+", encoding="utf-8")
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
        return handle

    def refuse_running(self) -> None:
        """Raise AlreadyRunningError, which names its process, while a bot uses the directory."""
        self._take().close()

    def is_locked(self) -> bool:
        """Tell whether a bot runs in this directory."""
        with contextlib.suppress(OSError), (self.path / "bot.lock").open("r") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except OSError:
                return True
        return False

    def unlock(self) -> None:
        """Unlock the directory."""
        if self._lock is not None:
            with contextlib.suppress(OSError):
                self._lock.close()
            self._lock = None
