"""The writer thread. A unit of work is a function; it runs as a whole and is one commit."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import queue
import sqlite3
import threading
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.clock import SystemClock
from bot.errors import CommitFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.store.compiled import Prepared, PreparedList

    OnDone = Callable[[Any, BaseException | None], None]

T = TypeVar("T")
_REOPEN: Any = object()
"""Is handed in instead of a unit of work."""
BUSY_TIMEOUT = 5000
"""Milliseconds to wait for another process that writes."""
BUSY_RETRIES = 12
"""How often to wait that long: SQLite has no queue of writers, so one can be last many times."""
_PRIMARY = 0xFF
"""The bits of SQLite's extended error codes that hold the primary code."""
_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
"""Errors of SQLite that another try may not have."""
_NOTHING_WRITTEN = frozenset(
    {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN}
)
_WRITE_REFUSED = frozenset({sqlite3.SQLITE_IOERR_WRITE, sqlite3.SQLITE_IOERR_SHMSIZE})
"""Primary and extended codes of a write that the disk refused. After them SQLite knows what is on
the disk. After a failed fsync it does not, and takes commits for durable that are not."""
BUSY_ERRORS = (sqlite3.OperationalError, CommitFailedError)
"""What a unit of work raises that the store did not take; nothing of it was stored."""
_TRANSIENT_STATES = ("08", "40", "53", "55", "57", "58")
"""The same of PostgreSQL: no connection, deadlock, no space, lock, operator, system."""
IDLE = 0.2
"""Seconds without work after which the WAL is checkpointed."""
MAX_WAL_SIZE = 32 * 1024 * 1024
"""Bytes of the WAL at which it is checkpointed even without a pause."""
CHECK_WAL_EVERY = 16
"""Units of work between two checks of the WAL's size."""


