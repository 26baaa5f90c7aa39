"""The writer thread. A unit of work is a function; it runs as a whole and is one commit."""

from __future__ import annotations

import asyncio
import contextlib
import queue
import sqlite3
import threading
import time
from concurrent.futures import Future
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clock import SECOND, SystemClock
from bot.errors import AlreadyRunningError, CommitFailedError, DatabaseAwayError, HavenError
from bot.store.changes import Changes
from bot.store.faults import failure_reason, is_busy, is_store_error, may_reopen
from bot.store.patience import Patience
from bot.store.work import Work

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.store.postgresql.commit_history import MissingSpan
    from bot.store.postgresql.session import PostgresqlSession
    from bot.store.work import Cursor

    OnDone = Callable[[Any, BaseException | None], None]

__all__ = ["Work", "Writer"]
T = TypeVar("T")
_REOPEN: Any = object()
"""Is handed in instead of a unit of work."""
BUSY_TIMEOUT = 5000
"""Milliseconds to wait for another process that writes."""
BUSY_RETRIES = 12
"""How often to wait that long: SQLite has no queue of writers, so one can be last many times."""
IDLE = 0.2
"""Seconds without work after which the WAL is checkpointed."""
MAX_WAL_SIZE = 32 * 1024 * 1024
"""Bytes of the WAL at which it is checkpointed even without a pause."""
CURRENT_SECONDS = 4.0
"""Seconds for which an answer of the database counts: fewer than it takes to end the session of a
process that says nothing (`bot.store.processes.leadership`)."""
CHECK_WAL_EVERY = 16
"""Units of work between two checks of the WAL's size."""


def _probe(work: Work) -> None:
    """Write a page that changes nothing."""
    version = int(work.execute("PRAGMA user_version")[0][0])
    work.execute(f"PRAGMA user_version={version}")


