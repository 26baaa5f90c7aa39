"""Whether somebody is there: hours of a day, over midnight, on some days, never on a holiday."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.app.texts import build_fact_source
from bot.clock import DAY, HOUR, MINUTE, SECOND
from bot.hotline.staff.opening_hours import same_hours
from bot.hotline.staff.service_hours import plan_of_settings
from tests.support.harnesses.hotline_harness import settings_for

if TYPE_CHECKING:
    from pathlib import Path

TAIPEI, BERLIN = ZoneInfo("Asia/Taipei"), ZoneInfo("Europe/Berlin")
WEEK = frozenset(range(1, 6))


def at(moment: str, zone: ZoneInfo = TAIPEI) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=zone).timestamp()) * SECOND


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("08:59:59", False), ("09:00", True), ("20:59:59", True), ("21:00", False)],
)
def test_it_is_open_from_the_first_minute_to_before_the_last(moment: str, is_open: bool) -> None:
    assert same_hours("09:00-21:00", TAIPEI).is_open(at(f"2026-11-26T{moment}")) is is_open


@pytest.mark.parametrize(
    ("moment", "is_open"),
    [("26T21:59", False), ("26T22:00", True), ("27T05:59", True), ("27T06:00", False)],
)
def test_a_night_belongs_to_the_day_it_begins_on(moment: str, is_open: bool) -> None:
    thursdays = same_hours("22:00-06:00", TAIPEI, {4})
    assert thursdays.is_open(at(f"2026-11-{moment}")) is is_open
    assert not thursdays.is_open(at("2026-11-26T03:00"))  # the night of Wednesday


@pytest.mark.parametrize("span", ["00:00-24:00", "00:00-00:00"])
def test_day_and_night_is_always_open(span: str) -> None:
    hours = same_hours(span, TAIPEI)
    for hour in range(24):
        assert hours.is_open(at(f"2026-11-26T{hour:02}:00"))
        assert hours.is_open(at(f"2026-11-26T{hour:02}:59:59"))


def test_without_opening_hours_it_is_never_open() -> None:
    never = same_hours("", TAIPEI)
    assert not never.is_open(at("2026-11-26T12:00"))
    assert never.opens_at(at("2026-11-26T12:00")) is None


def test_opening_hours_exclude_other_days_and_holidays() -> None:
    hours = same_hours("09:00-21:00", TAIPEI, WEEK, {date(2026, 11, 26)})
    assert hours.is_open(at("2026-11-25T12:00"))
    assert not hours.is_open(at("2026-11-26T12:00"))
    assert hours.is_open(at("2026-11-27T12:00"))
    assert not hours.is_open(at("2026-11-28T12:00"))


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-26T12:00", "2026-11-26T12:00"),
        ("2026-11-26T07:30", "2026-11-26T09:00"),
        ("2026-11-26T21:00", "2026-11-27T09:00"),
        ("2026-11-27T21:00", "2026-12-01T09:00"),  # a weekend, and a holiday on the Monday
    ],
)
def test_when_it_opens_next(now: str, opens: str) -> None:
    hours = same_hours("09:00-21:00", TAIPEI, WEEK, {date(2026, 11, 30)})
    assert hours.opens_at(at(now)) == at(opens)


def test_with_only_holidays_ahead_there_is_no_next_opening() -> None:
    first = date(2026, 11, 1)
    holidays = {first + timedelta(days=ahead) for ahead in range(800)}
    assert (
        same_hours("09:00-21:00", TAIPEI, WEEK, holidays).opens_at(at("2026-11-26T12:00")) is None
    )


def test_a_night_in_which_the_clock_is_changed_is_told_by_the_clock_on_the_wall() -> None:
    nights = same_hours("01:00-04:00", BERLIN)
    opens = nights.opens_at(at("2027-03-28T00:30", BERLIN))  # at two it becomes three
    assert opens == at("2027-03-28T01:00", BERLIN)
    assert nights.is_open(at("2027-03-28T03:59", BERLIN))
    assert not nights.is_open(at("2027-03-28T04:00", BERLIN))


spans = st.tuples(st.integers(0, 1439), st.integers(0, 1439)).map(
    lambda pair: "-".join(f"{minute // 60:02}:{minute % 60:02}" for minute in pair)
)
moments = st.integers(at("2026-01-01T00:00"), at("2028-12-31T00:00"))
days_of_week = st.sets(st.integers(1, 7), min_size=1)
days_off = st.sets(st.dates(date(2026, 1, 1), date(2028, 12, 31)), max_size=5)


@given(spans, days_of_week, days_off, moments)
def test_it_opens_where_it_is_said_to_and_nowhere_before(
    span: str, days: set[int], holidays: set[date], now: int
) -> None:
    hours = same_hours(span, TAIPEI, days, holidays)
    opens = hours.opens_at(now)
    assert opens is not None
    assert hours.is_open(opens)
    assert (opens == now) == hours.is_open(now)
    between = range(now, opens, max((opens - now) // 50, 1))
    assert not any(hours.is_open(moment) for moment in between)


@given(spans, days_of_week, days_off, moments)
def test_it_is_open_exactly_where_the_wall_clock_of_its_day_says_so(
    span: str, days: set[int], holidays: set[date], now: int
) -> None:
    begins, ends = span.split("-")
    here = datetime.fromtimestamp(now / SECOND, UTC).astimezone(TAIPEI)
    clock = here.strftime("%H:%M")

    def works(day: date) -> bool:
        return day.isoweekday() in days and day not in holidays

    if begins < ends:
        expected = works(here.date()) and begins <= clock < ends
    else:
        tonight = works(here.date()) and clock >= begins
        expected = tonight or (works(here.date() - timedelta(days=1)) and clock < ends)
    assert same_hours(span, TAIPEI, days, holidays).is_open(now) is expected


minutes_of_hours = st.integers(1, 50)


@given(spans, days_of_week, days_off, moments, minutes_of_hours)
def test_a_time_in_opening_hours_is_the_minutes_in_which_it_is_open(
    span: str, days: set[int], holidays: set[date], now: int, minutes: int
) -> None:
    hours = same_hours(span, TAIPEI, days, holidays)
    now -= now % MINUTE
    until = hours.add(now, minutes * MINUTE)
    assert hours.is_open(until - 1)
    opened, moment = 0, now
    while (moment := hours.opens_at(moment) or until) < until:
        opened, moment = opened + 1, moment + MINUTE
    assert opened == minutes
    assert hours.add(hours.subtract(until, minutes * MINUTE), minutes * MINUTE) == until


def test_opening_hours_are_counted_over_nights_and_free_days() -> None:
    hours = same_hours("09:00-21:00", TAIPEI, WEEK, {date(2026, 11, 26)})
    wednesday, friday = at("2026-11-25T20:55"), at("2026-11-27T09:10")
    assert hours.add(wednesday, 15 * MINUTE) == friday
    assert hours.subtract(friday, 15 * MINUTE) == wednesday
    assert hours.add(at("2026-11-25T03:00"), 15 * MINUTE) == at("2026-11-25T09:15")
    assert hours.add(wednesday, 5 * MINUTE) == at("2026-11-25T21:00")


def test_without_fixed_hours_every_hour_counts() -> None:
    never, night = same_hours("", TAIPEI), at("2026-11-25T03:00")
    assert never.add(night, DAY) == night + DAY
    assert never.subtract(night, DAY) == night - DAY


def test_how_soon_a_talk_is_due_follows_the_same_hours(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, hours="09:00-21:00", weekdays="1-5", holidays="2026-11-26")
    known = build_fact_source(settings)
    assert "in_hours" in known(at("2026-11-25T12:00"))
    assert "in_hours" not in known(at("2026-11-25T21:00"))
    assert "in_hours" not in known(at("2026-11-26T12:00"))
    assert "in_hours" not in known(at("2026-11-28T12:00"))
    assert known(at("2026-11-25T12:00")) == known(at("2026-11-25T12:00") + MINUTE - 1)


def test_a_week_from_saturday_to_tuesday_is_four_days(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, weekdays="6-2")
    assert settings.open_weekdays == {6, 7, 1, 2}
    hours = plan_of_settings(settings).hours()
    monday = at("2026-11-23T12:00")
    open_days = [ahead for ahead in range(7) if hours.is_open(monday + ahead * DAY + HOUR)]
    assert open_days == [0, 1, 5, 6]
