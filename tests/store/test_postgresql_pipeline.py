"""Statements to PostgreSQL in pipeline mode: what is answered, and how often is waited for it."""

from __future__ import annotations

import time
from contextlib import closing
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.store.database import Database
from bot.store.postgresql.connection import connect
from bot.store.postgresql.pipeline import Pipeline, PipelinedCursor
from bot.store.statements import insert, select_by
from bot.store.tables.main import conversations, notices
from bot.store.work import Work
from tests.store.test_writer import NOTE
from tests.support.database import postgres_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.postgresql.pipeline import Answer


class Colour(StrEnum):
    RED = "red"


BEGUN = insert(conversations, "chat_key", "state", "touched_at", as_lists=True)
BEGUN_AT = select_by(conversations, "chat_key", by="touched_at")
NOTED = select_by(notices, "kind", by="since", order_by="id")
STEPS = st.lists(st.sampled_from(["read", "write", "fails", "ask", "undo", "store"]), max_size=25)


@pytest.fixture(scope="module")
def pipeline() -> Iterator[Pipeline]:
    database = Database(postgres_server.migrated_database())
    with closing(connect(database.url)) as connection:
        yield Pipeline(connection)


def waits(pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch) -> list[Answer]:
    """Return a list that grows by each answer for which the server had to be asked."""
    asked: list[Answer] = []
    read = pipeline.read

    def counting(answer: Answer) -> Any:
        if answer.result is None:
            asked.append(answer)
        return read(answer)

    monkeypatch.setattr(pipeline, "read", counting)
    return asked


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("bigint", [0, -1, 2**63 - 1, None]),
        ("bigint", [7, -(2**63), 0]),
        ("bigint", [5, 5, 5]),
        ("text", ["", "'\"\\{},NULL", "雨\n", None]),
        ("text", ["雨", "雨"]),
        ("bytea", [b"", b"\0'\\x", bytes(range(256)), None]),
        ("float8", [0.1, -2.5, None]),
        ("bool", [True, False, None]),
    ],
)
def test_values_and_lists_of_them_come_back_as_they_were(
    pipeline: Pipeline, kind: str, values: list[Any]
) -> None:
    for sent in (*values, values, values[-1:]):
        array = "[]" if isinstance(sent, list) else ""
        for _ in range(3):  # sent as it is, then prepared
            answer = pipeline.send(f"SELECT %s::{kind}{array}, '100%%'", (sent,))
            assert pipeline.rows(answer) == [(sent, "100%")]
    pipeline.sync()


def test_an_enumeration_is_its_value_and_what_no_column_holds_is_refused(
    pipeline: Pipeline,
) -> None:
    assert pipeline.rows(pipeline.send("SELECT %s::text", (Colour.RED,))) == [("red",)]
    with pytest.raises(psycopg.ProgrammingError, match="no column holds a set"):
        pipeline.send("SELECT %s", ({1},))
    with pytest.raises(psycopg.DataError):
        pipeline.send("SELECT %s", (2**63,))
    pipeline.sync()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(steps=STEPS)
def test_each_answer_is_that_of_its_statement_whatever_failed_before(
    pipeline: Pipeline, steps: list[str]
) -> None:
    """Against a model: numbers that were asked for, stored only by a transaction without fault."""
    pipeline.sync()
    pipeline.send("CREATE TEMP TABLE IF NOT EXISTS numbers (n bigint)")
    pipeline.send("TRUNCATE numbers")
    pipeline.sync()
    pipeline.send("BEGIN", ())
    stored, written, waiting, has_failed = 0, 0, [], False
    for number, step in enumerate([*steps, "undo"]):
        if step == "read":
            waiting.append((number, pipeline.send("SELECT %s", (number,))))
        elif step == "write":
            pipeline.send("INSERT INTO numbers VALUES (%s)", (number,))
            written += 1
        elif step == "fails":
            pipeline.send("SELECT 1 / %s::bigint", (0,))
            has_failed = True
        elif step == "ask" and not has_failed:
            assert [pipeline.rows(it) for _, it in waiting] == [[(n,)] for n, _ in waiting]
            waiting = []
        elif step == "undo" or has_failed:
            pipeline.settle()
            pipeline.send("ROLLBACK")
        else:
            pipeline.send("COMMIT")
            stored += written
        if step in {"undo", "store"} or (step == "ask" and has_failed):
            pipeline.sync()
            assert pipeline.rows(pipeline.send("SELECT count(*) FROM numbers", ())) == [(stored,)]
            pipeline.send("BEGIN", ())
            written, waiting, has_failed = 0, [], False
    pipeline.settle()
    pipeline.send("ROLLBACK")
    pipeline.sync()


