"""What PostgreSQL does to a writer: connections end, locks are held, a commit's answer is lost."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import String, bindparam, text
from structlog.testing import capture_logs

from bot.errors import (
    AlreadyRunningError,
    CommitFailedError,
    DatabaseAwayError,
    NotAgreedError,
)
from bot.store.compiled import Prepared, dialect_of
from bot.store.database import Database
from bot.store.faults import failure_reason, fault_kind, is_store_error
from bot.store.patience import UNIT_LIMITS, Patience, StatementLimits
from bot.store.postgresql.connection import BOT_LOCK, connect
from bot.store.postgresql.session import PostgresqlSession
from bot.store.statements import select_in
from bot.store.tables.main import notices
from bot.store.writer import Work, Writer
from tests.store.test_writer import NOTE, note, noted
from tests.support.database import postgres_server
from tests.support.database.lossy_wire import LossyWire

if TYPE_CHECKING:
    from collections.abc import Iterator

QUICK = Patience(first=0.01, longest=0.05, reopen=0.01, silence=0.1)
SHORT = StatementLimits(statement=0.3, lock=0.1, margin=0.3)
SAME_NUMBER = Prepared(
    lambda _: text(
        "INSERT INTO notices (id, kind, since, until) SELECT min(id), :kind, 1, 2 FROM notices"
    ).bindparams(bindparam("kind", type_=String)),
    "kind",
)
OTHERS = (
    "FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    " AND backend_type = 'client backend'"
)


@pytest.fixture
def database() -> Iterator[Database]:
    made = Database(postgres_server.migrated_database(), QUICK)
    yield made
    if made._writer is not None:
        made.writer.close()


@contextmanager
def other(database: Database, **given: Any) -> Iterator[psycopg.Connection[Any]]:
    """Connect as another program would."""
    with closing(connect(database.url, **given)) as connection:
        yield connection


HELD_LOCKS = (
    "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND granted AND database ="
    " (SELECT oid FROM pg_database WHERE datname = current_database())"
)


def kill_connections(database: Database) -> None:
    with other(database) as connection:
        kill_others_than(connection)


def kill_others_than(connection: psycopg.Connection[Any]) -> None:
    connection.execute(f"SELECT pg_terminate_backend(pid, 30000) {OTHERS}")


def writer_with(database: Database, limits: StatementLimits) -> Writer:
    """Return a writer of its own, with other limits."""
    session = PostgresqlSession(lambda: connect(database.url, limits), QUICK)
    return Writer(database.connect, "postgresql", session=session)


@contextmanager
def lossy(database: Database, loses: str) -> Iterator[Database]:
    """Give a database behind a wire that is cut once, at the next commit."""
    with LossyWire(postgres_server.server(), loses) as wire:
        made = Database(f"{database.url.set(query={})}?host={wire.folder}", QUICK)
        made.writer.run_sync(lambda work: work.execute("SELECT 1"))
        wire.is_armed = True
        yield made
        made.writer.close()


def events(logs: list[Any]) -> list[str]:
    return [it["event"] for it in logs]


# --- connections --------------------------------------------------------------------------------


async def test_a_statement_is_planned_once_and_not_for_the_values_of_each_unit(
    database: Database,
) -> None:
    found = select_in(notices, "kind", among="id")
    for number in range(20):
        await database.writer.run(lambda work, it=number: work.rows_in(found, [it]))  # type: ignore[misc]
    rows = await database.writer.run(
        lambda work: work.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements"
            " WHERE statement LIKE '%notices%' AND generic_plans + custom_plans > 10"
        )
    )
    assert rows
    assert [custom for _generic, custom in rows] == [0] * len(rows)


def test_every_connection_has_limits_and_a_name_unless_the_address_has_its_own(
    database: Database,
) -> None:
    with other(database, limits=UNIT_LIMITS) as connection:
        given = connection.info.get_parameters()
        shown = [
            connection.execute(f"SHOW {name}").fetchone()
            for name in ("lock_timeout", "statement_timeout")
        ]
    assert given["application_name"].startswith(f"haven {os.getpid()} on ")
    limits = {"connect_timeout", "keepalives_idle", "keepalives_count", "tcp_user_timeout"}
    assert limits <= given.keys()
    assert shown == [("5s",), ("15s",)]
    own = Database("postgresql://host/name?connect_timeout=30&application_name=ours")
    assert (own.url.query["connect_timeout"], own.url.query["application_name"]) == ("30", "ours")


@pytest.mark.parametrize(
    ("hosts", "host", "port"),
    [
        ("a,b", "a,b", "5432,5432"),
        ("a:1,b:2", "a,b", "1,2"),
        ("a:1,b", "a,b", "1,5432"),
        ("[::1]:1,[::2]", "::1,::2", "1,5432"),
    ],
)
def test_an_address_may_name_several_hosts(hosts: str, host: str, port: str) -> None:
    made = Database(f"postgresql://haven:p%40ss@{hosts}/name?target_session_attrs=read-write")
    _none, given = dialect_of("postgresql").create_connect_args(made.url)
    assert (given["host"], given["port"]) == (host, port)
    assert (given["user"], given["password"], given["dbname"]) == ("haven", "p@ss", "name")
    assert given["target_session_attrs"] == "read-write"


async def test_of_several_hosts_the_one_that_answers_is_used() -> None:
    folder = postgres_server.server()
    name = postgres_server.migrated_database().partition("@/")[2].partition("?")[0]
    both = f"postgresql://postgres:@/{name}?host=/nowhere,{folder}&target_session_attrs=read-write"
    made = Database(both, QUICK)
    await made.writer.run(note("one"))
    async with made.readers.connect() as connection:
        await connection.exec_driver_sql("SELECT 1")
    assert noted(made) == ["one"]
    await made.close()


def test_an_address_where_nothing_listens_is_refused_with_a_true_reason() -> None:
    away = Database("postgresql://haven@127.0.0.1:9/name", QUICK)
    with pytest.raises(DatabaseAwayError, match="nothing listens at the address"):
        away.writer.run_sync(note("one"))
    away.writer.close()


# --- units of work ------------------------------------------------------------------------------


async def test_a_unit_is_stored_once_although_its_connection_was_killed(
    database: Database,
) -> None:
    tries: list[int] = []

    def killed(work: Work) -> str:
        tries.append(work.run(NOTE, "killed", 1, 2))
        if len(tries) == 1:
            kill_connections(database)
        return "done"

    await database.writer.run(note("before"))
    kill_connections(database)
    await database.writer.run(note("at rest"))
    assert await database.writer.run(killed) == "done"
    assert (noted(database), len(tries)) == (["before", "at rest", "killed"], 2)
    assert not database.writer.failed.is_set()


async def test_a_unit_that_lost_its_connection_at_every_try_waits_for_the_database(
    database: Database,
) -> None:
    def killed(work: Work) -> None:
        work.run(NOTE, "killed", 1, 2)
        kill_connections(database)

    await database.writer.run(note("before"))
    with pytest.raises(DatabaseAwayError, match="given up"):
        await database.writer.run(killed)
    assert database.writer.can_reopen
    await database.writer.reopen()
    await database.writer.run(note("after"))
    assert noted(database) == ["before", "after"]


async def test_an_error_of_a_unit_whose_connection_ended_too_does_not_stop_the_writer(
    database: Database,
) -> None:
    def refused(_work: Work) -> None:
        kill_connections(database)
        raise NotAgreedError("ask them first")

    await database.writer.run(note("before"))
    with pytest.raises(NotAgreedError):
        await database.writer.run(refused)
    await database.writer.run(note("after"))
    assert noted(database) == ["before", "after"]


async def test_what_is_remembered_of_a_unit_is_remembered_once_it_is_stored(
    database: Database,
) -> None:
    tries, remembered = [], []

    def killed(work: Work) -> None:
        tries.append(work.run(NOTE, "killed", 1, 2))
        work.after_commit(lambda: remembered.append(len(tries)))
        if len(tries) == 1:
            kill_connections(database)

    await database.writer.run(killed)
    assert remembered == [2]


async def test_a_unit_that_met_a_deadlock_is_tried_again(database: Database) -> None:
    await database.writer.run(note("one"))
    await database.writer.run(note("two"))
    with other(database) as first:
        name = database.url.database
        first.execute(f"ALTER DATABASE {name} SET deadlock_timeout = '50ms'")
    kill_connections(database)
    has_first, tries = threading.Event(), []

    def crosses(work: Work) -> None:
        tries.append(1)
        work.execute("UPDATE notices SET since = since + 1 WHERE kind = 'two' RETURNING id")
        has_first.set()
        work.execute("UPDATE notices SET since = since + 1 WHERE kind = 'one' RETURNING id")

    with other(database) as rival:
        rival.execute("SET deadlock_timeout = '60s'")  # so that the writer is the one that ends
        rival.execute("BEGIN")
        rival.execute("UPDATE notices SET since = since + 10 WHERE kind = 'one'")
        running = asyncio.create_task(database.writer.run(crosses))
        await asyncio.to_thread(has_first.wait, 5)
        with capture_logs() as logs:
            await asyncio.to_thread(
                rival.execute, "UPDATE notices SET since = since + 10 WHERE kind = 'two'"
            )
            rival.execute("COMMIT")
            await running
    assert len(tries) == 2
    assert {it["kind"] for it in logs if it["event"] == "unit_tried_again"} == {"conflict"}
    with other(database) as sees:
        assert sees.execute("SELECT since FROM notices").fetchall() == [(12,), (12,)]


async def test_a_lock_that_is_held_for_a_while_delays_a_unit_and_loses_nothing(
    database: Database,
) -> None:
    writer = writer_with(database, SHORT)
    with other(database) as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE notices")
        running = asyncio.create_task(writer.run(note("waits")))
        await asyncio.sleep(0.2)  # the lock's time is over by then
        holder.execute("COMMIT")
    await running
    assert noted(database) == ["waits"]
    writer.close()


async def test_a_lock_that_is_held_too_long_is_named_and_ends_no_later_unit(
    database: Database,
) -> None:
    writer = writer_with(database, SHORT)
    with other(database) as holder:
        holder.execute("BEGIN")
        holder.execute("LOCK TABLE notices")
        with pytest.raises(CommitFailedError, match="another program holds a lock") as failed:
            await writer.run(note("refused"))
    assert is_store_error(failed.value)
    assert not writer.failed.is_set()
    await writer.run(note("next"))
    assert noted(database) == ["next"]
    writer.close()


async def test_a_statement_that_takes_too_long_is_ended_and_tried_again(
    database: Database,
) -> None:
    writer, tries = writer_with(database, SHORT), []

    def slow_at_first(work: Work) -> None:
        tries.append(work.run(NOTE, "slow", 1, 2))
        work.execute(f"SELECT pg_sleep({2 if len(tries) == 1 else 0})::text")

    await writer.run(slow_at_first)
    assert (noted(database), len(tries)) == (["slow"], 2)
    writer.close()


async def test_a_fault_of_the_unit_itself_is_not_tried_again(database: Database) -> None:
    tries = []

    def wrong(work: Work) -> None:
        tries.append(1)
        work.execute("SELECT * FROM nowhere")

    with pytest.raises(psycopg.errors.UndefinedTable):
        await database.writer.run(wrong)
    assert len(tries) == 1
    await database.writer.run(note("next"))
    assert noted(database) == ["next"]


async def test_a_statement_that_failed_behind_others_is_noticed_at_the_commit(
    database: Database,
) -> None:
    """Its error comes with the next answer: none is read in between."""
    await database.writer.run(note("one"))

    def twice(work: Work) -> None:
        work.many(NOTE, [("fine", 1, 2)])
        work.many(SAME_NUMBER, [("x",)])

    with pytest.raises(psycopg.errors.UniqueViolation):
        await database.writer.run(twice)
    await database.writer.run(note("next"))
    assert noted(database) == ["one", "next"]


# --- commits whose answer is lost ---------------------------------------------------------------


async def test_a_commit_whose_answer_was_lost_is_found_and_not_repeated(
    database: Database,
) -> None:
    with lossy(database, "answer") as behind:
        tries: list[int] = []

        def unit(work: Work) -> str:
            tries.append(work.run(NOTE, "once", 1, 2))
            return "done"

        with capture_logs() as logs:
            assert await behind.writer.run(unit) == "done"
        assert len(tries) == 1
    assert noted(database) == ["once"]
    assert events(logs) == ["commit_uncertain", "commit_found"]


async def test_a_commit_that_never_came_is_found_missing_and_repeated(
    database: Database,
) -> None:
    with lossy(database, "commit") as behind:
        await behind.writer.run(note("once"))
    assert noted(database) == ["once"]


async def test_a_commit_about_which_nothing_is_known_is_left_to_who_asked(
    database: Database,
) -> None:
    with lossy(database, "everything") as behind:
        with pytest.raises(DatabaseAwayError):
            await behind.writer.run(note("once"))
        assert behind.writer.failed.is_set()
        await behind.writer.reopen()
        await behind.writer.run(note("next"))
    assert noted(database) == ["once", "next"]


async def test_a_writer_that_repeats_without_asking_would_be_seen(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control of the tests above."""
    monkeypatch.setattr(PostgresqlSession, "_was_committed", lambda *_given: False)
    with lossy(database, "answer") as behind:
        await behind.writer.run(note("once"))
    assert noted(database) == ["once", "once"]


