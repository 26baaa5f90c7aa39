"""Team page for supervisors: workload, overdue cases, assignment of cases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.case.actions import ActionInput, flash_result, send_command
from bot.desks.web.queue import queries
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.team import workload
from bot.hotline.commands.types import Verb

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

MAX_LATE_SHOWN = 20
"""Overdue cases on the page; the list of all waiting cases has the others."""


@get("/team", Permission.TEAM)
async def team_page(request: DeskRequest) -> Response:
    """Show the team."""
    return request.render("team.html", **await _page_values(request))


@get("/team/pane", Permission.TEAM, is_pane=True, is_background=True)
async def team_pane(request: DeskRequest) -> Response:
    """Show the content alone, for an open page."""
    return request.render("_team.html", **await _page_values(request))


@post("/team/assign", Permission.TEAM, "reference", "to")
async def assign_case(request: DeskRequest) -> Response:
    """Assign a case to a caseworker."""
    seen = await request.read(
        lambda work: check_case_access(work, request, request.form.get("reference", ""))
    )
    values = ActionInput(code=request.form.get("to", "")[:32])
    result = await send_command(request, seen.case, Verb.TRANSFER, values)
    flash_result(request, result)
    return request.redirect("/team")


async def _page_values(request: DeskRequest) -> dict[str, Any]:
    context, now = request.context, request.now

    def look(work: Work) -> dict[str, Any]:
        workloads = workload.workloads(work, context.staff, now)
        late = workload.late_cases(work, now)
        first = [it.case for it in late[:MAX_LATE_SHOWN]]
        return {
            "workloads": workloads,
            "overdue": queries.load_rows(work, context, request.caseworker, first, now),
            "demand": workload.language_demand(work, workloads, late, now),
            "available_for": lambda queue: workload.available_for(workloads, queue),
        }

    return await request.read(look)
