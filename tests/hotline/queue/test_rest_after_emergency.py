"""Whoever has just closed a case of danger is not handed another one, while somebody else can."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.hotline.queue import claims as said
from bot.hotline.queue import next_case
from bot.hotline.queue.claims import Claimed
from tests.support.database.query_plans import query_plan

if TYPE_CHECKING:
    from bot.hotline.queue.claims import ClaimResult
    from bot.hotline.staff.staff import Caseworker
    from tests.support.harnesses.queue_harness import QueueHarness

pytestmark = pytest.mark.both_databases

NOW, STANDARD = Priority.EMERGENCY, Priority.STANDARD


def asks_next(line: QueueHarness, who: Caseworker) -> ClaimResult:
    return line.run(lambda work: line.claims.claim_next(work, who, line.now))


def closes_one(line: QueueHarness, who: Caseworker, priority: Priority = NOW) -> None:
    """Have somebody claim a case and close it."""
    case = line.add_waiting_case(priority)
    assert line.claims_this(who, case) == Claimed(case)
    line.moves(who, case, CaseAction.CLOSE, detail="helped")


def test_the_next_in_danger_is_left_to_a_colleague_who_can(queue_harness: QueueHarness) -> None:
    mei, ana = queue_harness.add_caseworker("Mei"), queue_harness.add_caseworker("Ana")
    closes_one(queue_harness, mei)
    danger, other = queue_harness.add_waiting_case(NOW), queue_harness.add_waiting_case(STANDARD)
    assert asks_next(queue_harness, mei) == Claimed(other, leaves_emergency=True)
    assert asks_next(queue_harness, ana) == Claimed(danger)


def test_an_emergency_whose_reply_is_due_waits_for_no_ones_rest(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker("Mei")
    queue_harness.add_caseworker("Ana")
    closes_one(queue_harness, mei)
    danger = queue_harness.add_waiting_case(NOW)
    queue_harness.add_waiting_case(STANDARD)
    assert asks_next(queue_harness, mei) != Claimed(danger)  # the control: it is not due yet
    queue_harness.passes(3)
    assert asks_next(queue_harness, mei) == Claimed(danger)


def test_with_nothing_else_there_they_hear_why_and_may_still_claim_it(
    queue_harness: QueueHarness,
) -> None:
    mei = queue_harness.add_caseworker("Mei")
    queue_harness.add_caseworker("Ana")
    closes_one(queue_harness, mei)
    danger = queue_harness.add_waiting_case(NOW)
    assert asks_next(queue_harness, mei) == ActionRefusal(said.LEFT_TO_OTHERS)
    assert queue_harness.claims_this(mei, danger) == Claimed(danger)


def test_an_emergency_does_not_wait_for_an_absent_colleague(queue_harness: QueueHarness) -> None:
    mei, ana = queue_harness.add_caseworker("Mei"), queue_harness.add_caseworker("Ana")
    closes_one(queue_harness, mei)
    danger = queue_harness.add_waiting_case(NOW)
    queue_harness.run(lambda work: queue_harness.staff.set_duty(work, ana.id, on=False))
    assert asks_next(queue_harness, mei) == Claimed(danger)


@pytest.mark.parametrize("why", ["rests", "full", "other language", "other queue", "had one too"])
def test_an_emergency_does_not_wait_for_a_colleague_who_cannot_take_it(
    queue_harness: QueueHarness, why: str
) -> None:
    mei = queue_harness.add_caseworker("Mei")
    given = {"full": {"most": 0}, "other language": {"languages": ("th",)},
             "other queue": {"queues": ("fishers",)}}.get(why, {})  # fmt: skip
    ana = queue_harness.add_caseworker("Ana", **given)
    closes_one(queue_harness, mei)
    if why == "rests":
        queue_harness.run(
            lambda work: queue_harness.staff.rest(work, ana.id, queue_harness.now + 1)
        )
    if why == "had one too":
        closes_one(queue_harness, ana)
    danger = queue_harness.add_waiting_case(NOW)
    assert asks_next(queue_harness, mei) == Claimed(danger)


def test_after_an_hour_and_after_any_other_case_all_is_as_before(
    queue_harness: QueueHarness,
) -> None:
    mei, ana = queue_harness.add_caseworker("Mei"), queue_harness.add_caseworker("Ana")
    closes_one(queue_harness, ana, STANDARD)
    first = queue_harness.add_waiting_case(NOW)
    assert asks_next(queue_harness, ana) == Claimed(first)
    closes_one(queue_harness, mei)
    queue_harness.passes(61)
    second = queue_harness.add_waiting_case(NOW)
    assert asks_next(queue_harness, mei) == Claimed(second)


def test_it_is_found_by_an_index(queue_harness: QueueHarness) -> None:
    told = query_plan(queue_harness.database, next_case._RECENT_EMERGENCIES, (1, "mei"))
    assert "ix_cases_closed_at" in told
    assert "SCAN cases" not in told
    assert "Seq Scan" not in told
