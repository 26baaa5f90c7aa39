"""Pages of offices, for administrators: which there are, what they serve, and closing one.

A change decides about cases to come. Those that wait stay where they are; only closing an office
passes its open cases on, to the default office.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web.administration import texts
from bot.desks.web.administration.hours_form import ParsedForm
from bot.desks.web.administration.office_form import (
    COUNTY_PREFIX,
    DEFAULT,
    NAME_PREFIX,
    OFFICE_FIELDS,
    marked_counties,
    office_form,
    parse_office,
)
from bot.desks.web.auth.step_up import require_step_up
from bot.desks.web.queue.pages import county_names
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.staff.enrolment import reads_cases
from bot.hotline.staff.offices import MAX_NAME, MAX_OFFICES
from bot.hotline.staff.service_hours import ServicePlan, office_part
from bot.languages import STAFF_LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.offices import Office, OfficePlan
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

PAGE = "/administration/offices"
NEW = "new"
MAX_DETAIL = 200


@dataclass(frozen=True, slots=True)
class OfficeRow:
    """One office on the list."""

    office: Office
    staff: int
    waiting: int
    is_ready: bool


@get(PAGE, Permission.STAFF)
async def _list_page(request: DeskRequest) -> Response:
    def look(work: Work) -> tuple[list[OfficeRow], list[Caseworker], ServicePlan]:
        offices, everyone = request.context.offices, _who_read(request, work)
        ready = offices.ready(work, request.now)
        counts = Counter(of for it in everyone for of in it.offices)
        rows = [
            OfficeRow(it, counts[it.id], offices.waiting_of(work, it.id), it.id in ready)
            for it in offices.plan(work)
        ]
        unbound = [it for it in everyone if not it.offices]
        return rows, unbound, request.context.service_hours.plan(work)

    rows, unbound, hours = await request.read(look)
    return request.render(
        "offices.html", rows=rows, unbound=unbound, counties=county_names(request),
        weeks={it.office.id: hours.queue_weeks.get(office_part(it.office.id)) for it in rows},
        day_names=texts.DAY_NAMES, language=request.locale.language,
        may_add=len(rows) < MAX_OFFICES, shows_text=_group_shows_text(request),
    )  # fmt: skip


@get(PAGE + "/{office}", Permission.STAFF)
async def _office_page(request: DeskRequest) -> Response:
    plan, old = await _plan(request)
    if (answer := require_step_up(request, f"{PAGE}/{old.id if old else NEW}")) is not None:
        return answer
    return await _form_page(request, office_form(old) if old else ParsedForm({}), plan, old)


@post(PAGE + "/{office}", Permission.STAFF, *OFFICE_FIELDS)
async def _save(request: DeskRequest) -> Response:
    plan, old = await _plan(request)
    form = parse_office(request.form, request.context.counties, plan, old)
    office = form.meaning
    has_lapsed = not request.current_session.has_stepped_up(request.now)
    if office is None or has_lapsed or _group_shows_text(request):
        return await _form_page(request, form, plan, old)
    offices, by, now = request.context.offices, request.caseworker.id, request.now

    def save(work: Work) -> bool:
        if old is None and sum(1 for _ in offices.plan(work)) >= MAX_OFFICES:
            return False
        saved = office if old else offices.add(work, office, by, now)
        if old is not None:
            offices.change(work, office, by, now)
        detail = ",".join([*saved.counties, *(["default"] if saved.is_default else [])])
        deed = "office_change" if old else "office_add"
        request.context.audit.record(work, now, by, deed, saved.id, detail[:MAX_DETAIL])
        return True

    if await request.write(save):
        request.flash(texts.OFFICE_SAVED)
    else:
        request.flash(texts.OFFICES_FULL, is_refused=True, count=str(MAX_OFFICES))
    return request.redirect(PAGE)


@post(PAGE + "/{office}/close", Permission.STAFF, "sure", needs_step_up=True)
async def _close(request: DeskRequest) -> Response:
    """Close an office: its open cases and its colleagues go to the default one."""
    plan, old = await _plan(request)
    if old is None:
        raise NotFoundError("no such office")
    if not request.form.get("sure"):
        request.flash(texts.OFFICE_NOT_SURE, is_refused=True)
        return request.redirect(f"{PAGE}/{old.id}")
    if old.is_default and any(it.id != old.id for it in plan):
        request.flash(texts.DEFAULT_STAYS, is_refused=True)
        return request.redirect(f"{PAGE}/{old.id}")
    context, by, now = request.context, request.caseworker.id, request.now

    def close(work: Work) -> int:
        moved = context.offices.close(work, old, context.staff, by, now)
        context.service_hours.reset(work, f"week/{office_part(old.id)}")
        context.audit.record(work, now, by, "office_close", old.id, f"staff:{len(moved)}")
        return len(moved)

    await request.write(close)
    request.flash(texts.OFFICE_CLOSED, name=old.name_in(request.locale.language))
    return request.redirect(PAGE)


def _group_shows_text(request: DeskRequest) -> bool:
    """Whether a group in Telegram shows every member what people of all offices write."""
    settings = request.context.settings
    return bool(settings.desk_group) and settings.desk_mode == "content"


def _who_read(request: DeskRequest, work: Work) -> list[Caseworker]:
    return [it for it in request.context.staff.all(work) if it.is_active and reads_cases(it.role)]


async def _plan(request: DeskRequest) -> tuple[OfficePlan, Office | None]:
    """Return all offices, and the one that is asked for; None for a new one.

    Raises:
        NotFoundError: there is no such office, or it was closed.
    """
    plan, wanted = await request.read(request.context.offices.plan), request.param("office")
    old = plan.find_open(wanted)
    if old is None and wanted != NEW:
        raise NotFoundError("no such office")
    return plan, old


async def _form_page(
    request: DeskRequest, form: ParsedForm[Office], plan: OfficePlan, old: Office | None
) -> Response:
    names, counties = plan.names(request.locale.language), county_names(request)
    errors = {
        field: request.locale(text, **_named(blanks, names, counties))
        for field, (text, blanks) in form.faults.items()
    }
    has_lapsed = not request.current_session.has_stepped_up(request.now)
    staff = await request.read(lambda work: _who_read(request, work))
    return request.render(
        "office.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if errors or has_lapsed else HTTPStatus.OK,
        form=form, errors=errors, has_lapsed=has_lapsed, office=old, counties=counties,
        name=old.name_in(request.locale.language) if old else "", max_name=MAX_NAME,
        is_first=not plan, is_last=sum(1 for _ in plan) == 1, tags=STAFF_LANGUAGES,
        served={code: names[it.id] for it in plan if it != old for code in it.counties},
        staff=[it for it in staff if old and old.id in it.offices],
        shows_text=_group_shows_text(request),
        marked=marked_counties(form.values), name_prefix=NAME_PREFIX, county_prefix=COUNTY_PREFIX,
        default=DEFAULT,
    )  # fmt: skip


def _named(
    blanks: Mapping[str, str], names: Mapping[str, str], counties: Mapping[str, str]
) -> dict[str, str]:
    """Return blanks with the names of a county and an office in place of their codes."""
    known = {"county": counties, "office": names}
    return {name: known.get(name, {}).get(value, value) for name, value in blanks.items()}