class Writer:
    """Runs units of work, one after the other, in one thread on one connection.

    After the first failed commit nothing more is trusted: every further unit fails with
    `CommitFailedError`, and `failed` is set. If the disk only refused to write, or PostgreSQL went
    away, `reopen` begins again on a new connection; after anything else the process must stop and
    say why. On PostgreSQL a `session` runs the units; what a short fault undid it tries again.
    """

    def __init__(
        self,
        connect: Callable[[], Any],
        dialect: str,
        wal: Path | None = None,
        max_wal_size: int = MAX_WAL_SIZE,
        session: PostgresqlSession | None = None,
        changes: Changes | None = None,
    ) -> None:
        self.changes = changes or Changes()
        """Waits for what any process stores."""
        self._session = session or (_new_session(connect) if dialect == "postgresql" else None)
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
        self.busy_since = 0.0
        """When the unit began that runs now, seconds of `time.monotonic`; 0 while none does."""
        self._heard_at = 0.0
        """When a unit of work was stored last, seconds of `time.monotonic`."""
        self.silence = session.silence if session is not None else Patience().silence
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
    def stalled_since(self) -> int:
        """Return since when nothing is stored, microseconds; 0 while all is well.

        It failed, or a unit has been running for longer than `silence` seconds.
        """
        began, now = self.busy_since, time.monotonic()
        if self.failed_at or not began or now - began < self.silence:
            return self.failed_at
        return SystemClock().now() - int((now - began) * SECOND)

    @property
    def is_current(self) -> bool:
        """Tell whether the database has answered just now, so that this process still leads.

        A SQLite file is locked by its folder, whatever happens meanwhile.
        """
        return self._session is None or self.was_heard_within(CURRENT_SECONDS)

    def take_missing(self) -> MissingSpan | None:
        """Return once what an older database at the same address lacks; None if nothing."""
        if self._session is None:
            return None
        missing, self._session.history.missing = self._session.history.missing, None
        return missing

    def was_heard_within(self, seconds: float) -> bool:
        """Tell whether a unit of work was stored so many seconds ago at most."""
        return time.monotonic() - self._heard_at < seconds

    @property
    def can_reopen(self) -> bool:
        """Tell whether the database still knows what it has stored, so that it may begin again."""
        return may_reopen(self._failure)

    @property
    def failure(self) -> BaseException | None:
        """Return what stopped it; None while all is well."""
        return self._failure

    @property
    def failure_reason(self) -> str:
        """Return what is wrong with the disk or the database after a failure."""
        return failure_reason(self._failure)

    def close(self) -> None:
        """Finish the units handed in, then close the connection."""
        self._is_closed = True
        self._units.put(None)
        self._thread.join()
        self.changes.close()

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
        if not self._open() and not (self._session is not None and self.can_reopen):
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
        if self._session is not None:
            _, error = _attempt(self._session.open)
            if error is not None:
                self._fail(error, "no connection")
            return error is None
        connection, error = _attempt(self._connect)
        if connection is None:
            self._fail(error, "no connection")
            return False
        self._connection, self._cursor = connection, connection.cursor()
        return True

    def _close(self) -> None:
        if self._session is not None:
            self._session.close()
        if self._connection is not None:
            self._cursor.close()
            self._connection.close()  # rolls back what could not be committed
            self._connection = self._cursor = None

    def _reopen(self) -> tuple[None, Exception | None]:
        before = self._failure
        if before is None:
            return None, None
        if not self.can_reopen:
            return None, _permanent(before, f"a commit failed; {self.failure_reason}")
        if self._session is not None:
            return self._reopen_session(self._session)
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
        self._forget_failure()
        return None, None

    def _reopen_session(self, session: PostgresqlSession) -> tuple[None, Exception | None]:
        _, error = _attempt(session.probe)
        if error is None:
            self._forget_failure()
            return None, None
        self._failure = error
        return None, _permanent(error, f"nothing can be stored yet; {self.failure_reason}")

    def _forget_failure(self) -> None:
        self._failure = None
        self.failed.clear()
        self.failed_at = 0

    def _run_unit(self, unit: Callable[[Work], T]) -> tuple[T | None, Exception | None]:
        if self._failure is not None:
            why = f"an earlier commit failed; {self.failure_reason}"
            return None, _permanent(self._failure, why)
        self.busy_since = time.monotonic()
        try:
            if self._session is not None:
                return self._run_in_session(self._session, unit)
            return self._run_on_sqlite(unit)
        finally:
            self.busy_since = 0.0

    def _run_in_session(
        self, session: PostgresqlSession, unit: Callable[[Work], T]
    ) -> tuple[T | None, Exception | None]:
        result, error = _attempt(lambda: session.run(unit))
        # Any other error is the unit's own: that the connection ended with it, the next unit finds.
        if session.is_lost and isinstance(error, (CommitFailedError, AlreadyRunningError)):
            return None, self._fail(error, "the database is away")
        if error is None:
            self._heard_at = time.monotonic()
        return result, error

    def _run_on_sqlite(self, unit: Callable[[Work], T]) -> tuple[T | None, Exception | None]:
        cursor, work = self._cursor, Work(self._cursor, self._dialect)
        begin = "BEGIN IMMEDIATE" if self._dialect == "sqlite" else "BEGIN"
        _, error = _attempt(lambda: _begin(cursor, begin))
        if error is not None:
            return None, error if is_busy(error) else self._fail(error, "no transaction begins")

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
        _, error = _attempt(lambda: _commit(cursor))
        if error is not None:
            return None, self._fail(error, "a commit failed")
        work.run_after_commit()
        return result, None

    def _refuse_all(self) -> None:
        while (handed := self._units.get()) is not None:
            _, tell = handed
            reason = "the database does not open; repair it and restart Haven"
            tell(None, _permanent(self._failure, reason))

    def _fail(self, error: Exception | None, what: str) -> HavenError:
        # SQLite reports OK for commits after a failed fsync: none of them may be trusted.
        self._failure = error
        kind = DatabaseAwayError if self._session is not None else CommitFailedError
        self.failed_at = self.failed_at or SystemClock().now()
        self.failed.set()
        if isinstance(error, HavenError):
            return error
        failure = kind(f"{what} ({type(error).__name__}); {failure_reason(error)}")
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
        if error is None or is_busy(error):
            return bool(is_done)
        self._fail(error, "a checkpoint failed")
        return True


def _new_session(connect: Callable[[], Any]) -> PostgresqlSession:
    from bot.store.postgresql.session import PostgresqlSession  # noqa: PLC0415 - psycopg is slow to import

    return PostgresqlSession(connect, Patience())


def _permanent(error: BaseException | None, reason: str) -> Exception:
    """Return an error of Haven that no further try mends; else one with this reason."""
    if isinstance(error, HavenError) and not may_reopen(error):
        return error
    kind = DatabaseAwayError if isinstance(error, DatabaseAwayError) else CommitFailedError
    return kind(reason)


def _attempt(do: Callable[[], T]) -> tuple[T | None, Exception | None]:
    """Return the result of a function, or the error that ended it."""
    try:
        return do(), None
    except Exception as error:  # noqa: BLE001 - the thread must go on, and callers get the error
        return None, error


def _commit(cursor: Cursor) -> None:
    cursor.execute("COMMIT")


def _begin(cursor: Cursor, begin: str) -> None:
    """Begin a transaction, waiting for other processes that write."""
    for _tried in range(BUSY_RETRIES - 1):
        try:
            cursor.execute(begin)
        except sqlite3.OperationalError as error:
            if not is_busy(error):
                raise
        else:
            return
    cursor.execute(begin)


def _resolve(
    done: asyncio.Future[Any] | Future[Any], result: Any, error: BaseException | None
) -> None:
    if done.cancelled():
        return
    if error is not None:
        done.set_exception(error)
    else:
        done.set_result(result)
