"""Statements to PostgreSQL in pipeline mode: sent ahead, answered in the order they were sent.

libpq itself, and not psycopg's cursors: those cost several times what the statement costs. Nothing
is waited for until an answer is read; then all that was sent before it is answered too.
"""

from __future__ import annotations

import re
import select
from collections import deque
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors
from psycopg.adapt import Transformer
from psycopg.pq import ConnStatus, DiagnosticField, ExecStatus

from bot.store.postgresql.connection import SilentDatabaseError
from bot.store.postgresql.values import BINARY, encode

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from psycopg.pq.abc import PGresult

    from bot.store.postgresql.connection import LimitedConnection

MOST_PREPARED = 300
"""Statements the server keeps prepared; with more of them it begins again with none."""
_MARKS = re.compile("%[%s]")
FENCE_SECONDS = 3.0
"""Seconds without a word after which the server undoes a fenced transaction."""
_FENCE = (
    f"SELECT set_config('idle_in_transaction_session_timeout', '{int(FENCE_SECONDS * 1000)}', true)"
)


class Answer:
    """What the server says to one statement."""

    __slots__ = ("result",)

    def __init__(self) -> None:
        self.result: PGresult | None = None
        """None until it has come."""


class Pipeline:
    """The statements of one connection; used by one thread."""

    def __init__(self, connection: LimitedConnection) -> None:
        self._connection = connection
        self._pgconn = connection.pgconn
        self._loader = Transformer(connection)
        self._sent: deque[Answer] = deque()
        """What is not answered yet, in order."""
        self._prepared: dict[tuple[str, tuple[int, ...]], bytes] = {}
        """Names of prepared statements; empty for one that was sent once."""
        self._fresh: list[tuple[str, tuple[int, ...]]] = []
        """Those of this transaction: if it fails, it is not known which the server has."""
        self._numbers = count(1)
        self._is_fenced = False
        self._says_something, self._hears_or_says = select.poll(), select.poll()
        self._says_something.register(self._pgconn.socket, select.POLLIN)
        self._hears_or_says.register(self._pgconn.socket, select.POLLIN | select.POLLOUT)
        self._pgconn.nonblocking = 1
        self._pgconn.enter_pipeline_mode()

    def send(self, sql: str, values: Sequence[Any] | None = None) -> Answer:
        """Send a statement; nothing is waited for. Without values it is never prepared."""
        if values is None:
            self._pgconn.send_query_params(sql.encode(), None, result_format=BINARY)
            return self._await_statement()
        kinds, formats, encoded = encode(values)
        name = self._name(sql, kinds)
        if name:
            self._pgconn.send_query_prepared(name, encoded, formats, BINARY)
        else:
            self._pgconn.send_query_params(_numbered(sql), encoded, kinds, formats, BINARY)
        return self._await_statement()

    def begin(self) -> Answer:
        """Begin a transaction, without a fence."""
        self._is_fenced = False
        return self.send("BEGIN", ())

    def fence(self) -> None:
        """Have the server undo this transaction if nothing is heard for `FENCE_SECONDS`.

        A synchronisation follows each statement from now on: only then does the server take the
        time until the next one for idle, and its clock run.
        """
        self._is_fenced = True
        self.send(_FENCE, ())

    def rows(self, answer: Answer) -> list[tuple[Any, ...]]:
        """Return the rows of an answer; raise what any statement until then has raised."""
        result = self.read(answer)
        if not result.ntuples:
            return []
        self._loader.set_pgresult(result)
        return self._loader.load_rows(0, result.ntuples, tuple)

    def read(self, answer: Answer) -> PGresult:
        """Wait for an answer; raise what any statement until then has raised."""
        if answer.result is None:
            if not self._is_fenced:  # it would stop the clock that a synchronisation started
                self._pgconn.send_flush_request()
            while answer.result is None:
                self._receive()
        return answer.result

    def ask_for_answers(self) -> None:
        """Have the server answer what was sent so far before it does what comes next."""
        self._pgconn.send_flush_request()

    def transmit(self) -> None:
        """Let the server begin with what was sent so far, while the process goes on.

        libpq keeps small statements back until an answer is waited for.
        """
        self._pgconn.flush()

    def look(self) -> None:
        """Find out, without waiting, whether the connection has ended."""
        while self._says_something.poll(0):
            self._pgconn.consume_input()
            self._take_results()

    def sync(self) -> None:
        """Wait for everything that was sent; raise what failed."""
        end = self._send_sync()
        while end.result is None:
            self._receive()
        self._fresh.clear()
        if len(self._prepared) > MOST_PREPARED:
            self._prepared.clear()
            self.send("DEALLOCATE ALL")

    def settle(self) -> None:
        """Wait for everything that was sent, whatever has failed of it.

        Raises:
            psycopg.OperationalError: the connection has ended.
        """
        for key in self._fresh:
            self._prepared.pop(key, None)
        self._fresh.clear()
        end = self._send_sync()
        while end.result is None:
            try:
                self._receive()
            except psycopg.Error:
                if self._pgconn.status != ConnStatus.OK:
                    raise

    def _send_sync(self) -> Answer:
        self._pgconn.pipeline_sync()
        return self._await()

    def _await_statement(self) -> Answer:
        answer = self._await()
        if self._is_fenced:
            self._send_sync()
        return answer

    def _await(self) -> Answer:
        answer = Answer()
        self._sent.append(answer)
        return answer

    def _name(self, sql: str, kinds: tuple[int, ...]) -> bytes:
        """Return the name of a prepared statement; empty where it is sent for the first time."""
        key = (sql, kinds)
        name = self._prepared.get(key)
        if name is None:
            name = self._prepared[key] = b""
        elif not name:
            name = self._prepared[key] = b"haven_%d" % next(self._numbers)
            self._fresh.append(key)
            self._pgconn.send_prepare(name, _numbered(sql), kinds)
            self._await()
        return name

    def _receive(self) -> None:
        """Wait until the server says something, and take it."""
        while self._pgconn.flush():
            self._wait(self._hears_or_says)
            self._pgconn.consume_input()  # the server may wait until we have heard it
        if self._pgconn.is_busy():
            self._wait(self._says_something)
            self._pgconn.consume_input()
        self._take_results()

    def _take_results(self) -> None:
        pgconn, sent = self._pgconn, self._sent
        while sent and not pgconn.is_busy():
            result = pgconn.get_result()
            if result is None:
                self._end_answer()
                continue
            sent[0].result = result
            if result.status == ExecStatus.PIPELINE_SYNC:  # nothing says that it ends
                sent.popleft()
            elif result.status == ExecStatus.FATAL_ERROR:
                error = self._error_of(result)
                if not pgconn.is_busy() and pgconn.get_result() is None:
                    sent.popleft()  # now: what is sent next would take the end away
                raise error

    def _end_answer(self) -> None:
        """Go on to the next statement: all has come that the server says to the first one."""
        if self._sent[0].result is None:  # the connection has ended, and libpq says no more
            self._pgconn.finish()
            raise psycopg.OperationalError("the connection was lost")
        self._sent.popleft()

    def _error_of(self, result: PGresult) -> psycopg.Error:
        has_state = result.error_field(DiagnosticField.SQLSTATE)
        if self._pgconn.status != ConnStatus.OK and not has_state:
            return psycopg.OperationalError(result.get_error_message())
        return errors.error_from_result(result)

    def _wait(self, poll: select.poll) -> None:
        if not poll.poll(self._connection.answer_limit * 1000):
            self._pgconn.finish()
            raise SilentDatabaseError("no answer")


