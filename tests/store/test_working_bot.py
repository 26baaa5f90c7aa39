"""Whether the bot works: it fetches messages, and its clock is right by the channel's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import MINUTE, SECOND
from bot.store.database import Database
from bot.store.findings import (
    CLOCK_DOUBTED_UNTIL,
    CLOCK_ERROR,
    POLLING_ALARM,
    TOKEN_REFUSED_SINCE,
    Finding,
    is_working,
)
from bot.store.processes.heartbeat import record_heartbeat
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_800_000_000 * SECOND
BOT = 7


def works(database: Database, now: int = NOW) -> bool:
    return database.writer.run_sync(lambda work: is_working(work, now))


@on_both_databases
def test_a_bot_works_while_it_fetches_messages(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    assert not works(database)  # it has never fetched any
    database.writer.run_sync(lambda work: record_heartbeat(work, BOT, NOW))
    assert works(database)
    assert works(database, NOW + POLLING_ALARM)
    assert not works(database, NOW + POLLING_ALARM + 1)
    assert not works(database, NOW - POLLING_ALARM - 1)  # the clock was set back
    database.writer.close()


@pytest.mark.parametrize("finding", [CLOCK_ERROR, CLOCK_DOUBTED_UNTIL, TOKEN_REFUSED_SINCE])
def test_a_bot_with_a_wrong_clock_or_a_refused_token_does_not_work(
    tmp_path: Path, finding: Finding
) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    database.writer.run_sync(lambda work: record_heartbeat(work, BOT, NOW))
    database.writer.run_sync(lambda work: finding.record(work, 5 * MINUTE, NOW))
    assert not works(database)
    database.writer.run_sync(lambda work: finding.record(work, 0, NOW))
    assert works(database)
    database.writer.close()
