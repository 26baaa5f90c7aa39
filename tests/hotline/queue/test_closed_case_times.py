"""Of a case that is over the queue needs nothing: days are left of its minutes, and no county."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, update

from bot.cases.state_machine import CaseAction, CaseState
from bot.cases.urgency import Priority
from bot.clock import DAY, HOUR, SECOND, start_of_day
from bot.hotline.chat import case_progress
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from tests.support.harnesses.queue_harness import QueueHarness

MINUTES = ("opened_at", "waiting_since", "claimed_at", "worked_at", "read_at", "answered_at")
_SOMEWHERE = Prepared(
    lambda _: update(cases).where(cases.c.id == bindparam("case")).values(county="TPE"), "case"
)


def worked_on(line: QueueHarness) -> tuple[Caseworker, str]:
    """Return a case of a county in which everything has happened, each at a minute of its own."""
    mei, case = line.add_caseworker(), line.add_waiting_case(Priority.WITHIN_A_DAY)
    line.run(lambda work: work.run(_SOMEWHERE, case))
    line.passes(7)
    line.claims_this(mei, case)
    for happens in (
        lambda work: line.claims.move(work, case, CaseAction.WORK, line.now, mei),
        lambda work: case_progress.mark_read(work, case, line.now),
        lambda work: line.promises.caseworker_answered(work, case, line.now),
    ):
        line.passes(11)
        line.run(happens)
    line.passes(13)
    return mei, case


def test_a_closed_case_keeps_days_and_neither_minutes_nor_county(
    queue_harness: QueueHarness,
) -> None:
    (mei, case), (_ana, other) = worked_on(queue_harness), worked_on(queue_harness)
    before = queue_harness.of(other, *MINUTES, "county", "closed_at")
    assert all(at % DAY for at in queue_harness.of(case, *MINUTES))
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped")
    assert queue_harness.state(case) == CaseState.CLOSED
    assert set(queue_harness.of(case, *MINUTES)) == {queue_harness.now - queue_harness.now % DAY}
    assert queue_harness.of(case, "county", "closed_at") == (None, queue_harness.now)
    assert queue_harness.of(other, *MINUTES, "county", "closed_at") == before


def test_closing_an_unread_case_sets_no_read_time(queue_harness: QueueHarness) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="abuse")
    assert queue_harness.of(case, "read_at", "worked_at", "answered_at") == (None, None, None)


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Taipei"), ZoneInfo("America/Sao_Paulo")])
def test_a_day_is_the_day_of_those_who_work_there(zone: ZoneInfo) -> None:
    for hours in range(0, 24 * 400, 5):
        moment = 1_500_000_000 * SECOND + hours * HOUR + 1
        there = datetime.fromtimestamp(moment / SECOND, zone)
        begun = datetime.fromtimestamp(start_of_day(moment, zone) / SECOND, zone)
        assert begun.date() == there.date()
        assert (
            start_of_day(start_of_day(moment, zone), zone) == start_of_day(moment, zone) <= moment
        )


def test_of_what_was_cut_to_the_day_no_hour_is_said() -> None:
    zone = ZoneInfo("Asia/Taipei")
    now = int(datetime(2026, 11, 24, 21, 40, tzinfo=zone).timestamp()) * SECOND
    assert case_progress.format_time(now, now, zone, "en") == "21:40"
    assert case_progress.format_time(start_of_day(now, zone), now, zone, "en") == "November 24"
