"""A desk whose look failed looks again, and misses nothing that rang meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest.mock import AsyncMock

import psycopg
import pytest

from bot.app.jobs import run_together
from bot.app.storage import keep_store_open
from bot.app.web_desk import run_desk
from bot.desks.web.auth.sessions import DeskSessions
from bot.desks.web.command_client import CommandClient
from bot.desks.web.live.event_log import (
    BATCH_SIZE,
    GAP_SECONDS,
    EventCursor,
    EventLog,
    log_case_erased,
)
from bot.desks.web.live.watcher import (
    CLEANUP_SECONDS,
    LONG_POLL_SECONDS,
    OWN,
    QUEUE,
    EventStreams,
    EventWatcher,
)
from bot.desks.web.read_pool import ReadPool
from bot.errors import CommitFailedError
from bot.hotline.staff.staff import Staff
from bot.mailbox.inbox import Inbox
from bot.store.database import Database
from bot.store.writer import Work
from tests.support.database import postgres_server
from tests.support.database_fixtures import migrated_url, on_both_databases
from tests.support.harnesses.hotline_harness import BOT, VAULT
from tests.support.moved_clock import ManualClock

if TYPE_CHECKING:
    import io
    from collections.abc import Iterator
    from pathlib import Path

    from tests.support.harnesses.web_desk_harness import WebDeskHarness


def runs(database: Database, sql: str) -> None:
    """Change a database behind the desk's back."""
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", ["desk_bells", "desk_requests"])
def test_a_look_that_fails_is_followed_by_one_that_works_and_pages_renew(
    web_desk: WebDeskHarness, debug_log: io.StringIO, table: str
) -> None:
    """Once what rang cannot be read, once nothing can be tidied."""
    loop, database = web_desk.home.loop, web_desk.home.database
    with web_desk.front.streams.subscribe("mei") as page:
        watching = loop.create_task(web_desk.watch.run())
        runs(database, f"ALTER TABLE {table} RENAME TO away")
        web_desk.home.advance_time(CLEANUP_SECONDS + 1)
        while "desk_poll_failed" not in debug_log.getvalue() and not watching.done():
            web_desk.home.run(web_desk.home.close_writer_idle(0.1))
        runs(database, f"ALTER TABLE away RENAME TO {table}")
        assert page.events.empty()
        web_desk.add_person()
        heard = loop.create_task(page.events.get())
        web_desk.home.run(asyncio.wait({watching, heard}, return_when=asyncio.FIRST_COMPLETED))
        assert not watching.done()
        assert heard.result() == QUEUE
        watching.cancel()
        web_desk.home.run(asyncio.wait({watching}))
    assert debug_log.getvalue().count("desk_poll_failed") == 1
    assert "desk_poll_recovered" in debug_log.getvalue()


def backend(work: Work) -> int:
    """Return the number of a connection's process at the server."""
    cursor: Any = work._cursor
    cursor.execute("SELECT pg_backend_pid()")
    return int(cursor.fetchall()[0][0])


async def test_who_reads_does_not_notice_that_connections_ended() -> None:
    url = postgres_server.migrated_database()
    reads = ReadPool(Database(url))
    before = [await reads.run(backend) for _time in range(4)]
    with psycopg.connect(url, autocommit=True) as other:
        for each in set(before):
            other.execute("SELECT pg_terminate_backend(%s)", (each,))
    for _time in range(20):
        assert await reads.run(backend) not in before
    reads.close()


@on_both_databases
async def test_a_unit_that_fails_costs_no_connection(kind: str, tmp_path: Path) -> None:
    reads = ReadPool(Database(migrated_url(kind, tmp_path)))
    seen: list[int] = []

    def fails(work: Work) -> None:
        seen.append(id(work._cursor))
        raise KeyError("x")

    for _time in range(4):
        with pytest.raises(KeyError):
            await reads.run(fails)
    assert len(reads._connections) == len(set(seen))
    reads.close()


