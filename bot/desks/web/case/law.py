"""Legal deadlines, entitlements and draft forms of one case."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.consents import ConsentRecords
from bot.cases.escape_text import escape_line
from bot.clock import DAY
from bot.desks.web import texts
from bot.desks.web.auth.case_access import CaseAccess, read_case
from bot.desks.web.auth.step_up import require_step_up, text_download
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.deadlines import STRIKE, DeadlineEventRow, deadline_line
from bot.hotline.form_data import (
    OFFICE_LANGUAGE,
    OfficeWords,
    base_fields,
    call_back_fields,
    event_days,
    person_statements,
    record_fields,
)
from bot.hotline.origins.store import CaseOrigins
from bot.places.forms import OfficeForm, OfficeForms, fill_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.places.deadlines import Deadline
    from bot.places.place import EntitlementView
    from bot.store.writer import Work

SOON = 3 * DAY
AMOUNTS = "amounts"
REPORTER = "reporter"
"""The blank for who reports: the one who makes the draft, unless another does in the end."""


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One running legal deadline, as staff read it."""

    summary: str  # `help may end in 19 h (72-hour contact rule)`
    nearness: str
    last_day: str  # last day, or hour; empty if it has no end
    opens_on: str
    must: str
    articles: tuple[str, ...]
    is_duty: bool
    """Whether it is a duty to report, which has a section of its own."""


@dataclass(slots=True)
class LegalStatus:
    """What the law says about a case, from the recorded events."""

    deadlines: list[DeadlineView] = field(default_factory=list)
    events: list[tuple[DeadlineEventRow, str, str]] = field(default_factory=list)
    """Each with when it was, and what, as staff read it."""
    event_kinds: Mapping[str, str] = field(default_factory=dict)
    today: str = ""
    is_altered: bool = False
    """Whether a row cannot be decrypted; then nothing is computed from the others either."""
    entitlements: list[EntitlementView] = field(default_factory=list)
    amounts_source: str = ""
    office_forms: tuple[str, ...] = ()


def legal_status(work: Work, request: DeskRequest, case: str) -> LegalStatus:
    """Return what the law says about a case."""
    context, locale = request.context, request.locale
    deadlines, place = context.legal_deadlines, context.place
    today = deadlines.law.date_of(request.now)
    found = LegalStatus(
        event_kinds={it.code: locale(it.text) for it in deadlines.law.typed_kinds.values()},
        today=today.isoformat(),
        office_forms=tuple(
            code for code, it in place.office_forms.forms.items() if not it.is_report
        )
        if place.office_forms
        else (),
    )
    try:
        rows = deadlines.events(work, case)
    except DecryptionError:
        found.is_altered = True
        return found
    standing = {row.event.code for row in rows if not row.is_struck}
    found.deadlines = [_deadline_view(request, it) for it in deadlines.running(work, case)]
    found.events = [_event_view(request, row) for row in rows if row.event.code != STRIKE]
    found.entitlements = place.list_entitlements(
        standing, today, locale.staff_catalogue, locale.flow_catalogue
    )
    found.amounts_source = place.chapters[AMOUNTS].source if found.entitlements else ""
    return found


def _deadline_view(request: DeskRequest, deadline: Deadline) -> DeadlineView:
    locale, left = request.locale, deadline.time_left(request.now)
    nearness = "fine"
    if (left is not None and left < 0) or deadline.is_reached:
        nearness = "late"
    elif left is not None and left < SOON:
        nearness = "soon"
    return DeadlineView(
        deadline_line(deadline, locale.staff_catalogue, request.now), nearness,
        _end_text(request, deadline), deadline.opens_on.isoformat() if deadline.opens_on else "",
        locale(deadline.rule.requirement),
        tuple(it.render(locale.staff_catalogue) for it in deadline.rule.articles),
        deadline.is_duty,
    )  # fmt: skip


def _end_text(request: DeskRequest, deadline: Deadline) -> str:
    if deadline.ends_at is None or deadline.last_day is None:
        return ""
    if deadline.start.at is None or not deadline.rule.counts_hours:
        return deadline.last_day.isoformat()
    return request.context.legal_deadlines.law.format_time(deadline.ends_at)


def _event_view(request: DeskRequest, row: DeadlineEventRow) -> tuple[DeadlineEventRow, str, str]:
    it, law = row.event, request.context.legal_deadlines.law
    kind = law.event_kinds.get(it.code)
    when = it.day if it.moment is None else law.format_time(it.moment)
    return row, when, request.locale(kind.text) if kind else it.code


# --- Draft forms ----------------------------------------------------------------------


@get("/cases/{reference}/forms/{form}", Permission.CASE)
async def _download_form(request: DeskRequest) -> Response:
    """Return a draft form; it is audited first."""
    forms = request.context.place.office_forms
    form = forms.forms.get(request.param("form")) if forms else None
    if forms is None or form is None:
        raise NotFoundError("no such form")
    seen = await read_case(request)
    consents = ConsentRecords(request.context.vault)
    if await request.read(lambda work: consents.taken_back_at(work, seen.case)) is not None:
        request.flash(texts.EXPORT_LOCKED, is_refused=True)
        return request.redirect(f"/cases/{seen.summary.reference}")
    if first := require_step_up(request, f"/cases/{request.param('reference')}"):
        return first
    text = await _fill_form(request, seen, forms, form)
    return text_download(f"{seen.summary.reference}-{form.code}.txt", text)


async def _fill_form(
    request: DeskRequest, seen: CaseAccess, forms: OfficeForms, form: OfficeForm
) -> str:
    context, keyring, now = request.context, request.keyring(), request.now
    try:
        opened = await context.case_reader(OFFICE_LANGUAGE).open(seen.summary.reference, keyring)
    except CaseNotReadableError:
        raise NotFoundError("no access") from None
    if opened is None or not opened.is_decrypted:
        raise NotFoundError("no access")

    locale = context.locale(OFFICE_LANGUAGE)
    words = OfficeWords(
        locale.staff_catalogue, locale.flow_catalogue, context.counties, context.spoken
    )

    def load(work: Work) -> dict[str, str]:
        opener = context.vault.cases.opener(seen.case, keyring)
        record = context.record_entries.load(work, seen.case, opener)
        origin = CaseOrigins.of_case(work, seen.case, opener)
        call_back = origin.call_back if origin else None
        return record_fields(forms, record, words) | call_back_fields(forms, call_back, words)

    def record(work: Work) -> dict[str, str]:
        context.audit.record(work, now, request.caseworker.id, "draft", seen.case, form.code)
        return event_days(work, context.legal_deadlines, forms, form, seen.case)

    fields = base_fields(
        forms, opened, organisation=context.organisation, contact=context.contact,
        zone=context.zone, now=now,
    )  # fmt: skip
    fields[REPORTER] = escape_line(request.caseworker.name)
    known = {**await request.read(load), **await request.write(record), **fields}
    return fill_form(forms, form, known, person_statements(opened) if form.includes_answers else [])
