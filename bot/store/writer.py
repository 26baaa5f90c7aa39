"""The one thread that writes: a unit of work is a function, runs whole, and is one commit."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import queue
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.errors import CommitFailedError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.store.compiled import Prepared, PreparedList

    OnDone = Callable[[Any, BaseException | None], None]

T = TypeVar("T")
BUSY_TIMEOUT = 5000
"""Milliseconds to wait for another process that writes."""
BUSY_RETRIES = 12
"""How often that is waited for: SQLite queues nobody, and of many who write one can be last."""
_PRIMARY = 0xFF
"""What of SQLite's codes is the kind of error, without its detail."""
_TRANSIENT = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
"""SQLite's errors that are no fault of what was to be stored."""
_TRANSIENT_STATES = ("08", "40", "53", "55", "57", "58")
"""PostgreSQL's: no connection, a deadlock, no room, a lock, an operator, the system."""
IDLE = 0.2
"""Seconds without work after which the log is checkpointed."""
MAX_WAL_SIZE = 32 * 1024 * 1024
"""Bytes the log may reach while there is no rest; then it is checkpointed all the same."""
CHECK_WAL_EVERY = 16
"""Units of work between two looks at the log's size."""


class Cursor(Protocol):
    """What both drivers' cursors can do."""

    def execute(self, sql: str, parameters: Sequence[Any] = ..., /) -> Any:
        """Run one statement."""

    def executemany(self, sql: str, parameters: Any, /) -> Any:
        """Run one statement for many rows."""

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""

    @property
    def rowcount(self) -> int:
        """Rows the last statement touched."""


