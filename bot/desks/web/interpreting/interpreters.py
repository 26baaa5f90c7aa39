"""Pages for supervisors: interpreters, what may be a conflict, and the fee sheet of a month."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.desks.web import texts
from bot.desks.web.interpreting.fees import (
    fee_csv,
    fee_lines,
    fee_totals,
    month_span,
    parse_month,
    recent_months,
)
from bot.desks.web.interpreting.names import pseudonyms
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.hotline.interpreting.profiles import (
    CONFLICT_FIELDS,
    MAX_CONFLICT_LENGTH,
    Conflicts,
    InterpreterProfiles,
)
from bot.hotline.interpreting.sessions import InterpretingSessions

if TYPE_CHECKING:
    from bot.desks.web.interpreting.fees import FeeLine, FeeTotal
    from bot.hotline.staff.staff import Caseworker
    from bot.places.interpreter_fees import FeeRule
    from bot.store.writer import Work

PAGE = "/interpreters"
FEES_PAGE = PAGE + "/fees"


@dataclass(frozen=True, slots=True)
class InterpreterRow:
    """One interpreter on the list."""

    by: Caseworker
    pseudonym: str
    conflicts: Conflicts
    is_busy: bool


@dataclass(frozen=True, slots=True)
class FeeSheet:
    """The sessions of one month by one rule."""

    month: str
    rule: FeeRule | None
    lines: list[FeeLine]
    totals: list[FeeTotal]
    names: dict[str, tuple[str, str]]
    """Pseudonym and name, by the id among the staff."""


@get(PAGE, Permission.TEAM)
async def _interpreters_page(request: DeskRequest) -> Response:
    rows = await request.read(lambda work: _load_rows(work, request))
    return request.render(
        "interpreters.html", rows=rows, fields=texts.CONFLICT_FIELDS,
        max_length=MAX_CONFLICT_LENGTH,
        present={it.by.id for it in rows if request.context.streams.count(it.by.id)},
    )  # fmt: skip


def _load_rows(work: Work, request: DeskRequest) -> list[InterpreterRow]:
    names = pseudonyms(work, request.locale)
    conflicts = InterpreterProfiles(request.context.vault).all(work)
    busy = {it.interpreter for it in InterpretingSessions.all_open(work, request.now)}
    return [
        InterpreterRow(
            it, names.get(it.id, it.id), conflicts.get(it.id, Conflicts()), it.id in busy
        )
        for it in request.context.staff.all(work)
        if it.is_active and it.role is Role.INTERPRETER
    ]


@post(PAGE + "/{who}/conflicts", Permission.TEAM, *CONFLICT_FIELDS)
async def _store_conflicts(request: DeskRequest) -> Response:
    """Write down what may bring an interpreter too close to a case."""
    who, by, now, context = (
        request.param("who"),
        request.caseworker.id,
        request.now,
        request.context,
    )
    typed = {name: " ".join(request.form.get(name, "").split()) for name in CONFLICT_FIELDS}
    if any(len(it) > MAX_CONFLICT_LENGTH for it in typed.values()):
        request.flash(texts.CONFLICT_TOO_LONG, is_refused=True, most=str(MAX_CONFLICT_LENGTH))
        return request.redirect(PAGE)

    def store(work: Work) -> bool:
        found = request.find_active(work, who)
        if found is None or found.role is not Role.INTERPRETER:
            return False
        InterpreterProfiles(context.vault).store(work, who, Conflicts(**typed), now)
        context.audit.record(work, now, by, "interpreter_conflicts", who)
        return True

    if not await request.write(store):
        raise NotFoundError("no such interpreter")
    request.flash(texts.SAVED)
    return request.redirect(PAGE)


@get(FEES_PAGE, Permission.TEAM)
async def _fees_page(request: DeskRequest) -> Response:
    sheet = await _load_sheet(request)
    return request.render(
        "interpreter_fees.html", sheet=sheet, rules=request.context.place.interpreter_fees,
        months=recent_months(request.now, request.context.zone),
    )  # fmt: skip


@get(FEES_PAGE + "/{month}/{rule}/csv", Permission.TEAM)
async def _fees_csv(request: DeskRequest) -> Response:
    """Return the sheet as a file; the audit log records it, because it names interpreters."""
    sheet = await _load_sheet(request)
    await request.audit("fee_sheet", request.caseworker.id, sheet.month)
    data = "\ufeff" + fee_csv(sheet.lines, sheet.names, sheet.rule, request.context.zone)
    name = f"interpreters-{sheet.month}.csv"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(data.encode(), media_type="text/csv; charset=utf-8", headers=headers)


@get(FEES_PAGE + "/{month}/{rule}", Permission.TEAM)
async def _month_page(request: DeskRequest) -> Response:
    return await _fees_page.handler(request)


async def _load_sheet(request: DeskRequest) -> FeeSheet:
    zone, rules = request.context.zone, request.context.place.interpreter_fees
    month = parse_month(request.param("month"), request.now, zone)
    chosen = [it for it in rules if it.code == request.param("rule")] or list(rules[:1])

    def look(work: Work) -> FeeSheet:
        lines = fee_lines(InterpretingSessions.hours(work, *month_span(month, zone)), chosen, zone)
        called = pseudonyms(work, request.locale)
        names = {
            it.id: (called.get(it.id, it.id), it.name) for it in request.context.staff.all(work)
        }
        rule = chosen[0] if chosen else None
        return FeeSheet(month, rule, lines, fee_totals(lines), names)

    return await request.read(look)
