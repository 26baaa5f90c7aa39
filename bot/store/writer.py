"""The one thread that writes: a unit of work is a function, runs whole, and is one commit."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import queue
import sqlite3
import threading
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from bot.errors import StoreFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.store.compiled import Prepared, PreparedList

    Tell = Callable[[Any, BaseException | None], None]

T = TypeVar("T")
BUSY_TIMEOUT = 5000
"""Milliseconds to wait for another process that writes."""
PATIENCE = 12
"""How often that is waited for: SQLite queues nobody, and of many who write one can be last."""
_PRIMARY = 0xFF
"""What of SQLite's codes is the kind of error, without its detail."""
_PASSING = frozenset(
    {
        sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_NOMEM, sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN,
    }
)  # fmt: skip
"""SQLite's errors that are no fault of what was to be stored."""
_PASSING_STATES = ("08", "40", "53", "55", "57", "58")
"""PostgreSQL's: no connection, a deadlock, no room, a lock, an operator, the system."""
IDLE = 0.2
"""Seconds without work after which the log is checkpointed."""
LONGEST_LOG = 32 * 1024 * 1024
"""Bytes the log may reach while there is no rest; then it is checkpointed all the same."""
LOOK_EVERY = 16
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

    __slots__ = ("_cursor", "_last", "dialect")

    def __init__(self, cursor: Cursor, dialect: str) -> None:
        self._cursor = cursor
        self._last: list[Callable[[Work], None]] = []
        self.dialect = dialect

    def at_last(self, do: Callable[[Work], None]) -> None:
        """Do something just before the commit.

        For what locks others out: whoever takes such a lock last waits for nobody while holding it.
        """
        self._last.append(do)

    def finish(self) -> None:
        """Do now what was put off to the end."""
        while self._last:
            self._last.pop(0)(self)

    def forget(self) -> None:
        """Drop what was put off: the unit is undone."""
        self._last.clear()

    def rows(self, statement: Prepared, *values: Any) -> list[Any]:
        """Run a statement and return its rows."""
        compiled = statement.on(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.fetchall()

    def rows_in(self, statement: PreparedList, values: Sequence[Any]) -> list[Any]:
        """Run a statement for a list of values and return all rows."""
        found: list[Any] = []
        for piece, row in statement.pieces(values):
            found += self.rows(piece, *row)
        return found

    def run(self, statement: Prepared, *values: Any) -> int:
        """Run a statement and return how many rows it touched."""
        compiled = statement.on(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.rowcount

    def many(self, statement: Prepared, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for many rows; for none, do nothing."""
        if not rows:
            return
        compiled = statement.on(self.dialect)
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
        log: Path | None = None,
        longest_log: int = LONGEST_LOG,
    ) -> None:
        self._connect = connect
        self._dialect = dialect
        self._log = log
        self._longest_log = longest_log
        self._log_filled = longest_log
        """The log's size when it was checkpointed last: it is written over from its beginning, and
        grows again once it is full."""
        self._units_since_look = 0
        self._units: queue.SimpleQueue[Any] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._work, name="writer", daemon=True)
        self._broken: BaseException | None = None
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
                loop.call_soon_threadsafe(_settle, done, result, error)

        self._hand_in(unit, tell)
        return await done

    def run_now(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work from ordinary code and wait for it."""
        ready = threading.Event()
        said: list[Any] = []

        def tell(result: T | None, error: BaseException | None) -> None:
            said.append((result, error))
            ready.set()

        self._hand_in(unit, tell)
        ready.wait()
        result, error = said[0]
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    async def empty_log(self) -> bool:
        """Cut SQLite's log to nothing; tell whether no reader was in the way.

        What was erased stands in the log until then. PostgreSQL recycles its own in its own time.
        """
        loop = asyncio.get_running_loop()
        done: asyncio.Future[bool] = loop.create_future()

        def tell(is_empty: bool | None, error: BaseException | None) -> None:
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(_settle, done, is_empty, error)

        self._hand_in(None, tell)
        return await done

    @property
    def why(self) -> str:
        """Return what is wrong with the disk, once it refused something."""
        return why_refused(self._broken)

    def close(self) -> None:
        """Finish what was handed in, then close the connection."""
        self._is_closed = True
        self._units.put(None)
        self._thread.join()

    def _hand_in(self, unit: Callable[[Work], T] | None, tell: Tell) -> None:
        if self._is_closed:
            raise StoreFailed("the store is closed")
        self._units.put((unit, tell))

    def _work(self) -> None:
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
                dirty = not self._empty_log(cursor)
                continue
            if handed is None:
                break
            unit, tell = handed
            if unit is None:
                tell(self._empty_log(cursor), None)
                continue
            dirty = True
            tell(*self._one(cursor, begin, work, unit))
            self._keep_log_short(cursor)
        self._empty_log(cursor)
        cursor.close()
        connection.close()

    def _one(
        self, cursor: Cursor, begin: str, work: Work, unit: Callable[[Work], T]
    ) -> tuple[T | None, BaseException | None]:
        if self._broken is not None:
            return None, StoreFailed(f"an earlier commit failed; {self.why}")
        try:
            _begin(cursor, begin)
        except Exception as error:  # noqa: BLE001 - told to the caller, or a database that is gone
            return None, error if _is_busy(error) else self._fail(error, "nothing begins")
        try:
            result = unit(work)
            work.finish()
        except Exception as error:  # noqa: BLE001 - whatever a unit raises belongs to its caller
            work.forget()
            self._undo(cursor)
            return None, error
        try:
            cursor.execute("COMMIT")
        except Exception as error:  # noqa: BLE001 - every failed commit ends the same way
            return None, self._fail(error, "a commit failed")
        return result, None

    def _refuse_all(self) -> None:
        while (handed := self._units.get()) is not None:
            _, tell = handed
            tell(None, StoreFailed("the database does not open; restart Haven after mending it"))

    def _undo(self, cursor: Cursor) -> None:
        try:
            cursor.execute("ROLLBACK")
        except Exception as error:  # noqa: BLE001 - the connection is in no known state
            self._fail(error, "nothing could be undone")

    def _fail(self, error: BaseException, what: str) -> StoreFailed:
        # SQLite says OK to the commits after a failed fsync: none of them may be believed.
        self._broken = error
        self.failed.set()
        failure = StoreFailed(f"{what} ({type(error).__name__}); {why_refused(error)}")
        failure.__cause__ = error
        return failure

    def _keep_log_short(self, cursor: Cursor) -> None:
        self._units_since_look += 1
        if self._log is None or self._units_since_look < LOOK_EVERY:
            return
        self._units_since_look = 0
        size = self._log.stat().st_size if self._log.exists() else 0
        if size > self._log_filled and self._checkpoint(cursor, "PASSIVE"):
            self._log_filled = size

    def _empty_log(self, cursor: Cursor) -> bool:
        """Carry the log over and cut it to nothing; tell whether no reader was in the way.

        What was erased stands in the log until it is cut: only then is it gone from the disk.
        """
        if self._dialect != "sqlite" or self._broken is not None:
            return True
        cursor.execute("PRAGMA busy_timeout=0")  # a reader is not waited for, but asked again
        if is_empty := self._checkpoint(cursor, "TRUNCATE"):
            self._log_filled = self._longest_log
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
    for _tried in range(PATIENCE - 1):
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


def is_of_the_store(error: BaseException) -> bool:
    """Tell whether the store is at fault and not what was to be stored: it may go another time."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    state = str(getattr(error, "sqlstate", None) or "")
    return isinstance(error, StoreFailed) or code in _PASSING or state.startswith(_PASSING_STATES)


def why_refused(error: BaseException | None) -> str:
    """Return what is wrong with a disk that refused something, as far as the error says it."""
    code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_OK) & _PRIMARY
    is_frozen = code == sqlite3.SQLITE_READONLY or getattr(error, "errno", None) == errno.EROFS
    return "the disk is read-only" if is_frozen else "the disk may be full"


def _settle(done: asyncio.Future[Any], result: Any, error: BaseException | None) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
