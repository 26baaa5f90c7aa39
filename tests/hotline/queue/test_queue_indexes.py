"""Whatever is asked of the queue every few seconds reads what it looks for, not every case."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.hotline.on_call import alarms as on_call
from bot.hotline.queue import alerts, case_status, claims, next_case, snooze
from bot.hotline.queue.offers import Offer
from bot.store.database import Database
from tests.support.database.query_plans import query_plan
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

SPANS = (1, 2, 3, 4, 5)
ONE_HOLDER = alerts._ASSIGNED.batches(["somebody"])[0]
TWO_HOLDERS = alerts._ASSIGNED.batches(["somebody", "other"])[0]
OFFER = Offer("labour", "id", MIDDAY, 0)
ASKED = {
    "held": (claims._ASSIGNED, ("somebody",), "ix_cases_holder"),
    "late": (alerts._LATE, (*SPANS, *SPANS, MIDDAY), "ix_cases_due_at"),
    "load": (claims._CHAT_COUNT, ("somebody",), "ix_cases_holder"),
    "held by one": (*ONE_HOLDER, "ix_cases_holder"),
    "held by several": (*TWO_HOLDERS, "ix_cases_holder"),
    "somebody wrote": (*snooze._SNOOZED_IN_CHATS.batches([b"a"])[0], "ix_cases_chat_key"),
    "emergencies": (on_call._EMERGENCIES, (), "ix_cases_in_order"),
    "running alarms": (on_call._RUNNING, (), "ix_on_call_alarms_running"),
    "late calls": (on_call._CALLS, (MIDDAY,), "ix_on_call_calls_at"),
    "one case": (case_status._LOAD, ("a",), "cases"),
}


@pytest.fixture(params=DATABASE_KINDS)
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(request.param, tmp_path))
    yield made
    made.writer.close()


@pytest.mark.parametrize("asked", ASKED)
def test_it_is_found_by_an_index(database: Database, asked: str) -> None:
    statement, row, index = ASKED[asked]
    told = query_plan(database, statement, row)
    assert index in told
    assert "SCAN cases" not in told
    assert "Seq Scan" not in told


@pytest.mark.parametrize("is_taken", [False, True])
@pytest.mark.parametrize("count", [1, 12])
def test_the_next_case_is_found_by_one_range_for_each_offer(
    database: Database, count: int, is_taken: bool
) -> None:
    dialect, index = database.dialect, "ix_cases_waiting"
    values = tuple(next_case.parameters(dialect, [OFFER] * count))
    statement = next_case.find_statement(dialect, count)
    if is_taken:
        statement = next_case.take_statement(dialect, count)
        values = ("a", MIDDAY, "a", 3, *values)
    told = query_plan(database, statement, values)
    assert "SCAN cases" not in told
    assert "Seq Scan" not in told
    assert told.count(index) == count or (dialect == "postgresql" and index in told)
