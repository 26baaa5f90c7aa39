"""Pages of opening hours, special days and reply times, for administrators and supervisors.

A change holds at once in every process. What was due before stays due.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from bot.cases.routing import QUEUE_NAMES, Queue
from bot.cases.state_machine import Role
from bot.clock import MINUTE, SECOND
from bot.desks.locale import PRIORITY_NAMES
from bot.desks.web.administration import texts
from bot.desks.web.administration.hours_form import (
    DAY_FORM_FIELDS,
    FIXED,
    REPLY_FIELDS,
    UNFIXED,
    WEEK_FIELDS,
    ParsedForm,
    parse_own_replies,
    parse_replies,
    parse_special_day,
    parse_week,
    week_form,
    with_day,
    without_day,
)
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.staff.service_hours import (
    DAYS,
    MAX_DAY_NAME,
    OFFICE_SIGN,
    QUEUE_REPLIES,
    QUEUE_WEEK,
    REPLIES,
    WEEK,
    SpecialDay,
)
from bot.places.registry import PLACES

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.staff.opening_hours import Week
    from bot.hotline.staff.service_hours import ServicePlan
    from bot.places.holidays import PublicHoliday
    from bot.store.writer import Work

PAGE, OFFICES = "/administration/hours", "/administration/offices"
GENERAL = "general"
"""In an address: the hours of the deployment, which hold for each queue without its own."""
HOLIDAY_PREFIX = "holiday-"
HOLIDAY_FIELDS = frozenset(
    f"{HOLIDAY_PREFIX}{it.day}" for place in PLACES.values() for it in place.holidays
)
MAX_DETAIL = 200
PARTS = frozenset({WEEK, DAYS, REPLIES}).union(
    *({QUEUE_WEEK + it.value, QUEUE_REPLIES + it.value} for it in Queue)
)
VARIABLES = {WEEK: "HAVEN_HOURS", DAYS: "HAVEN_HOLIDAYS", REPLIES: "HAVEN_PROMISE_MINUTES"}


@dataclass(frozen=True, slots=True)
class HoursSource:
    """Where a part of the hours comes from."""

    variable: str
    """Empty: it was set at the desk."""
    by: str = ""
    """The name of who set it."""
    at: int = 0


@get(PAGE, Permission.TEAM)
async def _overview_page(request: DeskRequest) -> Response:
    def look(work: Work) -> tuple[ServicePlan, dict[str, str]]:
        names = {it.id: it.name or it.id for it in request.context.staff.all(work)}
        return request.context.service_hours.plan(work), names

    (plan, names), now, settings = await request.read(look), request.now, request.context.settings
    today, hours = _today(request), plan.hours()
    sources = {
        part: HoursSource("", names.get(stored.by, stored.by), stored.at)
        if (stored := plan.stored.get(part))
        else HoursSource(VARIABLES.get(part, ""))
        for part in PARTS
    }
    return request.render(
        "hours.html", plan=plan, sources=sources, queues=QUEUE_NAMES,
        days=plan.days_from(today), is_open=hours.is_open(now), opens_at=hours.opens_at(now),
        told=request.context.hours_in_words(plan, today, request.locale.language),
        reply_times=[it * MINUTE for it in plan.minutes], own_times=_own_times(plan),
        claim_lapses=settings.claim_lapses_minutes * MINUTE,
        silence=settings.silence_minutes * MINUTE, day_names=texts.DAY_NAMES,
        queue_prefix=QUEUE_WEEK, replies_prefix=QUEUE_REPLIES, zone=settings.time_zone, today=today,
    )  # fmt: skip


def _own_times(plan: ServicePlan) -> dict[str, list[tuple[int, int]]]:
    """Return the priorities and reply times, in microseconds, in which queues differ."""
    return {
        queue: [
            (priority, minutes * MINUTE)
            for priority, minutes in enumerate(plan.minutes_of(queue))
            if minutes != plan.minutes[priority] or own[priority] is not None
        ]
        for queue, own in plan.queue_minutes.items()
    }


# --- The hours of a week ----------------------------------------------------------------------


@get(PAGE + "/week/{queue}", Permission.TEAM)
async def _week_page(request: DeskRequest) -> Response:
    queue = await _week_part(request)
    if (answer := require_step_up(request, f"{PAGE}/week/{queue or GENERAL}")) is not None:
        return answer
    plan = await _plan(request)
    return await _week_form_page(request, week_form(_week_of(plan, queue)), queue, plan)


@post(PAGE + "/week/{queue}", Permission.TEAM, *WEEK_FIELDS)
async def _change_week(request: DeskRequest) -> Response:
    queue = await _week_part(request)
    has_own = request.form.get("kind") == FIXED
    form = parse_week(request.form) if has_own else ParsedForm(request.form)
    if form.faults or _has_lapsed(request):
        return await _week_form_page(request, form, queue, await _plan(request))
    name = QUEUE_WEEK + queue if queue else WEEK
    if queue and not has_own:
        await _reset(request, name)
    else:
        detail = ";".join(
            f"{day}:{','.join(map(str, spans))}" for day, spans in enumerate(form.meaning or (), 1)
        )
        await _set(request, name, lambda _plan: form.meaning, detail if has_own else "none")
    request.flash(texts.HOURS_SAVED)
    is_administrator = request.caseworker.role is Role.ADMINISTRATOR
    is_of_office = queue.startswith(OFFICE_SIGN) and is_administrator
    return request.redirect(OFFICES if is_of_office else PAGE)


async def _week_form_page(
    request: DeskRequest, form: ParsedForm[Any], queue: str, plan: ServicePlan
) -> Response:
    office = await _office_name(request, queue)
    return _form_page(
        request, "hours_week.html", form, queue=queue, fixed=FIXED, unfixed=UNFIXED,
        general=GENERAL, office=office,
        queue_name=QUEUE_NAMES[Queue(queue)] if queue and not office else None,
        day_names=texts.DAY_NAMES, part=QUEUE_WEEK + queue if queue else WEEK,
        is_stored=WEEK in plan.stored and not queue,
    )  # fmt: skip


# --- Special days -----------------------------------------------------------------------------


@get(PAGE + "/days", Permission.TEAM)
async def _days_page(request: DeskRequest) -> Response:
    if (answer := require_step_up(request, f"{PAGE}/days")) is not None:
        return answer
    return _days_form_page(request, ParsedForm({}), await _plan(request))


@post(PAGE + "/days", Permission.TEAM, *DAY_FORM_FIELDS)
async def _add_day(request: DeskRequest) -> Response:
    """Add a special day, or change that of the same date."""
    plan = await _plan(request)
    form = parse_special_day(request.form, plan, request.now)
    added = form.meaning
    if added is None or _has_lapsed(request):
        return _days_form_page(request, form, plan)
    hours = ",".join(map(str, added.spans)) or "closed"
    await _set(request, DAYS, lambda it: with_day(it.days, added), f"+{added.day}:{hours}")
    request.flash(texts.HOURS_SAVED)
    return request.redirect(f"{PAGE}/days")


@post(PAGE + "/days/remove", Permission.TEAM, "day")
async def _remove_day(request: DeskRequest) -> Response:
    plan, today = await _plan(request), _today(request)
    if _has_lapsed(request):
        return _days_form_page(request, ParsedForm({}), plan)
    day = next((it.day for it in plan.days if it.day.isoformat() == request.form.get("day")), None)
    if day is None or day < today:
        raise NotFoundError("no such day")
    await _set(request, DAYS, lambda it: without_day(it.days, day), f"-{day}")
    request.flash(texts.HOURS_SAVED)
    return request.redirect(f"{PAGE}/days")


@post(PAGE + "/days/holidays", Permission.TEAM, *HOLIDAY_FIELDS)
async def _add_holidays(request: DeskRequest) -> Response:
    """Add the public holidays that were ticked."""
    plan, language = await _plan(request), request.locale.language
    chosen = [
        SpecialDay(it.day, it.name_in(language))
        for it in _proposed(request, plan)
        if request.form.get(f"{HOLIDAY_PREFIX}{it.day}")
    ]
    if _has_lapsed(request):
        return _days_form_page(request, ParsedForm(request.form), plan)
    if not chosen:
        request.flash(texts.NO_HOLIDAY_CHOSEN, is_refused=True)
        return request.redirect(f"{PAGE}/days")

    def added(plan: ServicePlan) -> tuple[SpecialDay, ...]:
        days = plan.days
        for it in chosen:
            days = with_day(days, it)
        return days

    detail = ",".join(f"+{it.day}" for it in chosen)
    await _set(request, DAYS, added, detail)
    request.flash(texts.HOURS_SAVED)
    return request.redirect(f"{PAGE}/days")


@post(PAGE + "/days/close-now", Permission.TEAM, "name")
async def _close_now(request: DeskRequest) -> Response:
    """Close all queues from now until the end of today."""
    now, plan = request.now, await _plan(request)
    name = " ".join(request.form.get("name", "").split())[:MAX_DAY_NAME]
    name = name if name.isprintable() else ""
    if _has_lapsed(request):
        return _days_form_page(request, ParsedForm({"reason": name}), plan)
    closes = name or request.locale(texts.CLOSED_EARLY)
    if plan.closed_from(now, closes) is None:
        request.flash(texts.CLOSED_ALREADY, is_refused=True)
        return request.redirect(f"{PAGE}/days")
    detail = f"closed:{datetime.fromtimestamp(now / SECOND, plan.zone):%Y-%m-%dT%H:%M}"
    await _set(request, DAYS, lambda it: it.closed_from(now, closes) or it.days, detail)
    request.flash(texts.CLOSED_FROM_NOW)
    return request.redirect(PAGE)


def _days_form_page(
    request: DeskRequest, form: ParsedForm[SpecialDay], plan: ServicePlan
) -> Response:
    today = _today(request)
    return _form_page(
        request, "hours_days.html", form, days=plan.days_from(today),
        proposed=_proposed(request, plan), holiday_prefix=HOLIDAY_PREFIX,
        language=request.locale.language, day_names=texts.DAY_NAMES, today=today,
        may_close=plan.closed_from(request.now, "") is not None, part=DAYS,
        is_stored=DAYS in plan.stored, max_name=MAX_DAY_NAME,
    )  # fmt: skip


def _proposed(request: DeskRequest, plan: ServicePlan) -> list[PublicHoliday]:
    """Return the public holidays to come that are no special day yet."""
    today = _today(request)
    holidays = request.context.place.holidays
    return [it for it in holidays if it.day >= today and plan.special_day(it.day) is None]


# --- Reply times ------------------------------------------------------------------------------


@get(PAGE + "/replies", Permission.TEAM)
async def _replies_page(request: DeskRequest) -> Response:
    if (answer := require_step_up(request, f"{PAGE}/replies")) is not None:
        return answer
    plan = await _plan(request)
    typed = map(_typed_minutes, plan.minutes)
    return _replies_form_page(
        request, ParsedForm(dict(zip(REPLY_FIELDS, typed, strict=True))), plan
    )


@post(PAGE + "/replies", Permission.TEAM, *REPLY_FIELDS)
async def _change_replies(request: DeskRequest) -> Response:
    form = parse_replies(request.form)
    if form.meaning is None or _has_lapsed(request):
        return _replies_form_page(request, form, await _plan(request))
    detail = ",".join(map(str, form.meaning))
    await _set(request, REPLIES, lambda _plan: form.meaning, detail)
    request.flash(texts.HOURS_SAVED)
    return request.redirect(PAGE)


@get(PAGE + "/replies/{queue}", Permission.TEAM)
async def _queue_replies_page(request: DeskRequest) -> Response:
    queue = _own_queue(request)
    if (answer := require_step_up(request, f"{PAGE}/replies/{queue}")) is not None:
        return answer
    plan = await _plan(request)
    own = plan.queue_minutes.get(queue, (None,) * len(REPLY_FIELDS))
    named = zip(REPLY_FIELDS, own, strict=True)
    typed = {name: _typed_minutes(it) for name, it in named if it is not None}
    return _replies_form_page(request, ParsedForm(typed), plan, queue)


@post(PAGE + "/replies/{queue}", Permission.TEAM, *REPLY_FIELDS)
async def _change_queue_replies(request: DeskRequest) -> Response:
    """Set the reply times of a queue; with all fields empty it has none of its own."""
    queue, plan = _own_queue(request), await _plan(request)
    form = parse_own_replies(request.form, plan.minutes)
    if form.meaning is None or _has_lapsed(request):
        return _replies_form_page(request, form, plan, queue)
    if any(it is not None for it in form.meaning):
        detail = ",".join("-" if it is None else str(it) for it in form.meaning)
        await _set(request, QUEUE_REPLIES + queue, lambda _plan: form.meaning, detail)
    else:
        await _reset(request, QUEUE_REPLIES + queue)
    request.flash(texts.HOURS_SAVED)
    return request.redirect(PAGE)


def _replies_form_page(
    request: DeskRequest, form: ParsedForm[Any], plan: ServicePlan, queue: str = ""
) -> Response:
    general = [_typed_minutes(it) if queue else "" for it in plan.minutes]
    return _form_page(
        request, "hours_replies.html", form, part=REPLIES, fields=REPLY_FIELDS, general=general,
        is_stored=REPLIES in plan.stored and not queue, priority_names=PRIORITY_NAMES, queue=queue,
        queue_name=QUEUE_NAMES[Queue(queue)] if queue else None,
    )  # fmt: skip


def _typed_minutes(minutes: int) -> str:
    """Return minutes as they can be typed."""
    for unit, size in (("d", 24 * 60), ("h", 60)):
        if minutes % size == 0:
            return f"{minutes // size} {unit}"
    return f"{minutes} min"


# --- All of them ------------------------------------------------------------------------------


@post(PAGE + "/reset", Permission.TEAM, "part", needs_step_up=True)
async def _use_settings(request: DeskRequest) -> Response:
    """Let the settings decide about a part again."""
    part = request.form.get("part", "")
    if part not in PARTS:
        raise NotFoundError("no such part")
    await _reset(request, part)
    request.flash(texts.HOURS_SAVED)
    return request.redirect(PAGE)


async def _set(
    request: DeskRequest, name: str, value: Callable[[ServicePlan], object], detail: str
) -> None:
    """Store a part, computed from what holds when it is stored."""
    context, by, now = request.context, request.caseworker.id, request.now

    def store(work: Work) -> None:
        context.service_hours.set(work, name, value(context.service_hours.plan(work)), by, now)
        context.audit.record(work, now, by, "hours_set", name, detail[:MAX_DETAIL])

    await request.write(store)


async def _reset(request: DeskRequest, name: str) -> None:
    context, by, now = request.context, request.caseworker.id, request.now

    def reset(work: Work) -> None:
        if context.service_hours.reset(work, name):
            context.audit.record(work, now, by, "hours_reset", name)

    await request.write(reset)


async def _plan(request: DeskRequest) -> ServicePlan:
    return await request.read(request.context.service_hours.plan)


def _form_page(
    request: DeskRequest, template: str, form: ParsedForm[Any], **values: Any
) -> Response:
    errors = {name: request.locale(text, **blanks) for name, (text, blanks) in form.faults.items()}
    has_lapsed = _has_lapsed(request)
    is_refused = bool(errors) or has_lapsed
    return request.render(
        template, form=form, errors=errors, has_lapsed=has_lapsed,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if is_refused else HTTPStatus.OK, **values,
    )  # fmt: skip


def _has_lapsed(request: DeskRequest) -> bool:
    return not request.current_session.has_stepped_up(request.now)


def _queue(request: DeskRequest) -> str:
    """Return the queue of an address, empty for the deployment; raise NotFoundError for neither."""
    named = request.param("queue")
    if named != GENERAL and named not in set(Queue):
        raise NotFoundError("no such queue")
    return "" if named == GENERAL else named


async def _week_part(request: DeskRequest) -> str:
    """Return what stands for the office of an address, else the queue as `_queue`."""
    named = request.param("queue")
    if not named.startswith(OFFICE_SIGN):
        return _queue(request)
    if not await _office_name(request, named):
        raise NotFoundError("no such office")
    return named


async def _office_name(request: DeskRequest, part: str) -> str:
    """Return the name of the open office that a part stands for; empty for none."""
    if not part.startswith(OFFICE_SIGN):
        return ""
    plan = await request.read(request.context.offices.plan)
    found = plan.find_open(part.removeprefix(OFFICE_SIGN))
    return found.name_in(request.locale.language) if found else ""


def _own_queue(request: DeskRequest) -> str:
    if not (queue := _queue(request)):
        raise NotFoundError("the general reply times have an address of their own")
    return queue


def _week_of(plan: ServicePlan, queue: str) -> Week | None:
    return plan.queue_weeks.get(queue) if queue else plan.week


def _today(request: DeskRequest) -> date:
    return datetime.fromtimestamp(request.now / SECOND, request.context.zone).date()
