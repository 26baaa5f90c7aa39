"""What the law says to one case: clocks that run, what there is by law, papers for offices."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.auth.step_up import require_step_up, text_download
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route
from bot.errors import CaseNotReadableError, DecryptionError
from bot.hotline.deadlines import STRIKE, deadline_line
from bot.hotline.form_data import OFFICE_LANGUAGE, base_fields, event_days, person_statements
from bot.places.entitlements import list_entitlements
from bot.places.forms import fill_form

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.responses import Response

    from bot.desks.web.auth.case_access import CaseAccess
    from bot.desks.web.request import DeskRequest
    from bot.hotline.deadlines import DeadlineEventRow
    from bot.places.deadlines import Deadline
    from bot.places.entitlements import EntitlementView
    from bot.places.forms import OfficeForm, OfficeForms
    from bot.store.writer import Work

SOON = 3 * DAY
AMOUNTS = "amounts"


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """One clock that runs, as staff read it."""

    summary: str
    """`help may end in 19 h (72-hour contact rule)`."""
    nearness: str
    """How near its end is, as a class of the stylesheet."""
    last_day: str
    """The last day, or the hour; empty for what only counts."""
    opens_on: str
    must: str
    articles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class LegalEventView:
    """One event as it was entered."""

    number: int
    when: str
    what: str
    by: str
    """The id of whoever entered it."""
    is_counted: bool


@dataclass(slots=True)
class LegalStatus:
    """What the law says to a case, as far as staff have entered what happened."""

    deadlines: list[DeadlineView] = field(default_factory=list)
    events: list[LegalEventView] = field(default_factory=list)
    event_kinds: Mapping[str, str] = field(default_factory=dict)
    """What can be entered, and which day of it counts."""
    today: str = ""
    is_altered: bool = False
    """Whether a row of it does not open: then nothing is computed from the others either."""
    entitlements: list[EntitlementView] = field(default_factory=list)
    amounts_source: str = ""
    """Where the amounts were read."""
    office_forms: tuple[str, ...] = ()


def legal_status(work: Work, request: DeskRequest, case: str) -> LegalStatus:
    """Return what the law says to a case, for somebody who may read it."""
    front, tongue = request.context, request.locale
    clocks, place = front.legal_deadlines, front.place
    today = clocks.law.date_of(request.now)
    found = LegalStatus(
        event_kinds={it.code: tongue(it.text) for it in clocks.law.event_kinds.values()},
        today=today.isoformat(),
        office_forms=tuple(place.office_forms.forms) if place.office_forms else (),
    )
    try:
        rows = clocks.events(work, case)
    except DecryptionError:
        found.is_altered = True
        return found
    standing_ = {row.event.code for row in rows if not row.is_struck}
    found.deadlines = [_deadline_view(request, it) for it in clocks.running(work, case)]
    found.events = [_event_view(request, row) for row in rows if row.event.code != STRIKE]
    found.entitlements = list_entitlements(
        place, standing_, today, tongue.staff_catalogue, tongue.flow_catalogue
    )
    found.amounts_source = place.chapters[AMOUNTS].source if found.entitlements else ""
    return found


def _deadline_view(request: DeskRequest, deadline: Deadline) -> DeadlineView:
    tongue, left = request.locale, deadline.time_left(request.now)
    nearness = "fine"
    if (left is not None and left < 0) or deadline.is_reached:
        nearness = "late"
    elif left is not None and left < SOON:
        nearness = "soon"
    clock = deadline.rule
    return DeadlineView(
        deadline_line(deadline, tongue.staff_catalogue, request.now),
        nearness,
        _end_text(request, deadline),
        deadline.opens_on.isoformat() if deadline.opens_on else "",
        tongue(clock.requirement),
        tuple(it.render(tongue.staff_catalogue) for it in clock.articles),
    )


def _end_text(request: DeskRequest, deadline: Deadline) -> str:
    """Return the last day; where the law counts hours, the hour."""
    if deadline.ends_at is None or deadline.last_day is None:
        return ""
    if deadline.start.at is None or not deadline.rule.counts_hours:
        return deadline.last_day.isoformat()
    return request.context.legal_deadlines.law.format_time(deadline.ends_at)


def _event_view(request: DeskRequest, row: DeadlineEventRow) -> LegalEventView:
    it, law = row.event, request.context.legal_deadlines.law
    kind = law.event_kinds.get(it.code)
    when = it.day if it.moment is None else law.format_time(it.moment)
    what = request.locale(kind.text) if kind else it.code
    return LegalEventView(row.number, when, what, it.by, not row.is_struck)


# --- papers for offices ----------------------------------------------------------------------


async def download_form(request: DeskRequest) -> Response:
    """Hand over a draft of a paper; that it was made is in the audit log before anybody has it."""
    front, papers = request.context, request.context.place.office_forms
    paper = papers.forms.get(request.param("paper")) if papers else None
    reference = request.param("reference")
    if papers is None or paper is None:
        raise NotFoundError("no such paper")
    seen = await front.read_pool.run(lambda work: _readable(work, request, reference))
    if first := require_step_up(request, f"/cases/{reference}"):
        return first
    text = await _fill_form(request, seen, papers, paper)
    return text_download(f"{seen.summary.reference}-{paper.code}.txt", text)


def _readable(work: Work, request: DeskRequest, reference: str) -> CaseAccess:
    seen = check_case_access(work, request, reference)
    if not seen.may_read:
        raise NotFoundError("not theirs")
    return seen


async def _fill_form(
    request: DeskRequest, seen: CaseAccess, papers: OfficeForms, paper: OfficeForm
) -> str:
    front, keyring, now = request.context, request.keyring(), request.now
    try:
        opened = await front.case_reader(OFFICE_LANGUAGE).open(seen.summary.reference, keyring)
    except CaseNotReadableError:
        raise NotFoundError("not theirs") from None
    if opened is None or not opened.is_decrypted:
        raise NotFoundError("not theirs")

    def note(work: Work) -> dict[str, str]:
        front.audit.record(work, now, request.caseworker.id, "draft", seen.case, paper.code)
        return event_days(work, front.legal_deadlines, papers, paper, seen.case)

    helps = base_fields(
        papers, opened, organisation=front.organisation, contact=front.contact, zone=front.zone,
        now=now,
    )  # fmt: skip
    known = {**await front.database.writer.run(note), **helps}
    return fill_form(
        papers, paper, known, person_statements(opened) if paper.includes_answers else []
    )


ROUTES = (Route("/cases/{reference}/drafts/{paper}", download_form, Permission.CASE),)
