"""The stream of a page that is open, and a sign that somebody is there."""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.live.watcher import sse_stream
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import NO_FIELDS, Permission, Route

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

MAX_PER_SESSION, MAX_PER_CASEWORKER = 3, 6
"""Streams at once. Whoever opens more pages sees them stand still, and renews them by hand."""


async def stream(request: DeskRequest) -> Response:
    """Tell a page what changes: names of events, never a word."""
    reference = request.http.query_params.get("case", "")
    here, front = request.current_session, request.context
    case = ""
    if reference:
        case = (
            await front.read_pool.run(lambda work: check_case_access(work, request, reference))
        ).case
    if here.streams >= MAX_PER_SESSION or front.streams.count(here.who) >= MAX_PER_CASEWORKER:
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
    told = _events(request, case, reference)
    first = await anext(told)  # counted from here on: of many that ask at once, few are let in
    return StreamingResponse(
        _prepend(first, told), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _prepend(first: bytes, told: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(told):
        yield first
        async for piece in told:
            yield piece


async def _events(request: DeskRequest, case: str, reference: str) -> AsyncGenerator[bytes]:
    here, front = request.current_session, request.context

    async def is_still_in() -> bool:
        if here.has_expired(front.clock.now()):
            return False
        return await front.read_pool.run(lambda work: _may_listen(work, request, reference))

    here.streams += 1
    try:
        with front.streams.subscribe(here.who, case) as mine:
            async for piece in sse_stream(mine, is_still_in):
                yield piece
    finally:
        here.streams -= 1


def _may_listen(work: Work, request: DeskRequest, reference: str) -> bool:
    """Tell whether whoever listens still has access, and may still see what the page shows."""
    front, here = request.context, request.current_session
    found = front.staff.find(work, here.who)
    if found is None or not found.is_active or not front.sessions.exists(work, here):
        return False
    request.signed_in = found
    if reference:
        with contextlib.suppress(NotFoundError):
            return bool(check_case_access(work, request, reference))
        return False
    return True


async def heartbeat(_request: DeskRequest) -> Response:
    """Note that somebody is at the desk: they type, and have not sent anything yet."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


ROUTES = (
    Route("/stream", stream, Permission.SIGNED_IN, is_pane=True, is_background=True),
    Route("/here", heartbeat, Permission.SIGNED_IN, "POST", NO_FIELDS),
)
