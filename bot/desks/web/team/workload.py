"""Team page for supervisors: workload, overdue cases, waiting cases by language, assignment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam

from bot.cases.routing import Queue
from bot.cases.state_machine import CaseState, Role
from bot.clock import MINUTE
from bot.desks.case_summary import count_waiting
from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.queue import queries
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.templates import MAX_COUNT
from bot.hotline.commands.types import Verb
from bot.hotline.queue.case_status import IS_HELD
from bot.hotline.queue.claims import Claims, serves
from bot.languages import LANGUAGES
from bot.store.statements import select_by
from bot.store.tables.main import CASE_IS_DUE, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.desks.web.request import DeskRequest, Response
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work

MAX_LATE, MAX_LATE_SHOWN = 2000, 20
"""Overdue cases counted, and on the page; the list of all waiting cases has the others."""

_ASSIGNED = select_by(
    cases, "reference", "priority", "language", "due_at",
    by=(cases.c.holder == bindparam("staff"), IS_HELD),
    order_by=("priority", "waiting_since", "id"),
)  # fmt: skip
_WAITING = count_waiting("spoken", where=[cases.c.language == bindparam("spoken")])
# The states are listed one by one: with the condition of the queue's index, SQLite would read all
# waiting cases.
_LATE = select_by(
    cases, "id", "language", "due_at", order_by="due_at", limit=bindparam("most"),
    by=(
        CASE_IS_DUE, cases.c.due_at < bindparam("now"),
        cases.c.status.in_([bindparam("one"), bindparam("other")]),
    ),
)  # fmt: skip


@get("/team", Permission.TEAM)
async def _team_page(request: DeskRequest) -> Response:
    return request.render("team.html", **await _page_values(request))


@get("/team/pane", Permission.TEAM, is_pane=True, is_background=True)
async def _team_pane(request: DeskRequest) -> Response:
    return request.render("_team.html", **await _page_values(request))


@post("/team/assign", Permission.TEAM, "reference", "to")
async def _assign_case(request: DeskRequest) -> Response:
    reference, to = request.form.get("reference", ""), request.form.get("to", "")[:32]
    seen = await request.read(lambda work: check_case_access(work, request, reference))
    flash_result(request, await send_command(request, seen.case, Verb.TRANSFER, ActionInput(to)))
    return request.redirect("/team")


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    context, now = request.context, request.now

    def look(work: Work) -> dict[str, Any]:
        team, late = workloads(work, context.staff, now), _late_cases(work, now)
        first = [it.case for it in late[:MAX_LATE_SHOWN]]
        return {
            "workloads": team,
            "overdue": queries.load_rows(work, context, request.caseworker, first, now),
            "demand": _language_demand(work, team, late, now),
            "available_for": lambda queue: _available_for(team, queue),
        }

    return await request.read(look)


@dataclass(frozen=True, slots=True)
class WorkloadCase:
    """One assigned case."""

    reference: str
    priority: int
    language: str
    due_at: int | None


@dataclass(frozen=True, slots=True)
class Workload:
    """One caseworker with their cases."""

    by: Caseworker
    cases: list[WorkloadCase]
    load: int  # number of cases; an emergency counts as two
    late: int
    is_resting: bool

    def break_left(self, now: int) -> int:
        """Return the rest of a break, rounded up to the next minute."""
        return self.by.rests_until - now + MINUTE

    @property
    def free_slots(self) -> int:
        """Return how many more cases they can take."""
        return max(0, self.by.most - self.load)


@dataclass(frozen=True, slots=True)
class LateCase:
    """One overdue case."""

    case: str
    language: str
    due_at: int


@dataclass(slots=True)
class LanguageDemand:
    """Waiting cases in one language."""

    language: str
    waiting: int = 0
    late: int = 0
    late_since: int = 0  # when the first case became overdue; 0 for none
    available: list[Workload] = field(default_factory=list)


def workloads(work: Work, staff: Staff, now: int) -> list[Workload]:
    """Return the staff who are on duty or have cases, the highest load first.

    A caseworker whose access has ended and who still has cases is among them.
    """
    found = []
    for by in staff.all(work):
        held = [WorkloadCase(*row) for row in work.rows(_ASSIGNED, by.id)]
        if held or (by.is_on_duty and by.is_active and by.role is not Role.AUDITOR):
            late = sum(it.due_at is not None and it.due_at < now for it in held)
            resting = by.is_on_duty and by.rests_until > now
            found.append(Workload(by, held, Claims.chat_count(work, by.id), late, resting))
    return sorted(found, key=lambda it: (not it.by.is_on_duty, -it.load, it.by.id))


def _late_cases(work: Work, now: int) -> list[LateCase]:
    states = (CaseState.WAITING.value, CaseState.REOPENED.value)
    return [LateCase(*row) for row in work.rows(_LATE, now, *states, MAX_LATE)]


def _language_demand(
    work: Work, workloads: Iterable[Workload], late: Iterable[LateCase], now: int
) -> list[LanguageDemand]:
    """Return the languages with waiting cases, the longest overdue first."""
    found = {tag: LanguageDemand(tag) for tag in LANGUAGES}
    for tag, it in found.items():
        counted = (work.rows(_WAITING, queue.value, tag, MAX_COUNT + 1) for queue in Queue)
        it.waiting = sum(int(count[0][0]) for count in counted)
    for each in late:
        it = found.setdefault(each.language, LanguageDemand(each.language))
        it.late += 1
        it.late_since = it.late_since or each.due_at
    for there in workloads:
        if there.by.is_on_duty and not there.is_resting:
            for tag in found.keys() & set(there.by.languages):
                found[tag].available.append(there)
    waits = [it for it in found.values() if it.waiting or it.late]
    return sorted(waits, key=lambda it: (it.late_since or now, -it.waiting))


def _available_for(workloads: Iterable[Workload], queue: str) -> list[Workload]:
    """Return who can be assigned a case of a queue now, those with most capacity first."""
    here = [
        it
        for it in workloads
        if it.by.is_on_duty and not it.is_resting and it.free_slots and serves(it.by, queue)
    ]
    return sorted(here, key=lambda it: -it.free_slots)
