"""A clock stands still only while the person is waited for, and a promise never becomes later."""

from __future__ import annotations

from datetime import datetime
from itertools import pairwise
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.cases.response_times import RESPONSE_MINUTES, ResponseTimes
from bot.cases.state_machine import CaseAction
from bot.cases.urgency import Priority
from bot.clock import HOUR, MINUTE, SECOND
from bot.hotline.queue.sla import ReplyClock
from bot.hotline.staff.opening_hours import same_hours
from bot.settings import Settings
from tests.support.moved_clock import MIDDAY

if TYPE_CHECKING:
    from tests.support.harnesses.queue_harness import QueueHarness

pytestmark = pytest.mark.both_databases

NOW, DAY, STANDARD = Priority.EMERGENCY, Priority.WITHIN_A_DAY, Priority.STANDARD
every_priority = pytest.mark.parametrize("priority", Priority)


def test_default_reply_times_are_the_agreed_ones() -> None:
    assert RESPONSE_MINUTES == (2, 15, 240, 1440, 4320)
    assert Settings().response_minutes == RESPONSE_MINUTES


@every_priority
def test_every_priority_has_its_reply_time(priority: Priority) -> None:
    promises = ResponseTimes((1, 2, 3, 4, 5))
    assert promises.due_at(priority, MIDDAY) == MIDDAY + (priority + 1) * MINUTE


# --- In opening hours ------------------------------------------------------------------------

OFFICE = same_hours("09:00-21:00", ZoneInfo("Asia/Taipei"))
IN_OFFICE = ResponseTimes(hours=OFFICE)
NIGHT = int(datetime(2026, 11, 26, 3, tzinfo=ZoneInfo("Asia/Taipei")).timestamp()) * SECOND
MORNING = NIGHT + 6 * HOUR


@every_priority
def test_at_night_only_an_emergency_is_due_before_the_office_opens(priority: Priority) -> None:
    clock = ReplyClock(None).after_message(IN_OFFICE, priority, NIGHT)
    is_emergency = priority is Priority.EMERGENCY
    assert clock.due_at is not None
    assert clock.due_at == NIGHT + 2 * MINUTE if is_emergency else clock.due_at > MORNING
    every_hour = ResponseTimes().due_at(priority, NIGHT)
    assert (clock.due_at == every_hour) is is_emergency  # negative control: hours do matter


@given(st.sampled_from(Priority), st.integers(NIGHT, NIGHT + 7 * 24 * HOUR))
def test_no_reply_is_due_in_the_first_moment_after_a_closed_hour(
    priority: Priority, since: int
) -> None:
    due = IN_OFFICE.due_at(priority, since)
    assert OFFICE.is_open(due - 1) or priority is Priority.EMERGENCY


def test_a_case_that_becomes_an_emergency_at_night_is_due_at_once() -> None:
    waiting = ReplyClock(IN_OFFICE.due_at(STANDARD, NIGHT))
    assert waiting.after_priority_change(IN_OFFICE, NOW, NIGHT).due_at == NIGHT + 2 * MINUTE


# --- In a case -------------------------------------------------------------------------------


@every_priority
def test_a_case_begins_with_a_running_clock(
    queue_harness: QueueHarness, priority: Priority
) -> None:
    case = queue_harness.add_waiting_case(priority)
    assert queue_harness.due_in(case) == RESPONSE_MINUTES[priority]
    assert queue_harness.of(case, "alerts", "answered_at") == (0, None)


