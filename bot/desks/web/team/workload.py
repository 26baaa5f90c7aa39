"""Team page for supervisors: overdue replies, who is on duty, workload, assignment in the row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cases.offices import CasePlace
from bot.cases.state_machine import CASE_ROLES, CaseState
from bot.clock import MINUTE
from bot.desks.web import texts
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.preferences import QueueFilter
from bot.desks.web.queue import queries
from bot.desks.web.queue.saved_views import list_address
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.desks.web.team.closed import DAYS as CLOSED_DAYS
from bot.desks.web.team.closed import closed_by_outcome
from bot.desks.web.team.open_duties import open_duties
from bot.desks.web.team.overdue import overdue_cases, overdue_replies, waiting_cases
from bot.hotline.commands.types import Verb
from bot.hotline.queue.case_status import IS_HELD
from bot.hotline.queue.offers import chat_weight, skill_name
from bot.hotline.queue.visibility import is_seen_by, serves, works_for
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work

MAX_LATE_SHOWN = 20
"""Overdue cases on the page; the count says how many there are."""
MAX_WAITING_SHOWN = 20
"""Cases that no one has on the page, the next due first."""
_HELD = select_in(
    cases, "holder", "reference", "priority", "language", "due_at", "queue", "office",
    "status", "waiting_since", among="holder", by=IS_HELD,
)  # fmt: skip


@get("/team", Permission.TEAM)
async def _team_page(request: DeskRequest) -> Response:
    return request.render("team.html", **await _page_values(request))


@get("/team/pane", Permission.TEAM, is_pane=True, is_background=True)
async def _team_pane(request: DeskRequest) -> Response:
    return request.render("_team.html", **await _page_values(request))


@post(
    "/team/assign", Permission.TEAM, "reference", "to", "words",
    repetition=Repetition.SAME_RESULT,
)  # fmt: skip
async def _assign_case(request: DeskRequest) -> Response:
    """Transfer a case; of a colleague's the words say why, and stay in the case as a note."""
    reference, to = request.form.get("reference", ""), request.form.get("to", "")[:32]
    seen = await request.read(lambda work: check_case_access(work, request, reference))
    why = request.form.get("words", "")
    told = await send_command(request, seen.case, Verb.TRANSFER, ActionInput(to, why))
    if told is None or told.is_refused:
        flash_result(request, told)
    else:
        colleague = await request.read(lambda work: request.context.staff.find(work, to))
        request.flash(
            texts.CASE_ASSIGNED,
            reference=seen.summary.reference,
            colleague=(colleague and colleague.name) or to,
        )
    return request.redirect("/team")


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    context, now = request.context, request.now

    def look(work: Work) -> dict[str, Any]:
        by = request.caseworker
        team = workloads(work, context.staff, now, by)
        first = overdue_cases(work, now, MAX_LATE_SHOWN)
        waiting = waiting_cases(work, by, now, MAX_WAITING_SHOWN)
        return {
            "workloads": team,
            "skill_name": lambda code: request.locale(skill_name(code)),
            "late": overdue_replies(work, now),
            "overdue": queries.load_rows(work, context, by, first, now),
            "open_duties": open_duties(work, request),
            "closed": closed_by_outcome(work, now),
            "closed_days": CLOSED_DAYS,
            "closed_with": lambda code: list_address(
                queries.CLOSED, QueueFilter(outcome=code).address
            ),
            "max_waiting": MAX_WAITING_SHOWN,
            "waiting": queries.load_rows(work, context, by, waiting, now),
            "available_for": lambda case, holder: available_for(team, case, holder, request.now),
            "readers_of": lambda language: [
                it for it in team if it.is_available and language in it.by.languages
            ],
        }

    return await request.read(look)


@dataclass(frozen=True, slots=True)
class WorkloadCase:
    """One assigned case."""

    reference: str
    priority: int
    language: str
    due_at: int | None
    queue: str
    office: str | None
    state: CaseState
    waiting_since: int

    @property
    def place(self) -> CasePlace:
        """Return what decides who sees it."""
        return CasePlace(self.queue, self.office, self.due_at)


@dataclass(frozen=True, slots=True)
class Workload:
    """One caseworker with their cases."""

    by: Caseworker
    cases: list[WorkloadCase]
    load: int  # number of cases; an emergency counts as two, a referred one does not count
    late: int
    is_resting: bool

    def break_left(self, now: int) -> int:
        """Return the rest of a break, rounded up to the next minute."""
        return self.by.rests_until - now + MINUTE

    @property
    def free_slots(self) -> int:
        """Return how many more cases they can take."""
        return max(0, self.by.most - self.load)

    @property
    def is_available(self) -> bool:
        """Whether they are on duty and on no break."""
        return self.by.is_on_duty and not self.is_resting


def workloads(
    work: Work, staff: Staff, now: int, seen_by: Caseworker | None = None
) -> list[Workload]:
    """Return the staff who are on duty or have cases, the highest load first.

    A caseworker whose access has ended and who still has cases is among them. Who belongs to some
    offices sees the colleagues of these, and of others only the cases whose reply is overdue.
    """
    everyone = staff.all(work)
    held: dict[str, list[WorkloadCase]] = {}
    for row in work.rows_in(_HELD, [by.id for by in everyone]):
        holder, reference, priority, language, due_at, queue, office, status, since = row
        case = WorkloadCase(
            reference, priority, language, due_at, queue, office, CaseState(status), since
        )
        if seen_by is None or is_seen_by(seen_by, case.place, now):
            held.setdefault(holder, []).append(case)
    found = []
    for by in everyone:
        mine = sorted(
            held.get(by.id, []), key=lambda it: (it.priority, it.waiting_since, it.reference)
        )
        if mine or (
            _is_near(by, seen_by) and by.is_on_duty and by.is_active and by.role in CASE_ROLES
        ):
            late = sum(it.due_at is not None and it.due_at < now for it in mine)
            load = sum(chat_weight(it.priority) for it in mine if it.state != CaseState.REFERRED)
            resting = by.is_on_duty and by.rests_until > now
            found.append(Workload(by, mine, load, late, resting))
    return sorted(found, key=lambda it: (not it.by.is_on_duty, -it.load, it.by.id))


def _is_near(by: Caseworker, seen_by: Caseworker | None) -> bool:
    """Return whether two colleagues have an office in common."""
    return seen_by is None or any(works_for(seen_by, it) for it in by.offices or (None,))


def available_for(
    workloads: Iterable[Workload], case: Any, holder: str, now: int
) -> list[Workload]:
    """Return who can be assigned a case now, except its holder.

    `case` has a place and a language. Those who speak it come first, then those with most capacity.
    """
    here = [
        it
        for it in workloads
        if it.is_available
        and it.free_slots
        and serves(it.by, case.place, now)
        and it.by.id != holder
    ]
    return sorted(here, key=lambda it: (case.language not in it.by.languages, -it.free_slots))
