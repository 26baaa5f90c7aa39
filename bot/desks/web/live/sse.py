"""Server-sent events of an open page, and its heartbeat."""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.live.watcher import sse_stream
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.store.writer import Work

MAX_PER_SESSION, MAX_PER_CASEWORKER = 3, 6
"""Open streams; further pages do not update by themselves."""


@get("/stream", Permission.SIGNED_IN, is_pane=True, is_background=True)
async def stream(request: DeskRequest) -> Response:
    """Stream the names of events to a page."""
    reference = request.http.query_params.get("case", "")
    session, context = request.current_session, request.context
    case = ""
    if reference:
        access = await context.read_pool.run(
            lambda work: check_case_access(work, request, reference)
        )
        case = access.case
    is_full = context.streams.count(session.who) >= MAX_PER_CASEWORKER
    if session.streams >= MAX_PER_SESSION or is_full:
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
    events = _events(request, case, reference)
    first = await anext(events)  # from here on the stream counts towards the limits
    return StreamingResponse(
        _prepend(first, events), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _prepend(first: bytes, events: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(events):
        yield first
        async for event in events:
            yield event


async def _events(request: DeskRequest, case: str, reference: str) -> AsyncGenerator[bytes]:
    session, context = request.current_session, request.context

    async def is_still_in() -> bool:
        if session.has_expired(context.clock.now()):
            return False
        return await context.read_pool.run(lambda work: _may_listen(work, request, reference))

    session.streams += 1
    try:
        with context.streams.subscribe(session.who, case) as events:
            async for event in sse_stream(events, is_still_in):
                yield event
    finally:
        session.streams -= 1


def _may_listen(work: Work, request: DeskRequest, reference: str) -> bool:
    context, session = request.context, request.current_session
    found = context.staff.find(work, session.who)
    if found is None or not found.is_active or not context.sessions.exists(work, session):
        return False
    request.signed_in = found
    if reference:
        with contextlib.suppress(NotFoundError):
            return bool(check_case_access(work, request, reference))
        return False
    return True


@post("/heartbeat", Permission.SIGNED_IN)
async def heartbeat(_request: DeskRequest) -> Response:
    """Note activity of a caseworker who types and has not sent anything yet."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