class Work:
    """An open transaction in the writer thread."""

    __slots__ = ("_cursor", "_deferred", "dialect")

    def __init__(self, cursor: Cursor, dialect: str) -> None:
        self._cursor = cursor
        self._deferred: list[Callable[[Work], None]] = []
        self.dialect = dialect

    def before_commit(self, do: Callable[[Work], None]) -> None:
        """Do something just before the commit.

        For what locks others out: whoever takes such a lock last waits for nobody while holding it.
        """
        self._deferred.append(do)

    def run_deferred(self) -> None:
        """Do now what was put off to the end."""
        while self._deferred:
            self._deferred.pop(0)(self)

    def discard_deferred(self) -> None:
        """Drop what was put off: the unit is undone."""
        self._deferred.clear()

    def rows(self, statement: Prepared, *values: Any) -> list[Any]:
        """Run a statement and return its rows."""
        compiled = statement.for_dialect(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.fetchall()

    def rows_in(self, statement: PreparedList, values: Sequence[Any]) -> list[Any]:
        """Run a statement for a list of values and return all rows."""
        found: list[Any] = []
        for piece, row in statement.batches(values):
            found += self.rows(piece, *row)
        return found

    def run(self, statement: Prepared, *values: Any) -> int:
        """Run a statement and return how many rows it touched."""
        compiled = statement.for_dialect(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.rowcount

    def many(self, statement: Prepared, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for many rows; for none, do nothing."""
        if not rows:
            return
        compiled = statement.for_dialect(self.dialect)
        if len(rows) == 1:
            self._cursor.execute(compiled.sql, compiled.row(rows[0]))
            return
        arranged = [compiled.row(row) for row in rows] if compiled.arrange else rows
        self._cursor.executemany(compiled.sql, arranged)


class Writer:
    """Runs units of work, each whole and alone, in one thread on one connection.

    After the first failed commit nothing is believed any more: every further unit gets
    `StoreFailed`, and `failed` is set so that the process can stop and say so.
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
        """The log's size when it was checkpointed last: it is written over from its beginning, and
        grows again once it is full."""
        self._units_since_check = 0
        self._units: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run_thread, name="writer", daemon=True)
        self._failure: BaseException | None = None
        self._is_closed = False
        self.failed = threading.Event()
        self._thread.start()

    async def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work and return what it returned, once it is durable.

        Raises:
            StoreFailed: the disk refused the commit, now or before.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[T] = loop.create_future()

        def tell(result: T | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):  # a loop that is closed waits for nothing
                loop.call_soon_threadsafe(_resolve, done, result, error)

        self._submit(unit, tell)
        return await done

    def run_sync(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work from ordinary code and wait for it."""
        ready = threading.Event()
        said: list[Any] = []

        def tell(result: T | None, error: BaseException | None) -> None:
            said.append((result, error))
            ready.set()

        self._submit(unit, tell)
        ready.wait()
        result, error = said[0]
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    async def truncate_wal(self) -> bool:
        """Cut SQLite's log to nothing; tell whether no reader was in the way.

        What was erased stands in the log until then. PostgreSQL recycles its own in its own time.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def tell(is_empty: bool | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_resolve, done, is_empty, error)

        self._submit(None, tell)
        return await done

    @property
    def failure_reason(self) -> str:
        """Return what is wrong with the disk, once it refused something."""
        return disk_failure_reason(self._failure)

    def close(self) -> None:
        """Finish what was handed in, then close the connection."""
        self._is_closed = True
        self._units.put(None)
        self._thread.join()

    def _submit(self, unit: Callable[[Work], T] | None, tell: OnDone) -> None:
        if self._is_closed:
            raise CommitFailedError("the store is closed")
        self._units.put((unit, tell))

    def _run_thread(self) -> None:
        try:
            connection = self._connect()
        except Exception as error:  # noqa: BLE001 - whoever hands in work is told
            self._fail(error, "no connection")
            self._refuse_all()
            return
        cursor = connection.cursor()
        work = Work(cursor, self._dialect)
        begin = "BEGIN IMMEDIATE" if self._dialect == "sqlite" else "BEGIN"
        dirty = False
        while True:
            try:
                handed = self._units.get(timeout=IDLE) if dirty else self._units.get()
            except queue.Empty:
                dirty = not self._truncate_wal(cursor)
                continue
            if handed is None:
                break
            unit, tell = handed
            if unit is None:
                tell(self._truncate_wal(cursor), None)
                continue
            dirty = True
            tell(*self._run_unit(cursor, begin, work, unit))
            self._keep_wal_short(cursor)
        self._truncate_wal(cursor)
        cursor.close()
        connection.close()

    def _run_unit(
        self, cursor: Cursor, begin: str, work: Work, unit: Callable[[Work], T]
    ) -> tuple[T | None, BaseException | None]:
        if self._failure is not None:
            return None, CommitFailedError(f"an earlier commit failed; {self.failure_reason}")
        try:
            _begin(cursor, begin)
        except Exception as error:  # noqa: BLE001 - told to the caller, or a database that is gone
            return None, error if _is_busy(error) else self._fail(error, "nothing begins")
        try:
            result = unit(work)
            work.run_deferred()
        except Exception as error:  # noqa: BLE001 - whatever a unit raises belongs to its caller
            work.discard_deferred()
            self._roll_back(cursor)
            return None, error
        try:
            cursor.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - every failed commit ends the same way
            return None, self._fail(error, "a commit failed")
        return result, None

    def _refuse_all(self) -> None:
        while (handed := self._units.get()) is not None:
            _, tell = handed
            tell(
                None,
                CommitFailedError("the database does not open; restart Haven after mending it"),
            )

    def _roll_back(self, cursor: Cursor) -> None:
        try:
            cursor.execute("ROLLBACK")
        except Exception as error:  # noqa: BLE001 - the connection is in no known state
            self._fail(error, "nothing could be undone")

    def _fail(self, error: BaseException, what: str) -> CommitFailedError:
        # SQLite says OK to the commits after a failed fsync: none of them may be believed.
        self._failure = error
        self.failed.set()
        failure = CommitFailedError(
            f"{what} ({type(error).__name__}); {disk_failure_reason(error)}"
        )
        failure.__cause__ = error
        return failure

    def _keep_wal_short(self, cursor: Cursor) -> None:
        self._units_since_check += 1
        if self._wal is None or self._units_since_check < CHECK_WAL_EVERY:
            return
        self._units_since_check = 0
        size = self._wal.stat().st_size if self._wal.exists() else 0
        if size > self._wal_high_water and self._checkpoint(cursor, "PASSIVE"):
            self._wal_high_water = size

    def _truncate_wal(self, cursor: Cursor) -> bool:
        """Carry the log over and cut it to nothing; tell whether no reader was in the way.

        What was erased stands in the log until it is cut: only then is it gone from the disk.
        """
        if self._dialect != "sqlite" or self._failure is not None:
            return True
        cursor.execute("PRAGMA busy_timeout=0")  # a reader is not waited for, but asked again
        if is_empty := self._checkpoint(cursor, "TRUNCATE"):
            self._wal_high_water = self._max_wal_size
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT}")
        return is_empty

    def _checkpoint(self, cursor: Cursor, how: str) -> bool:
        """Carry the log over into the database; tell whether all of it went."""
        try:
            cursor.execute(f"PRAGMA wal_checkpoint({how})")
            blocked, pages, carried = cursor.fetchall()[0]
            return not blocked and bool(pages == carried)
        except Exception as error:  # noqa: BLE001 - a failed checkpoint is a failing disk
            if _is_busy(error):
                return False
            self._fail(error, "a checkpoint failed")
            return True


def _begin(cursor: Cursor, begin: str) -> None:
    """Begin, however long another process takes that writes: within reason."""
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
    """Tell whether another process was in the way: nothing began, and nothing is broken."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK)
    return bool(code & _PRIMARY == sqlite3.SQLITE_BUSY)


def is_store_error(error: BaseException) -> bool:
    """Tell whether the store is at fault and not what was to be stored: it may go another time."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    state = str(getattr(error, "sqlstate", None) or "")
    return (
        isinstance(error, CommitFailedError)
        or code in _TRANSIENT
        or state.startswith(_TRANSIENT_STATES)
    )


def disk_failure_reason(error: BaseException | None) -> str:
    """Return what is wrong with a disk that refused something, as far as the error says it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    is_frozen = code == sqlite3.SQLITE_READONLY or getattr(error, "errno", None) == errno.EROFS
    return "the disk is read-only" if is_frozen else "the disk may be full"


def _resolve(done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
