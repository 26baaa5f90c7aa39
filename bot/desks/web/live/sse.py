"""Server-sent events of an open page, and its heartbeat."""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.live.watcher import SIGNED_OUT
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.store.writer import Work

HEARTBEAT_SECONDS = 20.0
"""Seconds of silence after which a stream sends a ping, so that proxies keep it open."""
MAX_PER_SESSION, MAX_PER_CASEWORKER = 3, 6
"""Open streams; further pages do not update by themselves."""


@get("/stream", Permission.SIGNED_IN, is_pane=True, is_background=True)
async def _stream(request: DeskRequest) -> Response:
    reference = request.http.query_params.get("case", "")
    session, context = request.current_session, request.context
    case = ""
    if reference:
        access = await request.read(lambda work: check_case_access(work, request, reference))
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
    """Yield events by name, without content, until the session ends: `event: queue`."""
    session = request.current_session
    session.streams += 1
    try:
        with request.context.streams.subscribe(session.who, case) as opened:
            yield b"retry: 2000\nevent: connected\ndata: .\n\n"
            while True:
                event = "ping"
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(HEARTBEAT_SECONDS):
                        event = await opened.events.get()
                if event == SIGNED_OUT or not await _is_still_in(request, reference):
                    yield b"event: ended\ndata: .\n\n"
                    return
                yield f"event: {event}\ndata: .\n\n".encode()
    finally:
        session.streams -= 1


async def _is_still_in(request: DeskRequest, reference: str) -> bool:
    if request.current_session.has_expired(request.context.clock.now()):
        return False
    return await request.read(lambda work: _may_listen(work, request, reference))


def _may_listen(work: Work, request: DeskRequest, reference: str) -> bool:
    session = request.current_session
    found = request.find_active(work, session.who)
    if found is None or not request.context.sessions.exists(work, session):
        return False
    request.signed_in = found
    with contextlib.suppress(NotFoundError):
        return not reference or bool(check_case_access(work, request, reference))
    return False


@post("/heartbeat", Permission.SIGNED_IN)
async def _heartbeat(_request: DeskRequest) -> Response:
    """Note activity of a caseworker who types and has not sent anything yet."""
    return Response(status_code=HTTPStatus.NO_CONTENT)
