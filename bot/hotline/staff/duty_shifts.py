"""Duty shifts: from when until when a colleague is planned to be on duty.

At its beginning a shift puts its colleague on duty, and at its end off duty. Between the two they
go on and off duty themselves, as without shifts.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, literal

from bot.clock import DAY, SECOND
from bot.hotline.staff.opening_hours import DAY_MINUTES, Span
from bot.store.statements import delete_by, insert, select_by, update_by
from bot.store.tables.service_hours import duty_shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from bot.hotline.staff.opening_hours import Spans
    from bot.store.writer import Work

SHIFTS_KEPT = 56 * DAY
"""How long a shift is kept after its end."""
MAX_BORDERS = 200
"""Shifts that begin or end in one check; the rest follows at the next."""


class ShiftState(StrEnum):
    """Whether a shift has begun."""

    PLANNED = "planned"
    RUNNING = "running"
    OVER = "over"


class DutyShift(NamedTuple):
    """One shift of a colleague."""

    id: int
    staff: str
    begins_at: int
    ends_at: int
    state: ShiftState


class ShiftBorder(NamedTuple):
    """A shift that has just begun or ended."""

    shift: DutyShift
    goes_on_duty: bool


_COLUMNS = ("id", "staff_id", "begins_at", "ends_at", "state")
_BETWEEN = select_by(
    duty_shifts, *_COLUMNS,
    by=(
        duty_shifts.c.begins_at < bindparam("until"), duty_shifts.c.ends_at > bindparam("since"),
        duty_shifts.c.begins_at > bindparam("since") - literal(2 * DAY),
    ),
    order_by=("begins_at", "id"),
)  # fmt: skip
_OF = select_by(
    duty_shifts, *_COLUMNS, by=("staff_id", duty_shifts.c.ends_at > bindparam("since")),
    order_by=("begins_at", "id"),
)  # fmt: skip
_NOT_OVER = duty_shifts.c.state != literal(ShiftState.OVER.value)
_DUE = select_by(
    duty_shifts, *_COLUMNS, by=(_NOT_OVER, duty_shifts.c.begins_at <= bindparam("now")),
    order_by=("begins_at", "id"), limit=literal(MAX_BORDERS),
)  # fmt: skip
_ADD = insert(
    duty_shifts, "staff_id", "begins_at", "ends_at", constants={"state": ShiftState.PLANNED.value}
)
_SET_END = update_by(duty_shifts, "ends_at", by="id")
_SET_STATE = update_by(duty_shifts, "state", by="id")
_REMOVE = delete_by(duty_shifts, by="id")
_EXPIRE = delete_by(duty_shifts, by=duty_shifts.c.ends_at < bindparam("before"))


class DutyShifts:
    """Shifts as rows, used inside units of work."""

    @staticmethod
    def between(work: Work, since: int, until: int) -> list[DutyShift]:
        """Return the shifts that are partly between two moments, the first to begin first."""
        # By name: the parameters of the statement come in the order of its conditions.
        return _shifts(work.rows(_BETWEEN, until, since, since))

    @staticmethod
    def of(work: Work, who: str, since: int) -> list[DutyShift]:
        """Return the shifts of a colleague that end after a moment."""
        return _shifts(work.rows(_OF, who, since))

    @staticmethod
    def plan(work: Work, who: str, begins_at: int, ends_at: int) -> None:
        """Add a shift; one that should have begun already begins at the next check."""
        work.run(_ADD, who, begins_at, ends_at)

    @staticmethod
    def end_at(work: Work, shift: DutyShift, ends_at: int) -> None:
        """Let a shift end at another moment."""
        work.run(_SET_END, ends_at, shift.id)

    @staticmethod
    def cancel(work: Work, shift: DutyShift, now: int) -> None:
        """Remove a shift; one that runs ends now instead."""
        if shift.state is ShiftState.RUNNING:
            work.run(_SET_END, now, shift.id)
        else:
            work.run(_REMOVE, shift.id)

    @staticmethod
    def cross_borders(work: Work, now: int) -> list[ShiftBorder]:
        """Store which shifts have begun or ended, and return what follows for duty.

        A colleague whose next shift follows without a pause stays on duty. A shift that was missed
        as a whole, because nothing ran meanwhile, changes nothing.
        """
        due = _shifts(work.rows(_DUE, now))
        staying = {it.staff for it in due if it.ends_at > now}
        borders = []
        for shift in due:
            if shift.ends_at <= now:
                work.run(_SET_STATE, ShiftState.OVER.value, shift.id)
                if shift.state is ShiftState.RUNNING and shift.staff not in staying:
                    borders.append(ShiftBorder(shift, goes_on_duty=False))
            elif shift.state is ShiftState.PLANNED:
                work.run(_SET_STATE, ShiftState.RUNNING.value, shift.id)
                borders.append(ShiftBorder(shift, goes_on_duty=True))
        return borders

    @staticmethod
    def expire(work: Work, now: int) -> int:
        """Delete shifts that ended long ago; return how many."""
        return work.run(_EXPIRE, now - SHIFTS_KEPT)


def moments_of(day: date, spans: Spans, zone: ZoneInfo) -> list[tuple[int, int]]:
    """Return when the spans of a day begin and end, microseconds."""
    return [(_moment(day, it.begins, zone), _moment(day, it.ends, zone)) for it in spans]


def span_of(shift: DutyShift, zone: ZoneInfo, day: date | None = None) -> Span:
    """Return a shift as minutes since midnight of a day, by default the day on which it begins.

    On another day than that it can begin before midnight, with minutes below zero.
    """
    begins, ends = (datetime.fromtimestamp(at / SECOND, zone) for at in shift[2:4])
    first = day or begins.date()
    minutes = [
        (it.date() - first).days * DAY_MINUTES + it.hour * 60 + it.minute for it in (begins, ends)
    ]
    return Span(*minutes)


def first_day(shift: DutyShift, zone: ZoneInfo) -> date:
    """Return the day on which a shift begins."""
    return datetime.fromtimestamp(shift.begins_at / SECOND, zone).date()


def week_moments(monday: date, zone: ZoneInfo) -> tuple[int, int]:
    """Return when a week begins, and the next one."""
    return _moment(monday, 0, zone), _moment(monday + timedelta(days=7), 0, zone)


def gaps(open_spans: Spans, shifts: Iterable[Span]) -> list[Span]:
    """Return the parts of a day's opening hours in which no one is planned to be on duty."""
    found = list(open_spans)
    for taken in shifts:
        found = [
            part
            for it in found
            for part in (
                Span(it.begins, min(it.ends, taken.begins)),
                Span(max(it.begins, taken.ends), it.ends),
            )
            if part.begins < part.ends
        ]
    return found


def _moment(day: date, minutes: int, zone: ZoneInfo) -> int:
    days, minutes = divmod(minutes, DAY_MINUTES)
    at = datetime.combine(day + timedelta(days=days), time(minutes // 60, minutes % 60), zone)
    return int(at.timestamp()) * SECOND


def _shifts(rows: Sequence[tuple[int, str, int, int, str]]) -> list[DutyShift]:
    return [
        DutyShift(number, who, begins_at, ends_at, ShiftState(state))
        for number, who, begins_at, ends_at, state in rows
    ]