class PipelinedCursor:
    """A cursor that waits for the server only for what is asked of it."""

    def __init__(self, pipeline: Pipeline) -> None:
        self._pipeline = pipeline
        self._last = Answer()
        self.send_ahead = pipeline.send
        self.rows_of = pipeline.rows
        self.fence = pipeline.fence
        self.ask_for_answers = pipeline.ask_for_answers
        self.transmit = pipeline.transmit

    def execute(self, sql: str, values: Sequence[Any] | None = None) -> None:
        """Send a statement."""
        self._last = self._pipeline.send(sql, values)

    def executemany(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """Send a statement once for each row."""
        for row in rows:
            self._last = self._pipeline.send(sql, row)

    def fetchall(self) -> list[Any]:
        """Return the rows of the last statement."""
        return self._pipeline.rows(self._last)

    lastrowid = None
    """PostgreSQL returns ids with RETURNING."""

    @property
    def rowcount(self) -> int:
        """Return the number of rows the last statement changed."""
        return self._pipeline.read(self._last).command_tuples or 0


@lru_cache(2000)
def _numbered(sql: str) -> bytes:
    """Return a statement with its parameters as libpq names them: $1, $2 and so on."""
    numbers = count(1)
    return _MARKS.sub(lambda it: "%" if it[0] == "%%" else f"${next(numbers)}", sql).encode()
