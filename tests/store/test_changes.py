"""Who waits for what is stored hears of it from any process, and asks nothing meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.store.changes import EVERYONE, LETTERS, WORKERS
from bot.store.database import Database
from tests.store.test_writer import KINDS_NOTED, note
from tests.support.database import postgres_server
from tests.support.database_fixtures import migrated_url

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from bot.store.work import Work

import pytest

BRIEF, LONGEST, PATIENCE = 0.01, 0.2, 30.0


@pytest.fixture
async def waits() -> AsyncIterator[Database]:
    """Give a database whose listener has begun."""
    made = Database(postgres_server.migrated_database())
    changes = made.writer.changes
    async with asyncio.timeout(PATIENCE):
        while await changes.wait(changes.count, BRIEF, LONGEST):
            pass
    yield made
    await made.close()


async def test_what_another_process_stores_ends_a_wait(waits: Database) -> None:
    other = Database(waits.url.render_as_string(hide_password=False))
    seen = waits.writer.changes.count
    waiting = asyncio.create_task(waits.writer.changes.wait(seen, BRIEF, PATIENCE))
    await other.writer.run(note("one"))
    assert await waiting
    await other.close()


async def test_what_was_stored_before_the_wait_began_is_not_missed(waits: Database) -> None:
    seen = waits.writer.changes.count
    await waits.writer.run(note("one"))
    assert await waits.writer.changes.wait(seen, BRIEF, PATIENCE)


async def test_who_only_reads_wakes_no_one(waits: Database) -> None:
    def reads(work: Work) -> int:
        return len(work.rows(KINDS_NOTED))

    changes = waits.writer.changes
    seen = changes.count
    for _time in range(3):
        await waits.writer.run(reads)
    assert not await changes.wait(seen, BRIEF, LONGEST)


async def test_what_concerns_no_job_wakes_none(waits: Database) -> None:
    def beats(work: Work) -> None:
        work.is_quiet = True
        note("heartbeat")(work)

    changes = waits.writer.changes
    seen = changes.count
    await waits.writer.run(beats)
    assert not await changes.wait(seen, BRIEF, LONGEST)


@pytest.mark.parametrize("who", [WORKERS, LETTERS])
async def test_what_concerns_one_kind_of_job_wakes_that_one_alone(
    waits: Database, who: str
) -> None:
    def stores(work: Work) -> None:
        work.only_for = who
        note("one")(work)

    changes, others = waits.writer.changes, {EVERYONE, WORKERS, LETTERS} - {who}
    seen = {it: changes.count_for(it) for it in (who, *others)}
    waiting = {
        it: asyncio.create_task(changes.wait(seen[it], BRIEF, LONGEST, it)) for it in (who, *others)
    }
    await waits.writer.run(stores)
    assert {it: await task for it, task in waiting.items()} == {who: True} | dict.fromkeys(
        others, False
    )


async def test_what_concerns_everyone_wakes_each_kind_of_job(waits: Database) -> None:
    changes = waits.writer.changes
    waiting = [
        asyncio.create_task(changes.wait(changes.count_for(it), BRIEF, PATIENCE, it))
        for it in (EVERYONE, WORKERS, LETTERS)
    ]
    await waits.writer.run(note("one"))
    assert await asyncio.gather(*waiting) == [True, True, True]


async def test_a_name_that_a_later_release_tells_concerns_everyone(waits: Database) -> None:
    def stores(work: Work) -> None:
        work.only_for = "a later kind of job"
        note("one")(work)

    changes = waits.writer.changes
    waiting = asyncio.create_task(changes.wait(changes.count, BRIEF, PATIENCE))
    await waits.writer.run(stores)
    assert await waiting


async def test_without_notices_of_the_database_every_wait_is_brief(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    assert await database.writer.changes.wait(0, BRIEF, PATIENCE)
    await database.close()
