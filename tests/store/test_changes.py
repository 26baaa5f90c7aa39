"""Who waits for what is stored hears of it from any process, and asks nothing meanwhile."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

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


async def test_without_notices_of_the_database_every_wait_is_brief(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    assert await database.writer.changes.wait(0, BRIEF, PATIENCE)
    await database.close()
