"""Facts that nobody has read again: who can act hears of them in time, and once a day."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from bot.cases.state_machine import Role
from bot.clock import DAY, HOUR, SECOND
from bot.hotline.events import EventKind
from bot.hotline.stale_facts import NOTICE_PERIOD, SOON, STALE, StaleFactAlerts, find_stale_facts
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES_ON, VERIFIED_ON

if TYPE_CHECKING:
    import io

    from bot.hotline.events import Event
    from tests.support.harnesses.queue_harness import QueueHarness

TAIPEI = ZoneInfo("Asia/Taipei")
MONDAY_BEFORE = date(2027, 11, 1)


def morning(day: date, hour: int = 9) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=TAIPEI).timestamp()) * SECOND


def started(line: QueueHarness, day: date, hour: int = 9) -> tuple[StaleFactAlerts, list[Event]]:
    """Return what watches since a moment of a day, and what it said then."""
    rereading = StaleFactAlerts(lambda: TAIWAN, line.staff, TAIPEI)
    return rereading, looks(line, rereading, morning(day, hour))


def looks(line: QueueHarness, rereading: StaleFactAlerts, now: int) -> list[Event]:
    return line.run(lambda work: rereading.check(work, now))


def logged(log: io.StringIO) -> list[tuple[str, int]]:
    lines = (json.loads(line) for line in log.getvalue().splitlines())
    return [
        (it["state"], it["count"]) for it in lines if it["event"] == "directory_entries_expired"
    ]


# --- What is old ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "states"),
    [
        (VERIFIED_ON, []),
        (EXPIRES_ON - NOTICE_PERIOD - timedelta(days=1), []),
        (EXPIRES_ON - NOTICE_PERIOD, [SOON]),
        (EXPIRES_ON - timedelta(days=1), [SOON]),
        (EXPIRES_ON, [STALE]),
        (date(2099, 1, 1), [STALE]),
    ],
)
def test_staff_are_told_a_month_before_the_end_and_after_it(today: date, states: list[str]) -> None:
    found = find_stale_facts(TAIWAN, today)
    assert [it.state for it in found] == states
    assert all(it.count == len(TAIWAN.expired(EXPIRES_ON)) for it in found)
    assert all(it.first_day == EXPIRES_ON for it in found)


def test_expired_and_soon_expiring_facts_are_listed_apart() -> None:
    old = replace(TAIWAN.directory["1955"], expires_on=EXPIRES_ON - timedelta(days=9))
    place = replace(TAIWAN, directory={**TAIWAN.directory, "1955": old})
    over, soon = find_stale_facts(place, EXPIRES_ON - timedelta(days=1))
    assert (over.state, over.count, over.first_day) == (STALE, 1, EXPIRES_ON - timedelta(days=9))
    assert (soon.state, soon.count) == (SOON, len(TAIWAN.expired(EXPIRES_ON)) - 1)


def test_unverified_facts_are_never_counted_as_stale() -> None:
    assert not all(it.is_verified for _code, it in TAIWAN.facts())
    (over,) = find_stale_facts(TAIWAN, date(2099, 1, 1))
    assert over.count == sum(it.is_verified for _code, it in TAIWAN.facts())


# --- Who hears of it, and how often -----------------------------------------------------------


def test_those_who_can_act_are_called_once_a_day(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker("Mei")
    chief = queue_harness.add_caseworker("Hua", role=Role.SUPERVISOR, there=False)
    head = queue_harness.add_caseworker("Wu", role=Role.ADMINISTRATOR, queues=())
    rereading, _ = started(queue_harness, EXPIRES_ON)
    day = morning(EXPIRES_ON)
    said = [looks(queue_harness, rereading, day + hour * HOUR) for hour in range(1, 49)]
    (first, *_), (second, *_) = told = [events for events in said if events]
    assert len(told) == 2
    assert first == second
    assert (first.kind, first.case) == (EventKind.OVERDUE, "")
    assert set(first.to) == {chief.id, head.id}
    assert first.values == {"count": str(len(TAIWAN.expired(EXPIRES_ON))), "day": str(EXPIRES_ON)}


def test_a_restart_does_not_repeat_the_stale_fact_alert(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker("Hua", role=Role.SUPERVISOR)
    rereading, at_nine = started(queue_harness, EXPIRES_ON)
    assert at_nine == []
    assert looks(queue_harness, rereading, morning(EXPIRES_ON, 10))
    again, at_noon = started(queue_harness, EXPIRES_ON, 12)
    assert at_noon == looks(queue_harness, again, morning(EXPIRES_ON, 23)) == []


def test_what_is_only_near_is_said_on_mondays(queue_harness: QueueHarness) -> None:
    queue_harness.add_caseworker("Hua", role=Role.SUPERVISOR)
    rereading, _ = started(queue_harness, MONDAY_BEFORE)
    days = [
        looks(queue_harness, rereading, morning(MONDAY_BEFORE, 10) + day * DAY) for day in range(14)
    ]
    assert [day for day, events in enumerate(days) if events] == [0, 7]


def test_fresh_facts_raise_no_alert(queue_harness: QueueHarness, debug_log: io.StringIO) -> None:
    queue_harness.add_caseworker("Hua", role=Role.SUPERVISOR)
    rereading, at_nine = started(queue_harness, VERIFIED_ON)
    assert at_nine == looks(queue_harness, rereading, morning(VERIFIED_ON, 10)) == []
    assert logged(debug_log) == []


@pytest.mark.parametrize(
    ("today", "state"), [(EXPIRES_ON - NOTICE_PERIOD, SOON), (EXPIRES_ON, STALE)]
)
def test_the_log_says_it_at_the_start_and_every_day(
    queue_harness: QueueHarness, debug_log: io.StringIO, today: date, state: str
) -> None:
    rereading, _ = started(queue_harness, today)
    count = len(TAIWAN.expired(EXPIRES_ON))
    assert logged(debug_log) == [(state, count)]
    for hour in range(9, 24):
        looks(queue_harness, rereading, morning(today, hour))
    assert logged(debug_log) == [(state, count)] * 2
