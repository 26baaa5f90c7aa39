"""Whoever has just closed a case of danger is not handed another one, while somebody else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import Move, Refusal
from bot.cases.urgency import Priority
from bot.hotline.queue import claims as said
from bot.hotline.queue import next_case
from bot.hotline.queue.claims import Claimed
from tests.mailbox.plans import plan

if TYPE_CHECKING:
    from bot.hotline.queue.claims import Taken
    from bot.hotline.staff.staff import Caseworker
    from tests.hotline.line import Line

NOW, STANDARD = Priority.EMERGENCY, Priority.STANDARD


def asks_next(line: Line, who: Caseworker) -> Taken:
    return line.run(lambda work: line.claims.claim_next(work, who, line.now))


def closes_one(line: Line, who: Caseworker, priority: Priority = NOW) -> None:
    """Have somebody claim a case and close it."""
    case = line.waits(priority)
    assert line.claims_this(who, case) == Claimed(case)
    line.moves(who, case, Move.CLOSE, detail="helped")


def test_the_next_in_danger_is_left_to_a_colleague_who_can(line: Line) -> None:
    mei, ana = line.colleague("Mei"), line.colleague("Ana")
    closes_one(line, mei)
    danger, other = line.waits(NOW), line.waits(STANDARD)
    assert asks_next(line, mei) == Claimed(other)
    assert asks_next(line, ana) == Claimed(danger)


def test_with_nothing_else_there_they_hear_why_and_may_still_claim_it(line: Line) -> None:
    mei = line.colleague("Mei")
    line.colleague("Ana")
    closes_one(line, mei)
    danger = line.waits(NOW)
    assert asks_next(line, mei) == Refusal(said.LEFT_TO_OTHERS)
    assert line.claims_this(mei, danger) == Claimed(danger)


def test_nobody_in_danger_waits_for_somebody_who_is_not_there(line: Line) -> None:
    mei, ana = line.colleague("Mei"), line.colleague("Ana")
    closes_one(line, mei)
    danger = line.waits(NOW)
    line.run(lambda work: line.staff.set_duty(work, ana.id, on=False))
    assert asks_next(line, mei) == Claimed(danger)


@pytest.mark.parametrize("why", ["rests", "full", "other language", "other queue", "had one too"])
def test_a_colleague_who_cannot_take_it_is_nobody_to_wait_for(line: Line, why: str) -> None:
    mei = line.colleague("Mei")
    given = {"full": {"most": 0}, "other language": {"languages": ("th",)},
             "other queue": {"queues": ("fishers",)}}.get(why, {})  # fmt: skip
    ana = line.colleague("Ana", **given)
    closes_one(line, mei)
    if why == "rests":
        line.run(lambda work: line.staff.rest(work, ana.id, line.now + 1))
    if why == "had one too":
        closes_one(line, ana)
    danger = line.waits(NOW)
    assert asks_next(line, mei) == Claimed(danger)


def test_after_an_hour_and_after_any_other_case_all_is_as_before(line: Line) -> None:
    mei, ana = line.colleague("Mei"), line.colleague("Ana")
    closes_one(line, ana, STANDARD)
    first = line.waits(NOW)
    assert asks_next(line, ana) == Claimed(first)
    closes_one(line, mei)
    line.passes(61)
    second = line.waits(NOW)
    assert asks_next(line, mei) == Claimed(second)


def test_it_is_found_by_an_index(line: Line) -> None:
    told = plan(line.database, next_case._HARD, (1, "mei", 0, 1))
    assert "ix_cases_closed_at" in told
    assert "SCAN cases" not in told
    assert "Seq Scan" not in told