def test_a_reply_stops_the_clock_and_the_next_message_restarts_it(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case(DAY)
    queue_harness.claims_this(mei, case)
    assert queue_harness.due_in(case) == 15  # a claim answers nobody
    queue_harness.passes(10)
    queue_harness.answers(case)
    assert queue_harness.of(case, "due_at", "answered_at") == (None, queue_harness.now)
    queue_harness.passes(300)
    queue_harness.writes(case)
    assert queue_harness.due_in(case) == 15
    queue_harness.passes(5)
    queue_harness.writes(case)
    assert queue_harness.due_in(case) == 10  # writing again gains no time for anybody


def test_an_alert_that_was_raised_is_forgotten_with_the_answer(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker()
    case = queue_harness.add_waiting_case(NOW)
    queue_harness.passes(3)
    assert len(queue_harness.looks()) == 1
    assert queue_harness.of(case, "alerts") == 1
    queue_harness.answers(case)
    assert queue_harness.of(case, "alerts") == 0


def test_raising_priority_shortens_the_due_time_and_lowering_keeps_it(
    queue_harness: QueueHarness,
) -> None:
    case = queue_harness.add_waiting_case(STANDARD)
    queue_harness.passes(1)

    def becomes(priority: Priority) -> None:
        connection = queue_harness.database.connect()
        connection.cursor().execute(f"UPDATE cases SET priority = {priority.value}")  # noqa: S608
        connection.close()
        queue_harness.run(
            lambda work: queue_harness.promises.priority_changed(work, case, queue_harness.now)
        )

    becomes(NOW)
    assert queue_harness.due_in(case) == 2
    queue_harness.passes(1)
    becomes(STANDARD)
    assert queue_harness.due_in(case) == 1
    becomes(DAY)
    assert queue_harness.due_in(case) == 1


def test_a_closed_case_has_no_due_time_after_a_message(
    queue_harness: QueueHarness,
) -> None:
    mei, case = queue_harness.add_caseworker(), queue_harness.add_waiting_case()
    queue_harness.claims_this(mei, case)
    queue_harness.moves(mei, case, CaseAction.CLOSE, detail="helped")
    queue_harness.writes(case)
    assert queue_harness.due_in(case) is None


def test_of_a_case_that_is_gone_nothing_is_noted(queue_harness: QueueHarness) -> None:
    queue_harness.writes("0" * 32)
    queue_harness.answers("0" * 32)
    assert queue_harness.looks() == []


# --- Clocks as values ------------------------------------------------------------------------

priorities = st.sampled_from([priority.value for priority in Priority])
minutes = st.lists(st.integers(1, 10_000), min_size=5, max_size=5).map(lambda it: tuple(sorted(it)))
deeds = st.lists(
    st.tuples(st.sampled_from(["answer", "word", "raise", "lower"]), st.integers(0, 500)),
    max_size=30,
)


def lived(
    promises: ResponseTimes, deeds: list[tuple[str, int]]
) -> list[tuple[str, int, int, ReplyClock]]:
    """Return what a clock went through: the deed, the moment, the priority, the clock after."""
    now, priority = MIDDAY, Priority.STANDARD.value
    clock = ReplyClock(promises.due_at(priority, now))
    passed = [("begin", now, priority, clock)]
    for deed, ahead in deeds:
        now += ahead * MINUTE
        if deed == "answer":
            clock = clock.after_answer(now)
        elif deed == "word":
            clock = clock.after_message(promises, priority, now)
        else:
            priority += -1 if deed == "raise" else 1
            priority = min(max(priority, 0), 4)
            clock = clock.after_priority_change(promises, priority, now)
        passed.append((deed, now, priority, clock))
    return passed


@given(minutes, deeds)
def test_the_clock_stops_only_between_a_reply_and_the_next_message(
    minutes: tuple[int, ...], deeds: list[tuple[str, int]]
) -> None:
    for before, (deed, _, _, clock) in pairwise(lived(ResponseTimes(minutes), deeds)):
        stood = before[3].due_at is None
        assert (clock.due_at is None) == (deed == "answer" or (stood and deed != "word"))


@given(minutes, deeds)
def test_a_running_due_time_is_never_postponed(
    minutes: tuple[int, ...], deeds: list[tuple[str, int]]
) -> None:
    for (_, _, _, old), (_, _, _, new) in pairwise(lived(ResponseTimes(minutes), deeds)):
        if old.due_at is not None and new.due_at is not None:
            assert new.due_at <= old.due_at


@given(minutes, deeds)
def test_no_due_time_is_later_than_the_priority_allows(
    minutes: tuple[int, ...], deeds: list[tuple[str, int]]
) -> None:
    promises = ResponseTimes(minutes)
    for (_, _, _, old), (deed, now, priority, new) in pairwise(lived(promises, deeds)):
        if new.due_at is not None and (deed in {"raise", "lower"} or old.due_at is None):
            assert new.due_at <= promises.due_at(priority, now)


@given(minutes, deeds)
def test_a_new_due_time_starts_without_alerts(
    minutes: tuple[int, ...], deeds: list[tuple[str, int]]
) -> None:
    for (_, _, _, old), (_, _, _, new) in pairwise(lived(ResponseTimes(minutes), deeds)):
        if new.due_at != old.due_at:
            assert new.alerts == 0
