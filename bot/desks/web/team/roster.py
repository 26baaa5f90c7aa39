"""Roster: who is on duty now and in a week, and who is on call; supervisors change the calls.

Everyone who answers cases sees it. How a colleague is reached is shown to supervisors only.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bot.cases.state_machine import CASE_ROLES, SENIOR_ROLES
from bot.clock import SECOND
from bot.desks.web import texts
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.team.week_plan import MAX_WEEKS, day_gaps, monday_of, planned_week
from bot.hotline.on_call.roster import CallChannel, OnCallSettings
from bot.hotline.queue.offers import skill_name
from bot.hotline.staff.duty_shifts import DutyShift, DutyShifts, span_of, week_moments
from bot.settings.formats import EMAIL_PATTERN, HOURS_PATTERN
from bot.store.statements import select_by
from bot.store.tables.desk import desk_sessions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.on_call.roster import OnCallPerson
    from bot.hotline.staff.opening_hours import Span
    from bot.hotline.staff.service_hours import ServicePlan
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text

MAX_POSITION = 99
MAX_EMAIL = 255
DAYS = 7
_SIGNED_IN = select_by(desk_sessions, "staff_id")
_DAY_FIELDS = tuple(f"day{number}" for number in range(1, DAYS + 1))


@dataclass(frozen=True, slots=True)
class RosterDay:
    """One day of the week that is shown."""

    date: date
    is_today: bool
    hours: str
    """When the hotline answers; empty on a day on which it is closed, or without fixed hours."""
    is_special: bool
    """Whether it is a holiday, or has other hours than its day of the week."""
    name: str
    """Of a special day; empty for none."""
    has_call: bool
    """Whether a colleague who can be reached is on call on it."""
    gaps: list[Span]
    """Opening hours for which no one is planned, if anyone is planned in this week."""


@dataclass(frozen=True, slots=True)
class RosterRows:
    """What the roster is made of."""

    staff: list[Caseworker]
    on_call: list[OnCallPerson]
    shifts: list[DutyShift]
    """Partly in the week that is shown."""
    current_shifts: dict[str, DutyShift]
    """Those of now, by colleague."""
    signed_in: frozenset[str]
    plan: ServicePlan


@get("/roster", Permission.QUEUE)
async def _roster_page(request: DeskRequest) -> Response:
    week = _week(request.http.query_params.get("week", ""))
    monday = monday_of(request, week)
    found = await request.read(lambda work: _load_rows(work, request, monday))
    zone, now, on_call = request.context.zone, request.now, found.on_call
    named = {it.by.id for it in on_call}
    answering = [it for it in found.staff if it.is_active and it.role in CASE_ROLES]
    return request.render(
        "roster.html", week=week, days=_days(request, monday, found), on_call=on_call,
        has_hours=found.plan.week is not None, monday=monday,
        planned=planned_week(found.staff, found.shifts, request),
        current_shifts=found.current_shifts, signed_in=found.signed_in,
        on_duty=[it for it in answering if it.is_on_duty],
        others=[it for it in answering if it.id not in named],
        on_call_now={it.by.id for it in on_call if it.is_on_call(zone, now)},
        may_edit=request.caseworker.role in SENIOR_ROLES, max_position=MAX_POSITION,
        configured=request.context.on_call.configured, max_week=MAX_WEEKS,
        days_from=_today(request), span_of=lambda shift: span_of(shift, zone),
        weeks={number: f"/roster?week={number}" for number in (week - 1, week + 1)},
        skill_name=lambda code: request.locale(skill_name(code)),
    )  # fmt: skip


def _load_rows(work: Work, request: DeskRequest, monday: date) -> RosterRows:
    context, now = request.context, request.now
    staff, (since, until) = context.staff.all(work), week_moments(monday, context.zone)
    current = {it.staff: it for it in DutyShifts.between(work, now, now + 1)}
    return RosterRows(
        staff, context.on_call.all(work), DutyShifts.between(work, since, until), current,
        frozenset(str(who) for (who,) in work.rows(_SIGNED_IN)), context.service_hours.plan(work),
    )  # fmt: skip


@post("/roster/day", Permission.TEAM, "staff", "day", "week")
async def _change_day(request: DeskRequest) -> Response:
    """Take a colleague off call on one day, or put them back."""
    day = _planned_day(request)

    def change(person: OnCallPerson) -> OnCallSettings:
        today = _today(request).isoformat()
        kept = {it for it in person.settings.off if it >= today}
        return replace(person.settings, off=tuple(sorted(kept ^ {day.isoformat()})))

    await _store(request, change)
    return request.redirect(f"/roster?week={_week(request.form.get('week', ''))}")


@post(
    "/roster/set", Permission.TEAM, "staff", "position", "hours", "email", "telegram", *_DAY_FIELDS
)
async def _set_on_call(request: DeskRequest) -> Response:
    """Put a colleague on call, or change how and when they are called."""
    form = request.form
    hours, email = form.get("hours", "").strip(), form.get("email", "").strip()[:MAX_EMAIL]
    channels = [CallChannel.TELEGRAM] if form.get("telegram") else []
    channels += [CallChannel.EMAIL] if email else []
    person = await request.read(
        lambda work: request.context.on_call.of(work, form.get("staff", ""))
    )
    has_browser = person is not None and bool(person.settings.browsers)
    channels = [CallChannel.PUSH, *channels] if has_browser else channels  # as they chose it
    if refused := _refusal(hours, email, channels):
        request.flash(refused, is_refused=True)
        return request.redirect("/roster")
    days = tuple(number for number, name in enumerate(_DAY_FIELDS, 1) if form.get(name))
    every_day = () if len(days) in {0, DAYS} else days

    def change(person: OnCallPerson | None) -> OnCallSettings:
        old = person.settings if person else OnCallSettings(())
        return replace(old, channels=tuple(channels), email=email, hours=hours, days=every_day)

    await _store(request, change, position=_position(form.get("position", "")), may_add=True)
    request.flash(texts.SAVED)
    return request.redirect("/roster")


@post("/roster/remove", Permission.TEAM, "staff")
async def _remove_on_call(request: DeskRequest) -> Response:
    who, context = request.form.get("staff", ""), request.context

    def remove(work: Work) -> None:
        if context.on_call.remove(work, who):
            context.audit.record(work, request.now, request.caseworker.id, "on_call_remove", who)

    if not who.isalnum():
        raise NotFoundError("no such colleague")
    await request.write(remove)
    return request.redirect("/roster")


async def _store(
    request: DeskRequest, change: Any, *, position: int = 0, may_add: bool = False
) -> None:
    """Store changed settings; raise NotFoundError for a colleague who cannot be on call."""
    who, context, now = request.form.get("staff", ""), request.context, request.now

    def store(work: Work) -> bool:
        found, person = request.find_active(work, who), context.on_call.of(work, who)
        if found is None or found.role not in CASE_ROLES or not (person or may_add):
            return False
        settings = change(person)
        place = position or (person.position if person else 1)
        context.on_call.set(work, who, place, settings, now)
        by, detail = request.caseworker.id, ":".join(settings.channels)
        context.audit.record(work, now, by, "on_call_set", who, detail)
        return True

    if not await request.write(store):
        raise NotFoundError("no such colleague")


def _refusal(hours: str, email: str, channels: Sequence[CallChannel]) -> Text | None:
    if not re.match(HOURS_PATTERN, hours):
        return texts.ON_CALL_HOURS_WRONG
    if not re.match(EMAIL_PATTERN, email):
        return texts.ON_CALL_EMAIL_WRONG
    return None if channels else texts.ON_CALL_CHANNEL_MISSING


def _days(request: DeskRequest, monday: date, found: RosterRows) -> list[RosterDay]:
    today, hours = _today(request), found.plan.hours()
    configured = request.context.on_call.configured
    reachable = [it for it in found.on_call if it.usable_channels(configured)]
    days = []
    for number in range(DAYS):
        day = monday + timedelta(days=number)
        special = found.plan.special_day(day)
        covered = any(it.settings.covers(day) for it in reachable)
        missing = day_gaps(day, found.shifts, found.plan, request.now) if found.shifts else []
        days.append(
            RosterDay(
                day, day == today, ", ".join(map(str, hours.spans_on(day))),
                special is not None, special.name if special else "", covered, missing,
            )
        )  # fmt: skip
    return days


def _today(request: DeskRequest) -> date:
    return datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()


def _week(written: str) -> int:
    """Return a number of weeks from this one on; 0 for anything else."""
    is_number = written.isascii() and written.isdecimal() and len(written) <= 2  # noqa: PLR2004
    return min(int(written), MAX_WEEKS) if is_number else 0


def _position(written: str) -> int:
    is_number = written.isascii() and written.isdecimal() and len(written) <= 2  # noqa: PLR2004
    return max(int(written), 1) if is_number else 1


def _planned_day(request: DeskRequest) -> date:
    """Return the day of a form; raise NotFoundError for one that cannot be planned."""
    try:
        day = date.fromisoformat(request.form.get("day", ""))
    except ValueError:
        raise NotFoundError("no such day") from None
    if not timedelta() <= day - _today(request) < timedelta(weeks=MAX_WEEKS + 1):
        raise NotFoundError("no such day")
    return day