class Cursor(Protocol):
    """The methods that the cursors of both drivers have."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run a statement."""

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run a statement for many rows."""

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""

    @property
    def rowcount(self) -> int:
        """Return the number of rows the last statement changed."""


class Work:
    """An open transaction in the writer thread."""

    __slots__ = ("_cursor", "_deferred", "dialect")

    def __init__(self, cursor: Cursor, dialect: str) -> None:
        self._cursor = cursor
        self._deferred: list[Callable[[Work], None]] = []
        self.dialect = dialect

    def before_commit(self, do: Callable[[Work], None]) -> None:
        """Run a function just before the commit.

        For statements that lock other processes out: a lock taken last is held only briefly.
        """
        self._deferred.append(do)

    def run_deferred(self) -> None:
        """Run the deferred functions now."""
        while self._deferred:
            self._deferred.pop(0)(self)

    def execute(self, sql: str) -> list[Any]:
        """Run a statement of the database's own language, and return its rows."""
        self._cursor.execute(sql)
        return self._cursor.fetchall()

    def rows(self, statement: Prepared, *values: Any) -> list[Any]:
        """Run a statement and return its rows."""
        compiled = statement.for_dialect(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.fetchall()

    def rows_in(self, statement: PreparedList, values: Sequence[Any]) -> list[Any]:
        """Run a statement for a list of values and return the rows."""
        found: list[Any] = []
        for piece, row in statement.batches(values):
            found += self.rows(piece, *row)
        return found

    def run(self, statement: Prepared, *values: Any) -> int:
        """Run a statement and return how many rows it changed."""
        compiled = statement.for_dialect(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.rowcount

    def many(self, statement: Prepared, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for many rows; do nothing for none."""
        if not rows:
            return
        compiled = statement.for_dialect(self.dialect)
        if len(rows) == 1:
            self._cursor.execute(compiled.sql, compiled.row(rows[0]))
            return
        arranged = [compiled.row(row) for row in rows] if compiled.arrange else rows
        self._cursor.executemany(compiled.sql, arranged)


def _probe(work: Work) -> None:
    """Write a page that changes nothing."""
    version = int(work.execute("PRAGMA user_version")[0][0])
    work.execute(f"PRAGMA user_version={version}")


class Writer:
    """Runs units of work, one after the other, in one thread on one connection.

    After the first failed commit nothing more is trusted: every further unit fails with
    `CommitFailedError`, and `failed` is set. If the disk only refused to write, `reopen` begins
    again on a new connection; after anything else the process must stop and say why.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        dialect: str,
        wal: Path | None = None,
        max_wal_size: int = MAX_WAL_SIZE,
    ) -> None:
        self._connect = connect
        self._dialect = dialect
        self._wal = wal
        self._max_wal_size = max_wal_size
        self._wal_high_water = max_wal_size
        """The size of the WAL at its last checkpoint: SQLite overwrites it from the beginning
        and lets it grow only when it is full."""
        self._units_since_check = 0
        self._units: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_thread, name="writer", daemon=True)
        self._connection: Any = None
        self._cursor: Any = None
        self._failure: BaseException | None = None
        self._is_closed = False
        self.failed = threading.Event()
        self.failed_at = 0
        """The moment since which nothing is stored, microseconds; 0 while all is well."""
        self._thread.start()

    async def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work and return its result, once it is durable.

        Raises:
            CommitFailedError: the disk refused this commit or an earlier one.
        """
        return await self._submit_async(unit)

    def run_sync(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work from synchronous code and wait for it."""
        done: Future[T] = Future()
        self._submit(unit, partial(_resolve, done))
        return done.result()

    async def truncate_wal(self) -> bool:
        """Truncate SQLite's WAL; tell whether that worked, which a reader can prevent.

        Erased data remain in the WAL until then. PostgreSQL recycles its own WAL by itself.
        """
        return bool(await self._submit_async(None))

    async def reopen(self) -> None:
        """Trust commits again after a write was refused, if one works on a new connection.

        Raises:
            CommitFailedError: the disk still refuses, or `can_reopen` is false.
        """
        await self._submit_async(_REOPEN)

    @property
    def can_reopen(self) -> bool:
        """Tell whether SQLite still knows what is on the disk, so that it may begin again."""
        code = getattr(self._failure, "sqlite_errorcode", sqlite3.SQLITE_OK)
        is_moved = code == sqlite3.SQLITE_READONLY_DBMOVED
        is_refused = code & _PRIMARY in _NOTHING_WRITTEN or code in _WRITE_REFUSED
        return self._failure is None or (is_refused and not is_moved)

    @property
    def failure_reason(self) -> str:
        """Return what is wrong with the disk after a failure."""
        return disk_failure_reason(self._failure)

    def close(self) -> None:
        """Finish the units handed in, then close the connection."""
        self._is_closed = True
        self._units.put(None)
        self._thread.join()

    async def _submit_async(self, unit: Callable[[Work], T] | None) -> T:
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def tell(result: T | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # the loop may be closed
                loop.call_soon_threadsafe(_resolve, done, result, error)

        self._submit(unit, tell)
        return await done

    def _submit(self, unit: Callable[[Work], T] | None, tell: OnDone) -> None:
        if self._is_closed:
            raise CommitFailedError("the store is closed")
        self._units.put((unit, tell))

    def _run_thread(self) -> None:
        if not self._open():
            self._refuse_all()
            return
        dirty = False
        while True:
            try:
                handed = self._units.get(timeout=IDLE) if dirty else self._units.get()
            except queue.Empty:
                dirty = not self._truncate_wal(self._cursor)
                continue
            if handed is None:
                break
            unit, tell = handed
            if unit is None:
                tell(self._truncate_wal(self._cursor), None)
                continue
            if unit is _REOPEN:
                tell(*self._reopen())
                continue
            dirty = True
            tell(*self._run_unit(unit))
            self._keep_wal_short(self._cursor)
        self._truncate_wal(self._cursor)
        self._close()

    def _open(self) -> bool:
        connection, error = _attempt(self._connect)
        if connection is None:
            self._fail(error, "no connection")
            return False
        self._connection, self._cursor = connection, connection.cursor()
        return True

    def _close(self) -> None:
        if self._connection is not None:
            self._cursor.close()
            self._connection.close()  # rolls back what could not be committed
            self._connection = self._cursor = None

    def _reopen(self) -> tuple[None, Exception | None]:
        before = self._failure
        if before is None:
            return None, None
        if not self.can_reopen:
            return None, CommitFailedError(f"a commit failed; {self.failure_reason}")
        # The new connection first: with none open, SQLite would remove the WAL and its index, which
        # a full disk could not take again. Then nothing could be read either.
        connection, _ = _attempt(self._connect)
        if connection is None:
            return None, CommitFailedError(f"nothing can be opened; {self.failure_reason}")
        _attempt(self._close)
        self._connection, self._cursor = connection, connection.cursor()
        self._failure = None
        _, error = self._run_unit(_probe)
        if error is None:  # a page of the WAL may still fit where the database cannot grow
            self._checkpoint(self._cursor, "PASSIVE")
        self._failure = self._failure or (before if error else None)
        if self._failure is not None:
            return None, CommitFailedError(f"nothing can be stored yet; {self.failure_reason}")
        self.failed.clear()
        self.failed_at = 0
        return None, None

    def _run_unit(self, unit: Callable[[Work], T]) -> tuple[T | None, Exception | None]:
        if self._failure is not None:
            return None, CommitFailedError(f"an earlier commit failed; {self.failure_reason}")
        cursor, work = self._cursor, Work(self._cursor, self._dialect)
        begin = "BEGIN IMMEDIATE" if self._dialect == "sqlite" else "BEGIN"
        _, error = _attempt(lambda: _begin(cursor, begin))
        if error is not None:
            return None, error if _is_busy(error) else self._fail(error, "no transaction begins")

        def whole() -> T:
            result = unit(work)
            work.run_deferred()
            return result

        result, error = _attempt(whole)
        if error is not None:
            _, failure = _attempt(lambda: cursor.execute("ROLLBACK"))
            if failure is not None:
                # SQLite rolls back by itself when the disk is full; that is then what is wrong.
                self._fail(error if is_store_error(error) else failure, "a rollback failed")
            return None, error
        _, error = _attempt(lambda: cursor.execute("COMMIT"))
        return (result, None) if error is None else (None, self._fail(error, "a commit failed"))

    def _refuse_all(self) -> None:
        while (handed := self._units.get()) is not None:
            _, tell = handed
            reason = "the database does not open; repair it and restart Haven"
            tell(None, CommitFailedError(reason))

    def _fail(self, error: Exception | None, what: str) -> CommitFailedError:
        # SQLite reports OK for commits after a failed fsync: none of them may be trusted.
        self._failure = error
        self.failed_at = self.failed_at or SystemClock().now()
        self.failed.set()
        failure = CommitFailedError(
            f"{what} ({type(error).__name__}); {disk_failure_reason(error)}"
        )
        failure.__cause__ = error
        return failure

    def _keep_wal_short(self, cursor: Cursor) -> None:
        self._units_since_check += 1
        if self._wal is None or self._failure or self._units_since_check < CHECK_WAL_EVERY:
            return
        self._units_since_check = 0
        size = self._wal.stat().st_size if self._wal.exists() else 0
        if size > self._wal_high_water and self._checkpoint(cursor, "PASSIVE"):
            self._wal_high_water = size

    def _truncate_wal(self, cursor: Cursor) -> bool:
        """Checkpoint and truncate the WAL; tell whether that worked."""
        if self._dialect != "sqlite" or self._failure is not None:
            return True
        cursor.execute("PRAGMA busy_timeout=0")  # a reader is not waited for: the next try comes
        if is_empty := self._checkpoint(cursor, "TRUNCATE"):
            self._wal_high_water = self._max_wal_size
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
        return is_empty

    def _checkpoint(self, cursor: Cursor, how: str) -> bool:
        """Checkpoint the WAL; tell whether all of it went into the database."""

        def checkpoint() -> bool:
            cursor.execute(f"PRAGMA wal_checkpoint({how})")
            blocked, pages, carried = cursor.fetchall()[0]
            return not blocked and bool(pages == carried)

        is_done, error = _attempt(checkpoint)
        if error is None or _is_busy(error):
            return bool(is_done)
        self._fail(error, "a checkpoint failed")
        return True


def _attempt(do: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """Return the result of a function, or the error that ended it."""
    try:
        return do(), None
    except Exception as error:  # noqa: BLE001 - the thread must go on, and callers get the error
        return None, error


def _begin(cursor: Cursor, begin: str) -> None:
    """Begin a transaction, waiting for other processes that write."""
    for _tried in range(BUSY_RETRIES - 1):
        try:
            cursor.execute(begin)
        except sqlite3.OperationalError as error:
            if not _is_busy(error):
                raise
        else:
            return
    cursor.execute(begin)


def _is_busy(error: BaseException) -> bool:
    """Tell whether another process held the lock: nothing began, nothing is broken."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return bool(code & _PRIMARY == sqlite3.SQLITE_BUSY)


def is_store_error(error: BaseException) -> bool:
    """Tell whether the store failed, not the data: another try may work."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    state = str(getattr(error, "sqlstate", None) or "")
    return (
        isinstance(error, CommitFailedError)
        or code in _TRANSIENT
        or state.startswith(_TRANSIENT_STATES)
    )


def disk_failure_reason(error: BaseException | None) -> str:
    """Return what is wrong with the disk, as far as the error says."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    is_frozen = code == sqlite3.SQLITE_READONLY or getattr(error, "errno", None) == errno.EROFS
    return "the disk is read-only" if is_frozen else "the disk may be full"


def _resolve(
    done: asyncio.Future[Any] | Future[Any], result: Any, error: BaseException | None
) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
