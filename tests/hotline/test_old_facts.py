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
from bot.hotline.events import Happened
from bot.hotline.stale_facts import NOTICE, OVER, SOON, Rereading, old_facts
from bot.places.taiwan import TAIWAN
from bot.places.taiwan.directory import EXPIRES, VERIFIED

if TYPE_CHECKING:
    import io

    from bot.hotline.events import Event
    from tests.hotline.line import Line

TAIPEI = ZoneInfo("Asia/Taipei")
MONDAY_BEFORE = date(2027, 11, 1)


def morning(day: date, hour: int = 9) -> int:
    return int(datetime(day.year, day.month, day.day, hour, tzinfo=TAIPEI).timestamp()) * SECOND


def started(line: Line, day: date, hour: int = 9) -> tuple[Rereading, list[Event]]:
    """Return what watches since a moment of a day, and what it said then."""
    rereading = Rereading(TAIWAN, line.staff, TAIPEI)
    return rereading, looks(line, rereading, morning(day, hour))


def looks(line: Line, rereading: Rereading, now: int) -> list[Event]:
    return line.run(lambda work: rereading.look(work, now))


def logged(log: io.StringIO) -> list[tuple[str, int]]:
    lines = (json.loads(line) for line in log.getvalue().splitlines())
    return [(it["state"], it["count"]) for it in lines if it["event"] == "directory_expired"]


# --- What is old ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("today", "states"),
    [
        (VERIFIED, []),
        (EXPIRES - NOTICE - timedelta(days=1), []),
        (EXPIRES - NOTICE, [SOON]),
        (EXPIRES - timedelta(days=1), [SOON]),
        (EXPIRES, [OVER]),
        (date(2099, 1, 1), [OVER]),
    ],
)
def test_staff_are_told_a_month_before_the_end_and_after_it(today: date, states: list[str]) -> None:
    found = old_facts(TAIWAN, today)
    assert [it.state for it in found] == states
    assert all(it.count == len(TAIWAN.expired(EXPIRES)) for it in found)
    assert all(it.first == EXPIRES for it in found)


def test_one_fact_that_is_over_stands_beside_those_that_soon_are() -> None:
    old = replace(TAIWAN.directory["1955"], expires_on=EXPIRES - timedelta(days=9))
    place = replace(TAIWAN, directory={**TAIWAN.directory, "1955": old})
    over, soon = old_facts(place, EXPIRES - timedelta(days=1))
    assert (over.state, over.count, over.first) == (OVER, 1, EXPIRES - timedelta(days=9))
    assert (soon.state, soon.count) == (SOON, len(TAIWAN.expired(EXPIRES)) - 1)


def test_what_nobody_has_read_yet_is_never_counted_as_old() -> None:
    assert not all(it.is_sound for _code, it in TAIWAN.facts())
    (over,) = old_facts(TAIWAN, date(2099, 1, 1))
    assert over.count == sum(it.is_sound for _code, it in TAIWAN.facts())


# --- Who hears of it, and how often -----------------------------------------------------------


def test_those_who_can_act_are_called_once_a_day(line: Line) -> None:
    line.colleague("Mei")
    chief = line.colleague("Hua", role=Role.SUPERVISOR, there=False)
    head = line.colleague("Wu", role=Role.ADMINISTRATOR, queues=())
    rereading, _ = started(line, EXPIRES)
    day = morning(EXPIRES)
    said = [looks(line, rereading, day + hour * HOUR) for hour in range(1, 49)]
    (first, *_), (second, *_) = told = [events for events in said if events]
    assert len(told) == 2
    assert first == second
    assert (first.what, first.case) == (Happened.OVERDUE, "")
    assert set(first.to) == {chief.id, head.id}
    assert first.values == {"count": str(len(TAIWAN.expired(EXPIRES))), "day": str(EXPIRES)}


def test_a_bot_that_is_started_anew_does_not_call_again(line: Line) -> None:
    line.colleague("Hua", role=Role.SUPERVISOR)
    rereading, at_nine = started(line, EXPIRES)
    assert at_nine == []
    assert looks(line, rereading, morning(EXPIRES, 10))
    again, at_noon = started(line, EXPIRES, 12)
    assert at_noon == looks(line, again, morning(EXPIRES, 23)) == []


def test_what_is_only_near_is_said_on_mondays(line: Line) -> None:
    line.colleague("Hua", role=Role.SUPERVISOR)
    rereading, _ = started(line, MONDAY_BEFORE)
    days = [looks(line, rereading, morning(MONDAY_BEFORE, 10) + day * DAY) for day in range(14)]
    assert [day for day, events in enumerate(days) if events] == [0, 7]


def test_nobody_is_called_while_everything_is_fresh(line: Line, log: io.StringIO) -> None:
    line.colleague("Hua", role=Role.SUPERVISOR)
    rereading, at_nine = started(line, VERIFIED)
    assert at_nine == looks(line, rereading, morning(VERIFIED, 10)) == []
    assert logged(log) == []


@pytest.mark.parametrize(("today", "state"), [(EXPIRES - NOTICE, SOON), (EXPIRES, OVER)])
def test_the_log_says_it_at_the_start_and_every_day(
    line: Line, log: io.StringIO, today: date, state: str
) -> None:
    rereading, _ = started(line, today)
    count = len(TAIWAN.expired(EXPIRES))
    assert logged(log) == [(state, count)]
    for hour in range(9, 24):
        looks(line, rereading, morning(today, hour))
    assert logged(log) == [(state, count)] * 2
