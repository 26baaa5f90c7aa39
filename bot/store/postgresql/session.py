"""The writer's connection to PostgreSQL: opened again when it is lost, its units tried again.

A unit of work is tried again when it met another one (a deadlock, a lock, a timeout), or when the
connection ended before its commit: then nothing of it was stored. Where the connection ends during
the commit, the server is asked what became of the transaction, by its number. Only if that cannot
be found out, nothing is repeated here: the jobs begin again like a new process, and what arrived is
recognised by its row in the inbox. It cannot where the server was started or promoted since: then
another transaction may have the number. And a commit counts only once the standbys have it, where
commits wait for standbys: a server that ended the wait has it alone, and may be lost.

Statements are sent in pipeline mode: those whose rows are not read ride along with the next one
that is, and with the commit (`bot.store.postgresql.pipeline`).
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

from bot.errors import CommitFailedError, DatabaseAwayError
from bot.log import log
from bot.store.faults import StoreFault, failure_reason, fault_kind
from bot.store.postgresql.commit_history import CommitHistory
from bot.store.postgresql.pipeline import Answer, Pipeline, PipelinedCursor
from bot.store.work import Work, check_connection

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.patience import Patience
    from bot.store.postgresql.connection import LimitedConnection

T = TypeVar("T")
_NUMBER = "SELECT pg_current_xact_id_if_assigned()::text"
_MARK = (
    "SELECT x::text, CASE WHEN x IS NOT NULL THEN pg_notify('haven', %s)::text END"
    " FROM (SELECT pg_current_xact_id_if_assigned() AS x) AS own"
)
"""The number of the transaction; and what it wrote is told to who listens (see `changes`)."""
_FATE = "SELECT pg_xact_status(%s::xid8)"
_END_TRANSACTION = (
    "SELECT pg_terminate_backend(pid, 1000) FROM pg_stat_activity WHERE backend_xid = xid(%s::xid8)"
)
"""The server may not have noticed yet that the connection is gone; at most a second is waited."""
_END_WAIT = (
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid = %s"
    " AND wait_event = 'SyncRep' AND application_name = current_setting('application_name')"
)
"""A commit that waits for a standby goes on waiting after its connection has ended: without
an end to it, each try would take one connection more, until the server has none left."""
_PROOF = "SELECT pg_logical_emit_message(true, 'haven', '')::text"
"""A transaction that changes nothing, and is written to the log: its commit is acknowledged once it
and all before it are on the disk, and with the standbys that commits wait for."""

_PLAN_ONCE = "SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off"
"""Prepared statements find rows by keys or by short lists of them. Planned again for the values of
each execution, which is what the server may do, they take a sixth longer one at a time. A plan made
while a table is small would read the whole table, and stay when it has grown: no plan does that
where an index serves."""


class PostgresqlSession:
    """One connection at a time; used by the writer's thread alone."""

    def __init__(
        self,
        connect: Callable[[], LimitedConnection],
        patience: Patience,
        claim: Callable[[psycopg.Connection[Any], int], None] | None = None,
    ) -> None:
        self._connect = connect
        self._patience = patience
        self._claim = claim
        self.silence = patience.silence
        self._connection: LimitedConnection | None = None
        self._missing_since = 0.0
        self._server_process = 0
        self._server_started = ""
        self.history = CommitHistory()
        self._has_warned = False
        self._pipeline: Any = None
        self._mark = Answer()
        """The number of the transaction."""

    def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work as one transaction and return its result, once it is durable.

        `check_connection` is no transaction.

        Raises:
            DatabaseAwayError: there is no connection, or what became of the commit is unknown.
            CommitFailedError: it met others each time.
            AlreadyRunningError: another bot has taken this database over.
        """
        tried = 0
        while True:
            self.open()
            try:
                return self._run_once(unit)
            except _UnknownFateError as error:
                if self._was_committed(error.number, error.server):
                    self.history.note(error.number)
                    error.work.run_after_commit()
                    return error.result  # type: ignore[no-any-return]
                lost: BaseException = error
            except Exception as error:
                kind = fault_kind(error) if not isinstance(error, CommitFailedError) else None
                if kind not in {StoreFault.LOST, StoreFault.CONFLICT}:
                    raise
                lost = error
                log.warning("unit_tried_again", kind=kind.value, error=type(error).__name__)
            tried += 1
            if tried >= self._patience.units:
                raise self._give_up(lost) from lost
            time.sleep(self._patience.wait(tried))

    def _give_up(self, lost: BaseException) -> CommitFailedError:
        """Return the error of a unit that did not succeed however often it was tried.

        Where the connection was lost each time, the database is away, and is waited for.
        """
        kind = DatabaseAwayError if self.is_lost else CommitFailedError
        return kind(f"given up; {failure_reason(lost)}")

    @property
    def is_lost(self) -> bool:
        """Tell whether there is no connection."""
        return self._connection is None or self._connection.closed

    def open(self) -> None:
        """Connect, unless there is a connection.

        Raises:
            DatabaseAwayError: it does not succeed.
            AlreadyRunningError: another bot uses this database.
            CommitFailedError: the server may forget what it committed.
        """
        if not self.is_lost:
            return None
        self.close()
        tried = 0
        while True:
            try:
                self._open_once()
            except psycopg.Error as error:
                self._note_missing(error)
                tried += 1
                if tried >= self._patience.connects:
                    raise DatabaseAwayError(failure_reason(error)) from error
            else:
                return self._note_found()
            time.sleep(self._patience.wait(tried))

    def _note_missing(self, error: BaseException) -> None:
        if not self._missing_since:  # once, however long it lasts
            self._missing_since = time.monotonic()
            log.warning("database_missing", kind=failure_reason(error))

    def _note_found(self) -> None:
        if self._missing_since:
            log.info("database_found", seconds=time.monotonic() - self._missing_since)
        self._missing_since = 0.0

    def _open_once(self) -> None:
        connection = self._connect()
        try:
            if self._server_process:
                connection.execute(_END_WAIT, (self._server_process,))
            if self._claim is not None:
                self._claim(connection, self._server_process)
            self.history.compare(connection)
            connection.execute(_PLAN_ONCE)
            self._pipeline = Pipeline(connection)
        except BaseException:
            connection.close()
            raise
        connection.add_notice_handler(self._note_notice)
        self._connection = connection
        self._server_started = connection.server_started
        self._server_process = connection.info.backend_pid

    def close(self) -> None:
        """Close the connection, whatever state it is in."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def probe(self) -> None:
        """Store a transaction that changes nothing; raise as `run` does."""
        self.run(lambda work: work.execute(_PROOF))

    def _run_once(self, unit: Callable[[Work], T]) -> T:
        pipeline = self._pipeline
        work = Work(PipelinedCursor(pipeline), "postgresql")
        try:
            pipeline.look()  # a connection that ended meanwhile is no reason to begin
            if unit is check_connection:
                pipeline.sync()
                return unit(work)
            begun = pipeline.begin()
            result = unit(work)
            work.run_deferred()
            self._mark = (
                pipeline.send(_NUMBER, ())
                if work.is_quiet
                else pipeline.send(_MARK, (work.only_for,))
            )
            if begun.result is None:
                pipeline.read(self._mark)
            # What ended before the commit was sent must not be taken for a commit of unknown fate.
            pipeline.look()
        except BaseException:
            self._roll_back()
            raise
        try:
            self._commit()
        except Exception as error:
            self._roll_back()
            if not self._is_marked and getattr(error, "sqlstate", None):
                raise  # the server said so before it came to the COMMIT, so nothing was stored
            if self._connection is None and fault_kind(error) is StoreFault.LOST:
                log.warning("commit_uncertain", kind=failure_reason(error))
                raise self._unknown(work, result) from error
            raise
        if self._has_warned:
            log.warning("commit_uncertain", kind="the server did not wait for the standby")
            raise self._unknown(work, result)
        self.history.note(self._number())
        work.run_after_commit()
        return result

    def _commit(self) -> None:
        """Commit; the transaction's number comes first, so that it is known if the answer is lost.

        Raises:
            CommitFailedError: the server rolled back, because a statement had failed unnoticed.
        """
        self._has_warned = False
        self._pipeline.ask_for_answers()
        ended = self._pipeline.send("COMMIT")
        self._pipeline.sync()
        if ended.result.command_status != b"COMMIT":
            raise CommitFailedError("a statement of the unit had failed; nothing was stored")

    @property
    def _is_marked(self) -> bool:
        """Tell whether the server has answered what is sent before the COMMIT."""
        return self._mark.result is not None and self._mark.result.ntuples > 0

    def _number(self) -> str:
        """Return the number of the transaction; empty if it wrote nothing or is not known."""
        if self._mark.result is None or not self._is_marked:
            return ""
        value = self._mark.result.get_value(0, 0)
        return value.decode() if value is not None else READ_ONLY

    def _unknown(self, work: Work, result: Any) -> _UnknownFateError:
        return _UnknownFateError(self._number(), self._server_started, work, result)

    def _note_notice(self, notice: psycopg.errors.Diagnostic) -> None:
        """Note a warning: with a commit, it says that the wait for the standby was ended."""
        self._has_warned |= notice.severity_nonlocalized == "WARNING"

    def _roll_back(self) -> None:
        """End the transaction; close a connection on which that does not succeed."""
        connection = self._connection
        if connection is None:
            return
        try:
            self._pipeline.settle()  # what failed is known already
            self._pipeline.send("ROLLBACK")
            self._pipeline.sync()
        except Exception:  # noqa: BLE001 - the server rolls back when the connection ends
            self.close()

    def _was_committed(self, number: str, server: str) -> bool:
        """Tell whether a transaction was committed on a server, on a new connection.

        Raises:
            DatabaseAwayError: that cannot be found out.
        """
        if number == READ_ONLY:
            return False
        for tried in range(self._patience.units if number else 0):
            self.open()
            try:
                self._pipeline.send(_END_TRANSACTION, (number,))
                ((status,),) = self._pipeline.rows(self._pipeline.send(_FATE, (number,)))
                self._pipeline.sync()
            except psycopg.Error:
                self._roll_back()
                status = None
            if status == "committed":
                self._prove(server)
            if status in {"committed", "aborted"}:
                log.info("commit_found", state=status)
                return bool(status == "committed")
            time.sleep(self._patience.wait(tried))
        raise DatabaseAwayError("it is not known whether a commit succeeded")

    def _prove(self, server: str) -> None:
        """Have all that was committed on a server be where a commit has to be.

        Raises:
            DatabaseAwayError: it is another server, or a standby does not have it.
        """
        if self._server_started != server:
            raise DatabaseAwayError("the database was started since, or promoted")
        try:
            self._pipeline.send("BEGIN", ())
            self._pipeline.send(_PROOF, ())
            self._commit()
        except psycopg.Error:
            self._roll_back()
            raise DatabaseAwayError(NOT_ON_STANDBY) from None
        if self._has_warned:
            raise DatabaseAwayError(NOT_ON_STANDBY)


NOT_ON_STANDBY = "commits wait for a standby that does not answer"
READ_ONLY = "0"
"""In place of the number of a transaction that wrote nothing."""


class _UnknownFateError(Exception):
    """The connection ended during a commit."""

    def __init__(self, number: str, server: str, work: Work, result: Any) -> None:
        super().__init__("a commit of unknown fate")
        self.number, self.server, self.work, self.result = number, server, work, result
