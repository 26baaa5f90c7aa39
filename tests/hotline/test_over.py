"""Of a case that is over the queue needs nothing: days are left of its minutes, and no county."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import bindparam, update

from bot.cases.state_machine import Move, State
from bot.cases.urgency import Priority
from bot.clock import DAY, HOUR, SECOND, day_of
from bot.hotline.chat import case_progress
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from tests.hotline.line import Line

MINUTES = ("opened_at", "waiting_since", "claimed_at", "worked_at", "read_at", "answered_at")
_SOMEWHERE = Prepared(
    lambda _: update(cases).where(cases.c.id == bindparam("case")).values(county="TPE"), "case"
)


def worked_on(line: Line) -> tuple[Caseworker, str]:
    """Return a case of a county in which everything has happened, each at a minute of its own."""
    mei, case = line.colleague(), line.waits(Priority.WITHIN_A_DAY)
    line.run(lambda work: work.run(_SOMEWHERE, case))
    line.passes(7)
    line.claims_this(mei, case)
    for happens in (
        lambda work: line.claims.worked(work, case, line.now),
        lambda work: case_progress.has_been_read(work, case, line.now),
        lambda work: line.promises.answered(work, case, line.now),
    ):
        line.passes(11)
        line.run(happens)
    line.passes(13)
    return mei, case


def test_a_closed_case_keeps_days_and_neither_minutes_nor_county(line: Line) -> None:
    (mei, case), (_ana, other) = worked_on(line), worked_on(line)
    before = line.of(other, *MINUTES, "county", "closed_at")
    assert all(at % DAY for at in line.of(case, *MINUTES))
    line.moves(mei, case, Move.CLOSE, detail="helped")
    assert line.state(case) == State.CLOSED
    assert set(line.of(case, *MINUTES)) == {line.now - line.now % DAY}
    assert line.of(case, "county", "closed_at") == (None, line.now)
    assert line.of(other, *MINUTES, "county", "closed_at") == before


def test_a_case_nobody_ever_read_stays_one_nobody_ever_read(line: Line) -> None:
    mei, case = line.colleague(), line.waits()
    line.claims_this(mei, case)
    line.moves(mei, case, Move.CLOSE, detail="abuse")
    assert line.of(case, "read_at", "worked_at", "answered_at") == (None, None, None)


@pytest.mark.parametrize("zone", [UTC, ZoneInfo("Asia/Taipei"), ZoneInfo("America/Sao_Paulo")])
def test_a_day_is_the_day_of_those_who_work_there(zone: ZoneInfo) -> None:
    for hours in range(0, 24 * 400, 5):
        moment = 1_500_000_000 * SECOND + hours * HOUR + 1
        there = datetime.fromtimestamp(moment / SECOND, zone)
        begun = datetime.fromtimestamp(day_of(moment, zone) / SECOND, zone)
        assert begun.date() == there.date()
        assert day_of(day_of(moment, zone), zone) == day_of(moment, zone) <= moment


def test_of_what_was_cut_to_the_day_no_hour_is_said() -> None:
    zone = ZoneInfo("Asia/Taipei")
    now = int(datetime(2026, 11, 24, 21, 40, tzinfo=zone).timestamp()) * SECOND
    assert case_progress.clock(now, now, zone, "en") == "21:40"
    assert case_progress.clock(day_of(now, zone), now, zone, "en") == "November 24"
