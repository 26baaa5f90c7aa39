"""A desk whose look failed looks again, and misses nothing that rang meanwhile."""

from __future__ import annotations

import asyncio
from contextlib import closing
from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from bot.app.web_desk import run_desk
from bot.desks.web.command_client import Post
from bot.desks.web.live.event_log import AT_ONCE, LATE, Bells, Numbers, ring_out
from bot.desks.web.live.watcher import QUEUE, TIDY_EVERY, Streams, Watch
from bot.desks.web.read_pool import Reads
from bot.errors import StoreFailed
from bot.hotline.staff.staff import Staff
from bot.mailbox.inbox import Inbox
from bot.store.database import Database
from bot.store.writer import Work
from tests import postgres
from tests.clocks import MovedClock
from tests.houses import BOT, VAULT
from tests.stores import migrated_url, on_both

if TYPE_CHECKING:
    import io
    from pathlib import Path

    from tests.desks.web.window import Office


def runs(database: Database, sql: str) -> None:
    """Change a database behind the desk's back."""
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("table", ["desk_bells", "desk_requests"])
def test_a_look_that_fails_is_followed_by_one_that_works_and_pages_renew(
    office: Office, log: io.StringIO, table: str
) -> None:
    """Once what rang cannot be read, once nothing can be tidied."""
    loop, database = office.home.loop, office.home.database
    with office.front.streams.listening("mei", "") as page:
        watching = loop.create_task(office.watch.run())
        runs(database, f"ALTER TABLE {table} RENAME TO away")
        office.home.passes(TIDY_EVERY + 1)
        while "desk_deaf" not in log.getvalue() and not watching.done():
            office.home.run(office.home.rest(0.1))
        runs(database, f"ALTER TABLE away RENAME TO {table}")
        assert page.events.empty()
        office.somebody()
        heard = loop.create_task(page.events.get())
        office.home.run(asyncio.wait({watching, heard}, return_when=asyncio.FIRST_COMPLETED))
        assert not watching.done()
        assert heard.result() == QUEUE
        watching.cancel()
        office.home.run(asyncio.wait({watching}))
    assert log.getvalue().count("desk_deaf") == 1
    assert "desk_hears" in log.getvalue()


def backend(work: Work) -> int:
    """Return the number of a connection's process at the server."""
    cursor: Any = work._cursor
    cursor.execute("SELECT pg_backend_pid()")
    return int(cursor.fetchall()[0][0])


async def test_whoever_reads_goes_on_when_the_database_comes_back() -> None:
    url = postgres.migrated_database()
    reads = Reads(Database(url))
    before = [await reads.run(backend) for _time in range(4)]
    with psycopg.connect(url, autocommit=True) as other:
        for each in set(before):
            other.execute("SELECT pg_terminate_backend(%s)", (each,))
    failed = 0
    for _time in range(20):
        try:
            assert await reads.run(backend) not in before
        except psycopg.OperationalError:
            failed += 1
    assert 1 <= failed <= len(set(before))  # each that died is noticed once
    reads.close()


@on_both
async def test_a_unit_that_fails_costs_no_connection(kind: str, tmp_path: Path) -> None:
    reads = Reads(Database(migrated_url(kind, tmp_path)))
    seen: list[int] = []

    def fails(work: Work) -> None:
        seen.append(id(work._cursor))
        raise KeyError("x")

    for _time in range(4):
        with pytest.raises(KeyError):
            await reads.run(fails)
    assert len(reads._connections) == len(set(seen))
    reads.close()


def test_a_desk_that_can_write_nothing_down_ends_and_says_so(office: Office) -> None:
    loop, writer = office.home.loop, office.front.database.writer
    settings = office.home.settings.model_copy(update={"desk_listen": "127.0.0.1:0"})
    serves = loop.create_task(run_desk(office.front, settings))
    office.home.run(asyncio.wait({serves}, timeout=5))
    assert not serves.done()  # the control
    with pytest.raises(StoreFailed):  # nothing is left to commit, as on a disk that refuses
        writer.run_now(lambda work: work._cursor.execute("ROLLBACK"))
    office.home.run(asyncio.wait({serves}, timeout=60))
    assert serves.done()
    assert isinstance(serves.exception(), StoreFailed)


# --- numbers that come late ------------------------------------------------------------------


async def test_what_rang_before_and_was_committed_after_is_heard_as_well() -> None:
    """Two processes ring at once, and the one with the later number is done first."""
    database, clock, streams = Database(postgres.migrated_database()), MovedClock(), Streams()
    reads, post = Reads(database), Post(database.writer, Inbox(BOT, VAULT), clock)
    watch = Watch(reads, Bells(VAULT), streams, post, database.writer, clock, Staff(VAULT))
    await watch.look()
    with (
        streams.listening("mei", "") as page, closing(database.connect()) as one,
        closing(database.connect()) as other,
    ):  # fmt: skip
        for connection in (one, other):
            cursor = connection.cursor()
            cursor.execute("BEGIN")
            ring_out(Work(cursor, database.dialect), b"", "", clock.now())
        for connection in (other, one):
            connection.cursor().execute("COMMIT")
            await watch.look()
            assert page.events.get_nowait() == QUEUE
        await watch.look()
        assert page.events.empty()  # and each once
    reads.close()
    await database.close()


def test_a_number_nobody_rings_with_is_not_looked_for_for_ever() -> None:
    numbers = Numbers(4)
    numbers.tell(7, 0.0)
    assert numbers.missing(LATE) == [5, 6]
    numbers.tell(5, LATE)
    assert numbers.missing(LATE) == [6]
    assert numbers.last == 7
    assert numbers.missing(LATE + 1) == []
    numbers.tell(10_000_000, 0.0)  # as after a copy of the data was put back
    assert len(numbers.missing(0.0)) == AT_ONCE
