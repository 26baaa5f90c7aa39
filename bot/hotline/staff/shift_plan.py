"""Planning of shifts: what changes in a colleague's week, and how a week is copied."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.hotline.staff.duty_shifts import (
    DutyShift,
    DutyShifts,
    ShiftState,
    first_day,
    moments_of,
    span_of,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.hotline.staff.opening_hours import Spans
    from bot.store.writer import Work

WEEK_DAYS = 7


class ShiftFault(StrEnum):
    """Why a day cannot be planned as it was written."""

    PAST = "past"
    """A new shift would have ended already."""
    OVERLAP = "overlap"
    """A shift reaches into another, of the same or another day."""


@dataclass(slots=True)
class PlanChange:
    """What changes in the shifts of one colleague."""

    added: list[tuple[int, int]] = field(default_factory=list)
    """Beginning and end."""
    moved: list[tuple[DutyShift, int]] = field(default_factory=list)
    """With another end."""
    cancelled: list[DutyShift] = field(default_factory=list)
    faults: dict[date, ShiftFault] = field(default_factory=dict)

    def store(self, work: Work, who: str, now: int) -> None:
        """Store what changes."""
        for shift in self.cancelled:
            DutyShifts.cancel(work, shift, now)
        for shift, ends_at in self.moved:
            DutyShifts.end_at(work, shift, ends_at)
        for begins_at, ends_at in self.added:
            DutyShifts.plan(work, who, begins_at, ends_at)


class _Planned(NamedTuple):
    """A shift as it would be."""

    day: date
    begins_at: int
    ends_at: int
    is_new: bool

    def overlaps(self, other: _Planned) -> bool:
        """Return whether they are partly at the same time."""
        return self.begins_at < other.ends_at and other.begins_at < self.ends_at


def change_days(
    shifts: Sequence[DutyShift], days: Mapping[date, Spans], now: int, zone: ZoneInfo
) -> PlanChange:
    """Return how a colleague's shifts change so that they have these spans on these days.

    A shift that is over stays. One that runs keeps its beginning; without it, it ends now.

    Args:
        shifts: all of the colleague's shifts around these days.
        days: the spans of each day that is planned; other days stay as they are.
        now: the moment.
        zone: of the days.
    """
    change = PlanChange()
    planned = [
        _Planned(day, it.begins_at, it.ends_at, is_new=False)
        for it in shifts
        if (day := first_day(it, zone)) not in days
    ]
    for day, spans in days.items():
        wanted = dict(moments_of(day, spans, zone))
        for shift in (it for it in shifts if first_day(it, zone) == day):
            ends_at = wanted.pop(shift.begins_at, None)
            is_kept = shift.state is ShiftState.OVER or ends_at == shift.ends_at
            if is_kept:
                planned.append(_Planned(day, shift.begins_at, shift.ends_at, is_new=False))
            elif ends_at is None:
                change.cancelled.append(shift)
            else:
                change.moved.append((shift, ends_at))
                planned.append(_Planned(day, shift.begins_at, ends_at, is_new=True))
        if any(ends_at <= now for ends_at in wanted.values()):
            change.faults[day] = ShiftFault.PAST
        change.added += wanted.items()
        planned += [_Planned(day, *it, is_new=True) for it in wanted.items()]
    for one in planned:
        if one.is_new and any(one.overlaps(it) for it in planned if it is not one):
            change.faults.setdefault(one.day, ShiftFault.OVERLAP)
    return change


def copy_week(
    shifts: Sequence[DutyShift], monday: date, closed: Collection[date], now: int, zone: ZoneInfo
) -> tuple[dict[str, dict[date, Spans]], int]:
    """Return which days to plan as a week before, by colleague, and how many are left out.

    Left out are days that are closed, and days on which a colleague has a shift already.

    Args:
        shifts: of the week before and of the week that is planned.
        monday: the first day of the week that is planned.
        closed: days on which the office is closed although it is open on their day of the week.
        now: the moment; earlier days are not planned.
        zone: of the days.
    """
    week = {monday + timedelta(days=it) for it in range(WEEK_DAYS)}
    has_shift = {(it.staff, day) for it in shifts if (day := first_day(it, zone)) in week}
    found: dict[str, dict[date, Spans]] = {}
    left_out = set()
    for shift in shifts:
        day = first_day(shift, zone) + timedelta(days=WEEK_DAYS)
        if day not in week:
            continue
        span = span_of(shift, zone)
        if moments_of(day, (span,), zone)[0][1] <= now:
            continue
        if day in closed or (shift.staff, day) in has_shift:
            left_out.add((shift.staff, day))
            continue
        days = found.setdefault(shift.staff, {})
        days[day] = (*days.get(day, ()), span)
    return found, len(left_out)
