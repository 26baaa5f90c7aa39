"""The caseworker's own cases, on every page: what is unread, who wrote when, what is due."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response

from bot.desks.web.auth.case_access import access_case
from bot.desks.web.live.lapsed_claims import find_lapse
from bot.desks.web.live.watcher import OWN
from bot.desks.web.queue.queries import queue_counts
from bot.desks.web.routes import Permission, get, post
from bot.hotline.queue.own_cases import new_mark, own_cases

if TYPE_CHECKING:
    from bot.desks.web.live.lapsed_claims import LapsedClaim
    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

MAX_DIGITS = 18


def load_own_cases(work: Work, request: DeskRequest) -> None:
    """Load what every page shows: own cases, the reply due first on top, and counts of lists."""
    by, now = request.caseworker, request.now
    request.own_cases = own_cases(work, by.id, now, request.context.seen_marks.of(by.id))
    request.queue_counts = queue_counts(work, by, now)


async def note_lapsed_claims(request: DeskRequest) -> None:
    """Note which claims of the caseworker lapsed since their page was last drawn."""
    who, known = request.caseworker.id, request.context.lapsed_claims
    gone = known.replace_held(who, {it.case: it.reference for it in request.own_cases})
    if gone:
        known.add(who, await request.read(lambda work: _find_lapsed(work, request, gone)))
    request.lapsed_claims = known.of(who, request.now)


def _find_lapsed(work: Work, request: DeskRequest, gone: dict[str, str]) -> list[LapsedClaim]:
    audit, who = request.context.audit, request.caseworker.id
    found = [find_lapse(audit, work, who, case, it) for case, it in gone.items()]
    return [it for it in found if it is not None]


@get("/own-cases", Permission.QUEUE, is_pane=True, is_background=True)
async def _pane(request: DeskRequest) -> Response:
    await request.read(lambda work: load_own_cases(work, request))
    await note_lapsed_claims(request)
    return request.render("_own_cases.html")


@post("/cases/{reference}/seen", Permission.CASE, "message", is_pane=True, is_background=True)
async def _mark_seen(request: DeskRequest) -> Response:
    """Note that the caseworker has the case before their eyes, up to the number of a message.

    It leaves the idle timeout running: a page alone at a desk reports this as well.
    """
    seen, who = await access_case(request), request.caseworker.id
    number = request.form.get("message", "")
    if not (number.isascii() and number.isdecimal() and len(number) <= MAX_DIGITS):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    if seen.is_mine:
        mark = await request.read(
            lambda work: new_mark(work, seen.case, who, int(number), request.now)
        )
        if mark is not None:
            request.context.seen_marks.move(who, seen.case, mark)
            request.context.streams.tell(frozenset({who}), OWN)
    return Response(status_code=HTTPStatus.NO_CONTENT)
