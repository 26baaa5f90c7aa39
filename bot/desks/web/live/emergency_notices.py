"""Notices of emergencies, on every page of those who would be alerted to them.

A notice that was dismissed comes back only with another state of its case: it became overdue, or
returned to the queue. What was dismissed is kept with the session, and so holds in all its pages.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response

from bot.desks.web.live.watcher import OWN
from bot.desks.web.queue.emergencies import find_emergencies
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest


def leave_out_dismissed(request: DeskRequest) -> None:
    """Leave out the notices the caseworker dismissed, and on the page of a case its own.

    The page of a case says all of it itself. What was dismissed and is over is forgotten: if it
    comes again, it is news.
    """
    session, shown = request.current_session, request.param("reference")
    shown = shown or request.http.query_params.get("case", "")
    session.dismissed_emergencies &= {it.key for it in request.emergencies}
    request.emergencies = [
        it
        for it in request.emergencies
        if it.key not in session.dismissed_emergencies and it.reference != shown.upper()
    ]


@get("/emergencies", Permission.QUEUE, is_pane=True, is_background=True)
async def _pane(request: DeskRequest) -> Response:
    by, now = request.caseworker, request.now
    request.emergencies = await request.read(lambda work: find_emergencies(work, by, now))
    leave_out_dismissed(request)
    return request.render("_emergencies.html")


@post("/emergencies/dismiss", Permission.QUEUE, "emergency")
async def _dismiss(request: DeskRequest) -> Response:
    """Take a notice off all pages of this session, as long as the case stays as it is."""
    session, by = request.current_session, request.caseworker
    found = await request.read(lambda work: find_emergencies(work, by, request.now))
    known = {it.key for it in found}
    session.dismissed_emergencies |= {request.form.get("emergency", "")} & known
    request.context.streams.tell(frozenset({by.id}), OWN)
    if request.is_fetched:
        return Response(status_code=HTTPStatus.NO_CONTENT)
    return request.redirect("/")