# --- a server that is away or frozen ------------------------------------------------------------


async def test_a_server_that_says_nothing_is_given_up_and_nothing_is_stored_twice(
    database: Database,
) -> None:
    writer = writer_with(database, SHORT)
    server = await writer.run(lambda work: int(work.execute("SELECT pg_backend_pid()")[0][0]))
    os.kill(server, signal.SIGSTOP)
    try:
        began = asyncio.create_task(writer.run(note("once")))
        while not writer.stalled_since:  # noqa: ASYNC110 - as the watch of a running bot does
            await asyncio.sleep(0.02)
        await began  # on another connection
    finally:
        os.kill(server, signal.SIGCONT)
    assert not writer.stalled_since
    await writer.run(note("next"))
    assert noted(database) == ["once", "next"]
    writer.close()


def test_reasons_are_those_of_the_fault_and_never_of_a_disk_that_is_fine(
    database: Database,
) -> None:
    with other(database) as connection:
        kill_connections(database)
        with pytest.raises(psycopg.Error) as killed:
            connection.execute("SELECT 1")
    assert fault_kind(killed.value) == "lost"
    assert "disk" not in failure_reason(killed.value)
    for error, reason in {
        psycopg.errors.DiskFull(): "the disk of the database is full",
        psycopg.errors.AdminShutdown(): "the database's administrator ended the connection",
        psycopg.errors.ReadOnlySqlTransaction(): "the database takes no writes",
        psycopg.OperationalError("server closed the connection"): "the connection to the database",
        psycopg.OperationalError("timeout expired"): "the database does not answer",
    }.items():
        assert reason in failure_reason(error)


