"""The plan of a case: a part of the case file that is loaded when it is opened, and a page.

The page works without scripts, and the forms of the plan lead back to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.desks.web.case.pages import audit_read
from bot.desks.web.case.view import CaseView, load_case_page_view, may_record
from bot.desks.web.casework.plan_view import load_plan_view
from bot.desks.web.routes import Permission, get
from bot.desks.web.services.suggestions import suggest_services

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest, Response


@get("/cases/{reference}/plan", Permission.CASE)
async def _plan_page(request: DeskRequest) -> Response:
    """Show the plan on a page of its own; the reading is audited first."""
    view = await load_case_page_view(request)
    if not view.is_readable:  # the page of the case says why, or asks for a reason
        return request.redirect(f"/cases/{view.access.summary.reference}")
    await audit_read(request, view)
    return request.render("plan.html", **await _values(request, view))


@get("/cases/{reference}/plan/pane", Permission.CASE, is_pane=True, is_background=True)
async def _plan_pane(request: DeskRequest) -> Response:
    view = await load_case_page_view(request)
    if not view.is_readable:
        return request.render("_content_sealed.html")
    await audit_read(request, view)
    return request.render("_service_plan.html", **await _values(request, view))


async def _values(request: DeskRequest, view: CaseView) -> dict[str, Any]:
    plan, summary = await load_plan_view(request, view.access.case), view.access.summary
    return {
        "view": view, "summary": summary, "plan": plan, "may_plan": may_record(request, view),
        "suggested": await suggest_services(request, summary, plan),
    }  # fmt: skip