def test_what_is_expected_comes_with_one_answer_and_a_write_makes_it_worthless(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipeline.send("BEGIN", ())
    work, asked = Work(PipelinedCursor(pipeline), "postgresql"), waits(pipeline, monkeypatch)
    for since in (1, 2, 3):
        work.expect(NOTED, since)
    assert [work.rows(NOTED, since) for since in (1, 2)] == [[], []]
    assert len(asked) == 1
    work.many(NOTE, [("new", 3, 4)])
    assert work.rows(NOTED, 3) == [("new",)]
    assert len(asked) == 2
    pipeline.settle()
    pipeline.send("ROLLBACK")
    pipeline.sync()


def test_what_is_written_meanwhile_leaves_expected_answers_good_and_is_stored(
    pipeline: Pipeline, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answers are asked for before the write, so it is not in them."""
    pipeline.send("BEGIN", ())
    work, asked = Work(PipelinedCursor(pipeline), "postgresql"), waits(pipeline, monkeypatch)
    work.expect(NOTED, 3)
    work.write_meanwhile(lambda: work.many(NOTE, [("new", 3, 4)]))
    assert work.rows(NOTED, 3) == []
    assert len(asked) == 1
    assert work.rows(NOTED, 3) == [("new",)]
    assert work.write_count == 1
    pipeline.settle()
    pipeline.send("ROLLBACK")
    pipeline.sync()


def test_what_was_prepared_in_a_transaction_that_failed_is_prepared_once_more(
    pipeline: Pipeline,
) -> None:
    for _ in range(4):
        pipeline.send("BEGIN", ())
        pipeline.send("SELECT 1 / %s::bigint", (0,))
        pipeline.send("SELECT %s::text, 'only here'", ("a",))
        with pytest.raises(psycopg.errors.DivisionByZero):
            pipeline.sync()
        pipeline.settle()
        pipeline.send("ROLLBACK")
        pipeline.sync()
    answer = pipeline.send("SELECT %s::text, 'only here'", ("a",))
    assert pipeline.rows(answer) == [("a", "only here")]
    pipeline.sync()


def test_the_server_begins_with_many_rows_before_an_answer_is_waited_for() -> None:
    """It comes to a table that another connection holds, which everyone can see."""
    database = Database(postgres_server.migrated_database())
    with (
        closing(connect(database.url)) as other,
        closing(connect(database.url)) as writing,
    ):
        other.execute("BEGIN")
        other.execute("LOCK TABLE conversations IN ACCESS EXCLUSIVE MODE")
        pipeline = Pipeline(writing)
        work = Work(PipelinedCursor(pipeline), "postgresql")
        pipeline.begin()
        work.many(BEGUN, [(b"one", b"", 3)])
        assert not waits_for_a_lock(other, writing)  # one row is kept back until it is needed
        work.many(BEGUN, [(b"two", b"", 3), (b"three", b"", 3)])
        assert any(waits_for_a_lock(other, writing) or time.sleep(0.01) for _ in range(1000))
        other.execute("ROLLBACK")
        assert len(work.rows(BEGUN_AT, 3)) == 3
        pipeline.send("ROLLBACK")
        pipeline.sync()


def waits_for_a_lock(other: psycopg.Connection[Any], writing: psycopg.Connection[Any]) -> bool:
    """Tell whether a connection waits for a lock, as another one sees it."""
    asked = "SELECT 1 FROM pg_locks WHERE pid = %s AND NOT granted"
    return bool(other.execute(asked, (writing.info.backend_pid,)).fetchall())