# --- two bots -----------------------------------------------------------------------------------

RIVAL = """
import sys
from bot.store.database import Database
database = Database(sys.argv[1])
database.claim_for_bot()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_second_bot_on_one_database_ends_and_names_the_first(database: Database) -> None:
    address = database.url.render_as_string(hide_password=False).replace(f"{os.getpid()}", "x")
    plain = address.partition("?")[0] + f"?host={postgres_server.server()}"
    with subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", RIVAL, plain], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as first:
        assert first.stdout is not None
        first.stdout.readline()
        with pytest.raises(AlreadyRunningError, match=rf"process {first.pid} on .+; stop it first"):
            database.claim_for_bot()
        assert not database.writer.can_reopen
        first.kill()
    heir = Database(plain, QUICK)
    with closing(heir.connect()) as connection:  # the server needs a moment to notice
        while connection.execute(HELD_LOCKS).fetchone() != (0,):
            time.sleep(0.01)
    heir.claim_for_bot()  # a dead bot holds nothing
    heir.writer.run_sync(note("heir"))
    heir.writer.close()


async def test_a_bot_whose_connection_was_killed_takes_its_own_lock_again(
    database: Database,
) -> None:
    database.claim_for_bot()
    kill_connections(database)
    await database.writer.run(note("goes on"))
    assert noted(database) == ["goes on"]


async def test_a_bot_that_lost_its_database_to_another_writes_no_more(
    database: Database,
) -> None:
    database.claim_for_bot()
    with closing(connect(database.url)) as rival:
        rival.execute("SET application_name = 'haven 1 on elsewhere'")
        kill_others_than(rival)
        rival.execute("SELECT pg_advisory_lock(%s, 0)", (BOT_LOCK,))
        with pytest.raises(AlreadyRunningError, match="process 1 on elsewhere"):
            await database.writer.run(note("too late"))
        with pytest.raises(AlreadyRunningError):
            await database.writer.run(note("too late"))
    assert noted(database) == []
