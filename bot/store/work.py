"""An open transaction, as units of work see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from bot.store.changes import EVERYONE

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.compiled import Prepared, PreparedList, PreparedRows


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

    @property
    def lastrowid(self) -> int | None:
        """Return the id of the row that was inserted last; SQLite alone has it."""


def check_connection(_work: Work) -> None:
    """Do nothing: a unit of work that tells whether the database answers and our session lasts.

    On PostgreSQL it is a round trip without a transaction (`PostgresqlSession.run`).
    """


class Work:
    """An open transaction in the writer thread."""

    __slots__ = (
        "_after", "_ask_for_answers", "_cursor", "_deferred", "_expected", "_fence", "_send_ahead",
        "_transmit", "dialect", "is_quiet", "only_for", "write_count",
    )  # fmt: skip

    def __init__(self, cursor: Cursor, dialect: str) -> None:
        self._cursor = cursor
        self._deferred: list[Callable[[Work], None]] = []
        self._after: list[Callable[[], None]] = []
        self._expected: dict[tuple[Prepared, tuple[Any, ...]], Any] = {}
        """Answers to statements that were sent before anyone asked."""
        self._send_ahead = getattr(cursor, "send_ahead", None)
        self._fence = getattr(cursor, "fence", None)
        self._ask_for_answers = getattr(cursor, "ask_for_answers", None)
        self._transmit = getattr(cursor, "transmit", None)
        self.dialect = dialect
        self.is_quiet = False
        """Whether no job has to look because of what this stores (see `bot.store.changes`)."""
        self.only_for = EVERYONE
        """Which jobs have to look."""
        self.write_count = 0
        """Number of statements so far that may have written."""

    def before_commit(self, do: Callable[[Work], None]) -> None:
        """Run a function just before the commit.

        For statements that lock other processes out: a lock taken last is held only briefly.
        """
        self._deferred.append(do)

    def run_deferred(self) -> None:
        """Run the deferred functions now."""
        while self._deferred:
            self._deferred.pop(0)(self)

    def after_commit(self, do: Callable[[], None]) -> None:
        """Run a function once the unit is durable, in the writer's thread.

        For what is remembered of it: a unit may run several times until one commit succeeds.
        """
        self._after.append(do)

    def run_after_commit(self) -> None:
        """Run what waited for the commit."""
        for do in self._after:
            do()

    def fence(self) -> None:
        """Have PostgreSQL undo this unit, and free its locks, if the process pauses within it.

        For units that hold locks for which other processes wait or which they pass over: if the
        process says nothing for `FENCE_SECONDS`, the server ends the connection. A process that
        wakes later cannot commit what another one has done meanwhile. SQLite has one writer.
        """
        if self._fence is not None:
            self._fence()

    @property
    def looks_ahead(self) -> bool:
        """Tell whether `expect` saves a round trip. SQLite answers at once, and has none."""
        return self._send_ahead is not None

    def expect(self, statement: Prepared, *values: Any) -> None:
        """Send a SELECT whose rows will be asked for: all that are expected are answered together.

        What is written in between makes the answer worthless; then it is asked for once more.
        """
        if self._send_ahead is not None:
            compiled = statement.for_dialect(self.dialect)
            answer = self._send_ahead(compiled.sql, compiled.row(values))
            self._expected[statement, values] = answer

    def expect_in(self, statement: PreparedList, values: Sequence[Any]) -> None:
        """Send a SELECT for a list of values whose rows will be asked for."""
        if self._send_ahead is not None:
            for piece, row in statement.batches(values):
                self.expect(piece, *row)

    def write_meanwhile(self, write: Callable[[], None]) -> None:
        """Write what changes nothing that is expected: those answers stay good.

        PostgreSQL gives them first, and does this while the process goes on with them.
        """
        expected, self._expected = self._expected, {}
        if self._ask_for_answers is not None:
            self._ask_for_answers()
        write()
        self._expected = expected

    def execute(self, sql: str) -> list[Any]:
        """Run a statement of the database's own language, and return its rows."""
        self._note_write()
        self._cursor.execute(sql)
        return self._cursor.fetchall()

    def rows(self, statement: Prepared, *values: Any) -> list[Any]:
        """Run a statement and return its rows."""
        compiled = statement.for_dialect(self.dialect)
        if not compiled.is_read:
            self._note_write()
        elif self._expected and (answer := self._expected.pop((statement, values), None)):
            return self._cursor.rows_of(answer)  # type: ignore[attr-defined, no-any-return]
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
        self._note_write()
        compiled = statement.for_dialect(self.dialect)
        self._cursor.execute(compiled.sql, compiled.row(values))
        return self._cursor.rowcount

    def many(self, statement: Prepared, rows: Sequence[tuple[Any, ...]]) -> None:
        """Run a statement for many rows; do nothing for none."""
        if not rows:
            return
        self._note_write()
        compiled = statement.for_dialect(self.dialect)
        if len(rows) == 1:
            self._cursor.execute(compiled.sql, compiled.row(rows[0]))
            return
        if self.dialect == "postgresql" and statement.bulk is not None:
            bulk, lists = statement.bulk, tuple(map(list, zip(*rows, strict=True)))
            self._cursor.execute(bulk.sql, bulk.row(lists))
            self._begin_long_statement()
            return
        arranged = [compiled.row(row) for row in rows] if compiled.arrange else rows
        self._cursor.executemany(compiled.sql, arranged)

    def insert_rows(
        self, statement: PreparedRows, rows: Sequence[tuple[Any, ...]]
    ) -> Callable[[], list[tuple[Any, ...]]]:
        """Insert rows; return the function that tells the ids and the keys of those stored.

        On PostgreSQL nothing is waited for until it is called, so that more can be sent before.
        """
        if not rows:
            return list
        self._note_write()
        if self._send_ahead is not None:
            compiled, values = statement.prepared.for_dialect(self.dialect), rows[0]
            if len(rows) > 1 and statement.prepared.bulk is not None:
                compiled = statement.prepared.bulk
                values = tuple(map(list, zip(*rows, strict=True)))
            answer = self._send_ahead(compiled.sql, compiled.row(values))
            self._begin_long_statement()
            return lambda: self._cursor.rows_of(answer)  # type: ignore[attr-defined]
        cursor, key_of, found = self._cursor, statement.key_of, []
        compiled = statement.prepared.for_dialect(self.dialect)
        for row in rows:
            cursor.execute(compiled.sql, compiled.row(row))
            if cursor.rowcount == 1:
                found.append((cursor.lastrowid, *key_of(row)))
        return lambda: found

    def _begin_long_statement(self) -> None:
        """Have PostgreSQL work on many rows while the process prepares what comes next."""
        if self._transmit is not None:
            self._transmit()

    def _note_write(self) -> None:
        self.write_count += 1
        if self._expected:
            self._expected = {}
