"""Planning of duty shifts by week: the week of one colleague, and a copy of the week before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.staff.duty_shifts import (
    DutyShift,
    DutyShifts,
    first_day,
    gaps,
    span_of,
    week_moments,
)
from bot.hotline.staff.enrolment import reads_cases
from bot.hotline.staff.opening_hours import DAY_MINUTES, Span
from bot.hotline.staff.shift_plan import WEEK_DAYS, change_days, copy_week
from bot.hotline.staff.typed_hours import HoursFault, parse_typed_hours

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.hotline.staff.opening_hours import Spans
    from bot.hotline.staff.service_hours import ServicePlan
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

MAX_WEEKS = 8
"""Weeks ahead that can be planned."""
DAY_FIELDS = tuple(f"day{number}" for number in range(1, WEEK_DAYS + 1))
MAX_DETAIL = 200
Faults = dict[str, tuple["Text", dict[str, str]]]


@dataclass(frozen=True, slots=True)
class PlannedColleague:
    """One row of the roster."""

    by: Caseworker
    days: list[list[DutyShift]]
    """By day of the week, Monday first: the shifts that begin on it."""
    minutes: int
    """Of the week."""


@dataclass(frozen=True, slots=True)
class PlanDay:
    """One day of the form."""

    field: str
    date: date
    hours: Spans
    """When the hotline answers."""
    name: str
    """Of a special day; empty for none."""
    is_past: bool
    shifts: str
    """As it can be typed."""


def planned_week(
    staff: Sequence[Caseworker], shifts: Sequence[DutyShift], request: DeskRequest
) -> list[PlannedColleague]:
    """Return the colleagues who answer cases with their shifts; those with shifts first."""
    zone, rows = request.context.zone, []
    for by in staff:
        own = [it for it in shifts if it.staff == by.id]
        if by.is_active and reads_cases(by.role):
            days: list[list[DutyShift]] = [[] for _ in range(WEEK_DAYS)]
            for it in own:
                days[first_day(it, zone).weekday()].append(it)
            spans = [span_of(it, zone) for it in own]
            rows.append(PlannedColleague(by, days, sum(it.ends - it.begins for it in spans)))
    return sorted(rows, key=lambda it: not it.minutes)


def day_gaps(day: date, shifts: Sequence[DutyShift], plan: ServicePlan, now: int) -> list[Span]:
    """Return the opening hours of a day, from now on, in which no one is planned to be on duty."""
    here = datetime.fromtimestamp(now / SECOND, plan.zone)
    passed = (here.date() - day).days * DAY_MINUTES + here.hour * 60 + here.minute
    taken = [span_of(it, plan.zone, day) for it in shifts]
    return gaps(plan.hours().spans_on(day), [Span(-DAY_MINUTES, passed), *taken])


def monday_of(request: DeskRequest, week: int) -> date:
    """Return the first day of a week, counted from this one."""
    today = _today(request)
    return today - timedelta(days=today.weekday()) + timedelta(weeks=week)


# --- The week of one colleague ----------------------------------------------------------------


@get("/roster/plan/{who}", Permission.TEAM)
async def _plan_page(request: DeskRequest) -> Response:
    written = request.http.query_params.get("week", "")
    is_number = written.isascii() and written.isdecimal() and len(written) == 1
    monday = monday_of(request, min(int(written), MAX_WEEKS) if is_number else 0)
    return await _form_page(request, monday, None, {})


@post("/roster/plan/{who}", Permission.TEAM, "monday", *DAY_FIELDS)
async def _change_plan(request: DeskRequest) -> Response:
    """Plan the days of a week that are not past."""
    monday, today = _planned_monday(request), _today(request)
    colleague = await _colleague(request)
    days, faults = _parse_days(request.form, monday, today)
    context, now, zone = request.context, request.now, request.context.zone

    def store(work: Work) -> Faults:
        since, _until = week_moments(monday - timedelta(days=WEEK_DAYS), zone)
        change = change_days(DutyShifts.of(work, colleague.id, since), days, now, zone)
        if change.faults:
            return {
                DAY_FIELDS[day.weekday()]: (texts.SHIFT_FAULTS[fault], {})
                for day, fault in change.faults.items()
            }
        change.store(work, colleague.id, now)
        planned = (
            f"{day}:{','.join(map(str, spans)) or 'off'}" for day, spans in sorted(days.items())
        )
        detail = ";".join(planned)[:MAX_DETAIL]
        by = request.caseworker.id
        context.audit.record(work, now, by, "shift_plan", colleague.id, detail)
        return {}

    faults = faults or await request.write(store)
    if faults:
        return await _form_page(request, monday, request.form, faults)
    request.flash(texts.SHIFTS_SAVED, name=colleague.name or colleague.id)
    return request.redirect(f"/roster?week={_week_number(request, monday)}")


def _parse_days(
    form: Mapping[str, str], monday: date, today: date
) -> tuple[dict[date, Spans], Faults]:
    """Return the spans of each day that is not past, and what cannot be understood."""
    days: dict[date, Spans] = {}
    faults: Faults = {}
    for number, name in enumerate(DAY_FIELDS):
        day = monday + timedelta(days=number)
        if day < today:
            continue
        spans = parse_typed_hours(form.get(name, ""))
        if isinstance(spans, HoursFault):
            faults[name] = (texts.HOURS_FAULTS[spans], {})
        else:
            days[day] = spans
    return days, faults


async def _form_page(
    request: DeskRequest, monday: date, typed: Mapping[str, str] | None, faults: Faults
) -> Response:
    colleague, today = await _colleague(request), _today(request)
    since, until = week_moments(monday, request.context.zone)

    def look(work: Work) -> tuple[list[DutyShift], ServicePlan]:
        own = DutyShifts.of(work, colleague.id, since)
        return [it for it in own if it.begins_at < until], request.context.service_hours.plan(work)

    shifts, plan = await request.read(look)
    days = [
        _plan_day(name, monday + timedelta(days=number), today, shifts, plan)
        for number, name in enumerate(DAY_FIELDS)
    ]
    values = {it.field: it.shifts for it in days} if typed is None else typed
    errors = {name: request.locale(text, **blanks) for name, (text, blanks) in faults.items()}
    return request.render(
        "week_plan.html", colleague=colleague, days=days, values=values, errors=errors,
        monday=monday, week=_week_number(request, monday), max_week=MAX_WEEKS,
        has_hours=plan.week is not None,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors else HTTPStatus.OK,
    )  # fmt: skip


def _plan_day(
    name: str, day: date, today: date, shifts: Sequence[DutyShift], plan: ServicePlan
) -> PlanDay:
    special = plan.special_day(day)
    spans = [span_of(it, plan.zone) for it in shifts if first_day(it, plan.zone) == day]
    return PlanDay(
        name, day, plan.hours().spans_on(day), special.name if special else "", day < today,
        ", ".join(map(str, spans)),
    )  # fmt: skip


# --- A copy of the week before ----------------------------------------------------------------


@post("/roster/copy", Permission.TEAM, "monday")
async def _copy_week(request: DeskRequest) -> Response:
    """Plan a week as the week before, where nothing is planned yet and the office is open."""
    monday, now, context = _planned_monday(request), request.now, request.context
    zone, by = context.zone, request.caseworker.id

    def store(work: Work) -> tuple[int, int]:
        since, _ = week_moments(monday - timedelta(days=WEEK_DAYS), zone)
        _, until = week_moments(monday, zone)
        plan = context.service_hours.plan(work)
        closed = {it.day for it in plan.days if not it.spans}
        shifts = DutyShifts.between(work, since, until)
        copied, left_out = copy_week(shifts, monday, closed, now, zone)
        count = 0
        for who, days in copied.items():
            found = request.find_active(work, who)
            change = change_days(DutyShifts.of(work, who, since), days, now, zone)
            if found is None or not reads_cases(found.role) or change.faults:
                left_out += len(days)
                continue
            change.store(work, who, now)
            count += len(change.added)
        context.audit.record(work, now, by, "shift_copy", str(monday), f"added:{count}")
        return count, left_out

    count, left_out = await request.write(store)
    request.flash(
        texts.SHIFTS_COPIED, is_refused=not count, count=str(count), left_out=str(left_out)
    )
    return request.redirect(f"/roster?week={_week_number(request, monday)}")


def _planned_monday(request: DeskRequest) -> date:
    """Return the week of a form; raise NotFoundError for one that cannot be planned."""
    try:
        monday = date.fromisoformat(request.form.get("monday", ""))
    except ValueError:
        raise NotFoundError("no such week") from None
    if monday.weekday() or not -1 <= _week_number(request, monday) <= MAX_WEEKS:
        raise NotFoundError("no such week")
    return monday


def _week_number(request: DeskRequest, monday: date) -> int:
    return (monday - monday_of(request, 0)).days // WEEK_DAYS


async def _colleague(request: DeskRequest) -> Caseworker:
    found = await request.read(lambda work: request.find_active(work, request.param("who")))
    if found is None or not reads_cases(found.role):
        raise NotFoundError("no such colleague")
    return found


def _today(request: DeskRequest) -> date:
    return datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
