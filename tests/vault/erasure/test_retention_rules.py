"""What is old enough goes within a day, what must be kept stays, and no clock may jump."""

from __future__ import annotations

import asyncio
import io
import json
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import DAY, HOUR, MINUTE
from bot.log import configure
from bot.vault.erasure import retention
from bot.vault.erasure.retention import (
    APPROVAL_THRESHOLD,
    MAX_DRIFT,
    OVERDUE_AFTER,
    TRUST_AFTER,
    ClockStatus,
    Retention,
    assess_clock,
)
from tests.support.database_fixtures import DATABASE_KINDS, migrated_url
from tests.support.harnesses.retention_harness import KEPT, WORDS, RetentionHarness

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture(params=DATABASE_KINDS)
def shelf(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[RetentionHarness]:
    made = RetentionHarness(migrated_url(request.param, tmp_path), tmp_path)
    yield made
    made.close()


@pytest.fixture
def one(tmp_path: Path) -> Iterator[RetentionHarness]:
    made = RetentionHarness(migrated_url("sqlite", tmp_path), tmp_path)
    yield made
    made.close()


@pytest.fixture
def log() -> Iterator[io.StringIO]:
    out = io.StringIO()
    configure(out)
    yield out
    configure()


def events(log: io.StringIO) -> list[str]:
    return [json.loads(line)["event"] for line in log.getvalue().splitlines()]


def steady(shelf: RetentionHarness) -> None:
    """Let a day go by, after which the clock is believed."""
    shelf.goes_by(TRUST_AFTER + HOUR, rounds_every=HOUR)


# --- Closed cases ----------------------------------------------------------------------------


def test_a_closed_case_goes_within_a_day_of_its_ninetieth_and_no_other(
    shelf: RetentionHarness,
) -> None:
    steady(shelf)
    old, newer, waiting = shelf.closed(KEPT - 1), shelf.closed(KEPT - 2), shelf.opens()
    name = shelf.has_file(old)
    assert shelf.goes_by(23 * HOUR, rounds_every=HOUR) == 0
    assert shelf.goes_by(2 * HOUR, rounds_every=HOUR) == 1
    assert shelf.cases() == {newer, waiting}
    assert not (shelf.folder / name).exists()
    assert ("house", "erase", "age") in shelf.told(old)
    assert shelf.run(lambda work: shelf.retention.overdue(work, shelf.now)) == []


def test_a_case_that_was_reopened_is_not_old(one: RetentionHarness) -> None:
    steady(one)
    case = one.closed(KEPT + 5)
    one.moves(one.mei, case, one_move("reopen"))
    assert one.goes_by(DAY) == 0
    assert one.says(case) == [WORDS, WORDS]


def one_move(name: str) -> object:
    from bot.cases.state_machine import CaseAction  # noqa: PLC0415 - named here alone

    return CaseAction(name)


def test_a_new_deployment_erases_nothing_for_a_day(one: RetentionHarness) -> None:
    one.closed(KEPT + 1)
    assert one.goes_by(20 * HOUR, rounds_every=HOUR) == 0
    assert one.goes_by(6 * HOUR, rounds_every=HOUR) == 1


@pytest.mark.parametrize("days", [100, -100, -1, 2])
def test_after_the_clock_jumped_nothing_goes_until_it_was_steady_for_a_day(
    one: RetentionHarness, debug_log: io.StringIO, days: int
) -> None:
    steady(one)
    case = one.closed(KEPT - 10 if days > 0 else KEPT + 200)
    one.now += days * DAY
    assert one.goes_by(20 * HOUR, rounds_every=HOUR) == 0
    assert case in one.cases()
    assert "clock_jumped" in events(debug_log)
    assert ("retention_paused" in events(debug_log)) == (days != 2)
    assert one.goes_by(6 * HOUR, rounds_every=HOUR) == (days != 2)


def test_a_jump_too_small_to_be_an_absence_shows_against_the_time_that_passed(
    one: RetentionHarness,
) -> None:
    steady(one)
    one.closed(KEPT - 0.5)
    one.now += 20 * HOUR  # less than a day, and nobody was away: the process ran all the time
    assert one.goes_by(12 * HOUR, rounds_every=HOUR) == 0
    one.restarts()
    assert one.goes_by(14 * HOUR, rounds_every=HOUR) == 1


def test_an_operator_can_declare_the_clock_right(one: RetentionHarness) -> None:
    steady(one)
    one.closed(KEPT - 10)
    one.now += 100 * DAY
    assert one.goes_by(HOUR) == 0
    one.run(lambda work: Retention.trust_clock(work, one.now))
    assert one.goes_by(HOUR, rounds_every=HOUR) == 1


def test_a_night_without_the_bot_delays_nothing(one: RetentionHarness) -> None:
    steady(one)
    one.closed(KEPT - 0.1)
    one.now += 10 * HOUR
    one.restarts()  # whoever was not there cannot tell how much time passed
    assert one.goes_by(MINUTE * 10) == 1


def test_more_than_one_case_in_twenty_at_once_is_asked_about(
    one: RetentionHarness, debug_log: io.StringIO
) -> None:
    steady(one)
    few = [one.closed(KEPT + 1) for _ in range(APPROVAL_THRESHOLD)]
    assert one.goes_by(HOUR) == len(few)  # a small house is not asked about its few
    many = [one.closed(KEPT + 1) for _ in range(APPROVAL_THRESHOLD + 1)]
    assert one.goes_by(DAY) == 0
    assert "retention_needs_approval" in events(debug_log)
    plan = one.run(lambda work: one.retention.plan(work, one.now))
    assert plan.needs_approval
    assert len(plan.due) == len(many)
    one.goes_by(2 * DAY)
    assert one.run(lambda work: one.retention.overdue(work, one.now)) == [
        ("closed cases", len(many))
    ]
    seen: list[int] = []
    gone = asyncio.run(one.retention.erase_due(one.database, "operator", one.now, seen.append))
    assert gone == len(many) == seen[-1]
    assert one.cases() == set()
    assert ("operator", "erase", "age") in one.told(many[0])


def test_more_than_five_percent_due_needs_approval(one: RetentionHarness) -> None:
    def with_cases(due: int, cases: int) -> bool:
        class Counted(Retention):
            def count_due(self, _work: object, _now: int, late: int = 0) -> int:  # noqa: ARG002
                return due

        return Counted(one.erasures, KEPT).needs_approval(_Rows(cases), one.now)  # type: ignore[arg-type]

    assert with_cases(51, 1000)
    assert not with_cases(50, 1000)
    assert not with_cases(APPROVAL_THRESHOLD, 1)


class _Rows:
    def __init__(self, count: int) -> None:
        self._count = count

    def rows(self, *_: object) -> list[tuple[int]]:
        return [(self._count,)]


# --- Everything else with a time of its own --------------------------------------------------


def test_what_is_kept_for_a_time_of_its_own_is_counted_and_missed_when_it_stays(
    shelf: RetentionHarness,
) -> None:
    shelf.opens()
    counts = dict(_counts(shelf))
    assert set(counts.values()) == {0}
    shelf.now += 26 * HOUR
    assert dict(_counts(shelf))["drafts and conversations, after the last step"] == 1
    assert shelf.run(lambda work: shelf.retention.overdue(work, shelf.now)) == []
    shelf.now += OVERDUE_AFTER
    assert shelf.run(lambda work: shelf.retention.overdue(work, shelf.now)) == [
        ("drafts and conversations, after the last step", 1)
    ]


def _counts(shelf: RetentionHarness) -> list[tuple[str, int]]:
    plan = shelf.run(lambda work: shelf.retention.plan(work, shelf.now))
    return [(rule.label, count) for rule, count in plan.counts]


def test_the_times_are_those_that_are_promised() -> None:
    assert retention.DRAFTS_KEPT == DAY == retention.SET_ASIDE_KEPT
    assert retention.UPDATES_KEPT == 8 * DAY
    assert retention.NUMBERS_KEPT == 48 * HOUR
    assert retention.UNDELIVERED_KEPT == 7 * DAY


# --- The clock -------------------------------------------------------------------------------

spans = st.integers(-3 * DAY, 3 * DAY)


@pytest.mark.parametrize("drift", [MAX_DRIFT + 1, -MAX_DRIFT - 1])
def test_a_clock_that_drifts_from_the_monotonic_one_either_way_is_new(drift: int) -> None:
    before = assess_clock(None, 1_000 * DAY)
    now = 1_000 * DAY + HOUR
    assert assess_clock(before, now).steady_since == before.steady_since  # the control
    assert assess_clock(before, now, drift).steady_since == now


@given(st.lists(spans, max_size=60))
def test_a_clock_is_believed_only_after_a_day_of_small_steps(steps: list[int]) -> None:
    known: ClockStatus | None = None
    now, since = 1_000 * DAY, 1_000 * DAY
    for step in steps:
        now += step
        known = assess_clock(known, now)
        if not (-MINUTE <= step <= DAY) or step is steps[0]:
            since = now
        since = min(since, now)
        assert known.is_trusted == (now - since >= TRUST_AFTER) or known.steady_since <= since
        if known.is_trusted:
            assert known.ran_at - known.steady_since >= TRUST_AFTER
            assert -MINUTE <= step <= DAY
