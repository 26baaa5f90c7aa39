"""Short outages lose nothing; long ones are announced (promise P8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.clock import DAY, HOUR, SECOND
from bot.store.database import Database
from bot.store.processes.heartbeat import (
    LOSS_WINDOW,
    Absence,
    record_heartbeat,
    return_from_absence,
)
from tests.support.database_fixtures import migrated_url, on_both_databases, query
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from pathlib import Path

NOTICES = "SELECT kind, since, until FROM notices"


async def absent(database: Database, away: int) -> Absence:
    await database.writer.run(lambda work: record_heartbeat(work, 7, MIDDAY))
    return await database.writer.run(lambda work: return_from_absence(work, 7, MIDDAY + away))


@on_both_databases
@pytest.mark.parametrize(
    ("away", "presses", "messages"),
    [
        (0, False, False),
        (150 * SECOND, False, False),
        (151 * SECOND, True, False),
        (DAY - SECOND, True, False),
        (DAY, True, False),
        (DAY + SECOND, True, True),
    ],
)
async def test_what_may_be_lost_depends_on_how_long_we_were_away(
    kind: str, away: int, presses: bool, messages: bool, tmp_path: Path
) -> None:
    database = Database(migrated_url(kind, tmp_path))
    absence = await absent(database, away)
    await database.close()
    assert (absence.lost_presses, absence.lost_messages) == (presses, messages)
    assert bool(query(database, NOTICES)) == messages


@on_both_databases
async def test_staff_are_told_from_when_to_when_messages_may_be_lost(
    kind: str, tmp_path: Path
) -> None:
    database = Database(migrated_url(kind, tmp_path))
    await absent(database, 25 * HOUR)
    await database.close()
    assert query(database, NOTICES) == [(LOSS_WINDOW, MIDDAY, MIDDAY + HOUR)]


@on_both_databases
async def test_the_first_start_ever_is_no_absence(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    absence = await database.writer.run(lambda work: return_from_absence(work, 7, MIDDAY))
    await database.close()
    assert absence == Absence(MIDDAY, MIDDAY)
    assert query(database, NOTICES) == []


@on_both_databases
async def test_an_absence_is_announced_once_and_each_bot_has_its_own(
    kind: str, tmp_path: Path
) -> None:
    database = Database(migrated_url(kind, tmp_path))
    await absent(database, 25 * HOUR)
    again = await database.writer.run(
        lambda work: return_from_absence(work, 7, MIDDAY + 25 * HOUR + SECOND)
    )
    other = await database.writer.run(lambda work: return_from_absence(work, 8, MIDDAY + 9 * DAY))
    await database.close()
    assert not again.lost_presses
    assert not other.lost_messages
    assert len(query(database, NOTICES)) == 1


async def test_a_clock_that_was_set_back_announces_nothing(tmp_path: Path) -> None:
    database = Database(migrated_url("sqlite", tmp_path))
    absence = await absent(database, -DAY)
    await database.close()
    assert not absence.lost_presses
    assert query(database, NOTICES) == []
