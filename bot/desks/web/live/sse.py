"""Live updates of open pages, by a stream of events or by requests that wait; and heartbeats.

All pages of one browser share one connection: browsers open six to a host at most, and a stream
takes one of them for as long as it lasts.
"""

from __future__ import annotations

import asyncio
import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from bot.desks.web.auth.case_access import check_case_access
from bot.desks.web.live.watcher import ALL, GONE, SIGNED_OUT
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, Repetition, get, post

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator, Sequence

    from bot.desks.web.auth.case_access import CaseAccess
    from bot.desks.web.live.watcher import EventStream
    from bot.store.writer import Work

HEARTBEAT_SECONDS = 20.0
"""Seconds of silence after which a stream sends a ping, so that proxies keep it open."""
WAIT_SECONDS, GATHER_SECONDS = 20.0, 0.05
"""How long a request waits for an event, and then for others of the same moment."""
MAX_PER_SESSION, MAX_PER_CASEWORKER = 3, 6
"""Connections; a session has one, and a second while the page that holds it changes."""
MAX_CASES = 20


@get("/stream", Permission.SIGNED_IN, is_pane=True, is_background=True)
async def _stream(request: DeskRequest) -> Response:
    """Send events by name, without content, until the session ends."""
    asked = await _asked_cases(request)
    if _is_full(request):
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
    events = _events(request, asked)
    first = await anext(events)  # from here on the stream counts towards the limits
    return StreamingResponse(
        _prepend(first, events), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


@get("/events", Permission.SIGNED_IN, is_pane=True, is_background=True)
async def _wait(request: DeskRequest) -> Response:
    """Return events once there are some, for browsers to which no stream gets through.

    `since` is the position of the last answer; without the newest one, anything may have changed.
    """
    asked, streams = await _asked_cases(request), request.context.streams
    if request.http.query_params.get("since", "") != streams.position:
        return request.json(position=streams.position, events=[ALL])
    if _is_full(request):
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
    with _connected(request, asked) as opened:
        events = []
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(WAIT_SECONDS):
                events.append(await opened.events.get())
            await asyncio.sleep(GATHER_SECONDS)
            while not opened.events.empty():
                events.append(opened.events.get_nowait())
        lost = await _lost_cases(request, opened)
        if lost is None or SIGNED_OUT in events:
            return request.json(HTTPStatus.UNAUTHORIZED)
        events += [f"{GONE} {reference}" for reference in lost]
        return request.json(position=streams.position, events=events)


async def _asked_cases(request: DeskRequest) -> list[CaseAccess]:
    """Return the cases the pages show; raise NotFoundError if none of them may be seen."""
    asked = request.http.query_params.getlist("case")[:MAX_CASES]

    def look(work: Work) -> list[CaseAccess]:
        found = []
        for reference in asked:
            with contextlib.suppress(NotFoundError):
                found.append(check_case_access(work, request, reference))
        return found

    found = await request.read(look) if asked else []
    if asked and not found:
        raise NotFoundError("no case, or no access")
    return found


def _is_full(request: DeskRequest) -> bool:
    session = request.current_session
    is_full = request.context.streams.count(session.who) >= MAX_PER_CASEWORKER
    return session.streams >= MAX_PER_SESSION or is_full


async def _prepend(first: bytes, events: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(events):
        yield first
        async for event in events:
            yield event


@contextlib.contextmanager
def _connected(request: DeskRequest, asked: Sequence[CaseAccess]) -> Iterator[EventStream]:
    session, cases = request.current_session, {it.case: it.summary.reference for it in asked}
    session.streams += 1
    try:
        with request.context.streams.subscribe(session.who, cases, _unread(asked)) as opened:
            yield opened
    finally:
        session.streams -= 1


def _unread(cases: Iterable[CaseAccess]) -> frozenset[str]:
    """Return the cases whose content is not open: a reason comes first, or the role may not."""
    return frozenset(it.case for it in cases if not it.may_read)


async def _events(request: DeskRequest, asked: Sequence[CaseAccess]) -> AsyncGenerator[bytes]:
    streams = request.context.streams
    with _connected(request, asked) as opened:
        yield b"retry: 2000\n" + _as_bytes("connected", streams.position)
        while True:
            event = "ping"
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(HEARTBEAT_SECONDS):
                    event = await opened.events.get()
            lost = await _lost_cases(request, opened)
            if event == SIGNED_OUT or lost is None:
                yield _as_bytes(SIGNED_OUT)
                return
            for reference in lost:
                yield _as_bytes(f"{GONE} {reference}")
            if event.partition(" ")[2] not in lost:
                # A position stands for all events before it, so only the last one carries it.
                yield _as_bytes(event, streams.position if opened.events.empty() else "")


def _as_bytes(event: str, position: str = "") -> bytes:
    """Return an event as it is sent; its data is the number of a case, or nothing."""
    name, _space, reference = event.partition(" ")
    line = f"id: {position}\n" if position else ""
    return f"{line}event: {name}\ndata: {reference or '.'}\n\n".encode()


async def _lost_cases(request: DeskRequest, opened: EventStream) -> list[str] | None:
    """Remove cases the caseworker may no longer see, and return their numbers.

    None: the session has ended.
    """
    references = tuple(opened.cases.values())
    seen = await request.read(lambda work: _look_again(work, request, references))
    if seen is None:
        return None
    kept = {it.case for it in seen}
    lost = [case for case in opened.cases if case not in kept]
    request.context.streams.set_unread(opened, _unread(seen))
    return [opened.cases.pop(case) for case in lost]


def _look_again(
    work: Work, request: DeskRequest, references: Iterable[str]
) -> list[CaseAccess] | None:
    """Return those cases the caseworker may still see; None if the session has ended."""
    session, sessions = request.current_session, request.context.sessions
    row, found = sessions.load(work, session.token), request.find_active(work, session.who)
    if found is None or row is None:
        return None
    sessions.note_activity(session, row)  # perhaps at another desk
    if session.has_expired(request.context.clock.now()):
        return None
    request.signed_in = found
    seen = []
    for reference in references:
        with contextlib.suppress(NotFoundError):
            seen.append(check_case_access(work, request, reference))
    return seen


@post("/heartbeat", Permission.SIGNED_IN, repetition=Repetition.ALLOWED)
async def _heartbeat(_request: DeskRequest) -> Response:
    """Note activity of a caseworker who types and has not sent anything yet."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


@get("/session", Permission.SIGNED_IN, is_pane=True, is_background=True)
async def _session(request: DeskRequest) -> Response:
    """Return whose session this browser has now, and its CSRF token.

    A page that was left behind by a sign-in in another tab goes on with them.
    """
    return request.json(who=request.caseworker.id, csrf=request.csrf)
