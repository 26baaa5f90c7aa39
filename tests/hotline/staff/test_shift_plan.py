"""A week of shifts is planned, changed and copied; what runs or is over is not rewritten."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clock import SECOND
from bot.hotline.staff.duty_shifts import DutyShift, ShiftState, gaps, moments_of, span_of
from bot.hotline.staff.opening_hours import DAY_MINUTES, Span
from bot.hotline.staff.shift_plan import ShiftFault, change_days, copy_week
from bot.hotline.staff.typed_hours import parse_typed_hours

TAIPEI = ZoneInfo("Asia/Taipei")
MONDAY = date(2026, 11, 30)
TUESDAY = MONDAY + timedelta(days=1)


def at(moment: str) -> int:
    return int(datetime.fromisoformat(moment).replace(tzinfo=TAIPEI).timestamp()) * SECOND


def spans(typed: str) -> tuple[Span, ...]:
    found = parse_typed_hours(typed)
    assert isinstance(found, tuple)
    return found


def shift(
    day: date, typed: str, state: ShiftState = ShiftState.PLANNED, who: str = "mei"
) -> DutyShift:
    ((begins_at, ends_at),) = moments_of(day, spans(typed), TAIPEI)
    return DutyShift(hash((day, typed, who)), who, begins_at, ends_at, state)


NOW = at("2026-11-30T10:00")


def test_a_new_shift_is_added_and_one_that_is_not_named_is_cancelled() -> None:
    old = shift(TUESDAY, "8-16")
    change = change_days([old], {TUESDAY: spans("9-12, 13-18")}, NOW, TAIPEI)
    assert change.cancelled == [old]
    assert change.added == moments_of(TUESDAY, spans("9-12, 13-18"), TAIPEI)
    assert not change.faults


def test_a_shift_that_stays_is_not_touched_and_other_days_are_not() -> None:
    kept, other = shift(TUESDAY, "8-16"), shift(MONDAY, "22-6")
    change = change_days([kept, other], {TUESDAY: spans("8-16")}, NOW, TAIPEI)
    assert (change.added, change.cancelled, change.moved, change.faults) == ([], [], [], {})


def test_a_running_shift_gets_another_end_and_one_that_is_over_stays() -> None:
    over, running = (
        shift(MONDAY, "6-8", ShiftState.OVER), shift(MONDAY, "9-16", ShiftState.RUNNING),
    )  # fmt: skip
    change = change_days([over, running], {MONDAY: spans("9-12")}, NOW, TAIPEI)
    assert change.moved == [(running, at("2026-11-30T12:00"))]
    assert not change.cancelled
    assert change_days([over, running], {MONDAY: ()}, NOW, TAIPEI).cancelled == [running]


@pytest.mark.parametrize(
    ("others", "typed", "fault"),
    [
        ([], "6-9", ShiftFault.PAST),
        ([(MONDAY - timedelta(days=1), "22-11")], "10-12", ShiftFault.OVERLAP),
        ([(TUESDAY, "5-8")], "22-6", ShiftFault.OVERLAP),
        ([(TUESDAY, "6-8")], "22-6", None),
        ([], "9-12", None),  # it should have begun already, and begins now
    ],
)
def test_a_day_that_cannot_be_planned_is_named(
    others: list[tuple[date, str]], typed: str, fault: ShiftFault | None
) -> None:
    change = change_days([shift(*it) for it in others], {MONDAY: spans(typed)}, NOW, TAIPEI)
    assert change.faults == ({MONDAY: fault} if fault else {})


def test_two_new_nights_that_overlap_are_named() -> None:
    change = change_days([], {MONDAY: spans("20-8"), TUESDAY: spans("7-9")}, NOW, TAIPEI)
    assert change.faults == {MONDAY: ShiftFault.OVERLAP, TUESDAY: ShiftFault.OVERLAP}


def test_a_week_is_copied_but_not_onto_holidays_planned_days_or_the_past() -> None:
    before = MONDAY - timedelta(days=7)
    old = [
        shift(before, "6-9"),  # would be over at ten
        shift(before, "22-6"),
        shift(before + timedelta(days=1), "9-12"),
        shift(before + timedelta(days=1), "13-18"),
        shift(before + timedelta(days=2), "9-18"),
        shift(before + timedelta(days=3), "9-18"),
        shift(before + timedelta(days=3), "9-18", who="jun"),
    ]
    planned = shift(MONDAY + timedelta(days=3), "12-20")
    closed = {MONDAY + timedelta(days=2)}
    copied, left_out = copy_week([*old, planned], MONDAY, closed, NOW, TAIPEI)
    assert copied == {
        "mei": {MONDAY: spans("22-6"), TUESDAY: spans("9-12, 13-18")},
        "jun": {MONDAY + timedelta(days=3): spans("9-18")},
    }
    assert left_out == 2


def test_a_copied_week_keeps_the_clock_on_the_wall_when_the_clocks_change() -> None:
    berlin, monday = ZoneInfo("Europe/Berlin"), date(2027, 3, 29)  # the day after summer time began
    ((begins_at, ends_at),) = moments_of(monday - timedelta(days=7), spans("8-16"), berlin)
    old = DutyShift(1, "mei", begins_at, ends_at, ShiftState.OVER)
    copied, _ = copy_week([old], monday, (), begins_at, berlin)
    assert copied == {"mei": {monday: spans("8-16")}}


minutes = st.integers(0, 2 * DAY_MINUTES)
some_spans = st.lists(
    st.tuples(minutes, st.integers(1, 600)).map(lambda it: Span(it[0], sum(it))), max_size=6
)


@given(some_spans, some_spans, minutes)
def test_a_minute_is_a_gap_where_it_is_open_and_no_one_is_planned(
    opened: list[Span], taken: list[Span], minute: int
) -> None:
    def is_in(spans: list[Span]) -> bool:
        return any(it.begins <= minute < it.ends for it in spans)

    assert is_in(gaps(tuple(opened), taken)) == (is_in(opened) and not is_in(taken))


def test_a_night_shift_covers_the_morning_of_the_next_day() -> None:
    night = shift(MONDAY, "22-6")
    assert span_of(night, TAIPEI, TUESDAY) == Span(-120, 360)
    assert gaps(spans("0-9"), [span_of(night, TAIPEI, TUESDAY)]) == [Span(360, 540)]