def test_a_desk_that_can_write_nothing_down_ends_and_says_so(web_desk: WebDeskHarness) -> None:
    loop, writer = web_desk.home.loop, web_desk.front.database.writer
    settings = replace(web_desk.home.settings, desk_listen="127.0.0.1:0")
    store = keep_store_open(web_desk.front.database, web_desk.front.vault)
    serves = loop.create_task(run_together(run_desk(web_desk.front, settings), store))
    web_desk.home.run(asyncio.wait({serves}, timeout=5))
    assert not serves.done()  # the control
    with pytest.raises(CommitFailedError):  # nothing is left to commit, as on a disk that refuses
        writer.run_sync(lambda work: work._cursor.execute("ROLLBACK"))
    web_desk.home.run(asyncio.wait({serves}, timeout=60))
    assert serves.done()
    assert isinstance(serves.exception(), CommitFailedError)


# --- numbers that come late ------------------------------------------------------------------


@contextlib.contextmanager
def watch_on_postgresql() -> Iterator[EventWatcher]:
    """Give a watcher of a new database, which tells streams what rings."""
    database, clock = Database(postgres_server.migrated_database()), ManualClock()
    with closing(database.writer) as writer, closing(ReadPool(database)) as reads:
        yield EventWatcher(
            reads, EventLog(VAULT), EventStreams(), CommandClient(writer, Inbox(BOT, VAULT), clock),
            writer, clock, Staff(VAULT), DeskSessions(writer, VAULT, VAULT.keys, clock),
        )  # fmt: skip


@contextlib.contextmanager
def two_that_ring(watch: EventWatcher) -> Iterator[tuple[Any, Any]]:
    """Give two connections whose transactions have rung: the later number is the second's."""
    database, now = watch.read_pool._database, watch.clock.now()
    with closing(database.connect()) as one, closing(database.connect()) as other:
        for connection in (one, other):
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            log_case_erased(Work(cursor, database.dialect), b"", "", now)
        yield one, other


async def test_what_rang_before_and_was_committed_after_is_heard_as_well() -> None:
    """Two processes ring at once, and the one with the later number is done first."""
    with watch_on_postgresql() as watch:
        await watch.poll()
        before = watch.streams.position
        with watch.streams.subscribe("mei") as page, two_that_ring(watch) as (one, other):
            for connection in (other, one):
                connection.cursor().execute("COMMIT")
                await watch.poll()
                assert {page.events.get_nowait(), page.events.get_nowait()} == {OWN, QUEUE}
            await watch.poll()
            assert page.events.empty()  # and each once
        assert watch.streams.position != before


async def test_a_number_that_was_skipped_is_waited_for_and_not_asked_for_again_and_again() -> None:
    """After a promotion the numbers go on thirty further; a rollback leaves a gap as well."""
    with watch_on_postgresql() as watch, two_that_ring(watch) as (_one, other):
        await watch.poll()
        other.cursor().execute("COMMIT")
        changes = watch.writer.changes
        changes.wait = AsyncMock(side_effect=asyncio.CancelledError)  # type: ignore[method-assign]
        with contextlib.suppress(asyncio.CancelledError):
            await watch.run()
        assert watch._cursor is not None
        assert len(watch._cursor.missing(watch.clock.monotonic())) == 1
        assert changes.wait.await_args.args[2] == LONG_POLL_SECONDS


def test_missing_event_numbers_are_given_up_after_a_while() -> None:
    numbers = EventCursor(4)
    numbers.advance(7, 0.0)
    assert numbers.missing(GAP_SECONDS) == [5, 6]
    numbers.advance(5, GAP_SECONDS)
    assert numbers.missing(GAP_SECONDS) == [6]
    assert numbers.last == 7
    assert numbers.missing(GAP_SECONDS + 1) == []
    numbers.advance(10_000_000, 0.0)  # as after a copy of the data was put back
    assert len(numbers.missing(0.0)) == BATCH_SIZE
