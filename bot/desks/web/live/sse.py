"""The stream of a page that is open, and a sign that somebody is there."""

from __future__ import annotations

import contextlib
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.responses import Response, StreamingResponse

from bot.desks.web.auth.case_access import sight
from bot.desks.web.live.watcher import stream_of
from bot.desks.web.request import NotThere
from bot.desks.web.routes import NO_FIELDS, Door, May

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator

    from bot.desks.web.request import Visit
    from bot.store.writer import Work

OF_A_SESSION, OF_SOMEBODY = 3, 6
"""Streams at once. Whoever opens more pages sees them stand still, and renews them by hand."""


async def stream(visit: Visit) -> Response:
    """Tell a page what changes: names of events, never a word."""
    reference = visit.request.query_params.get("case", "")
    here, front = visit.here, visit.front
    case = ""
    if reference:
        case = (await front.reads.run(lambda work: sight(work, visit, reference))).case
    if here.streams >= OF_A_SESSION or front.streams.count(here.who) >= OF_SOMEBODY:
        return Response(status_code=HTTPStatus.TOO_MANY_REQUESTS)
    told = _told(visit, case, reference)
    first = await anext(told)  # counted from here on: of many that ask at once, few are let in
    return StreamingResponse(
        _after(first, told), media_type="text/event-stream", headers={"x-accel-buffering": "no"}
    )


async def _after(first: bytes, told: AsyncGenerator[bytes]) -> AsyncIterator[bytes]:
    async with contextlib.aclosing(told):
        yield first
        async for piece in told:
            yield piece


async def _told(visit: Visit, case: str, reference: str) -> AsyncGenerator[bytes]:
    here, front = visit.here, visit.front

    async def is_still_in() -> bool:
        if here.is_over(front.clock.now()):
            return False
        return await front.reads.run(lambda work: _may_hear(work, visit, reference))

    here.streams += 1
    try:
        with front.streams.listening(here.who, case) as mine:
            async for piece in stream_of(mine, is_still_in):
                yield piece
    finally:
        here.streams -= 1


def _may_hear(work: Work, visit: Visit, reference: str) -> bool:
    """Tell whether whoever listens still has access, and may still see what the page shows."""
    front, here = visit.front, visit.here
    found = front.staff.find(work, here.who)
    if found is None or not found.is_active or not front.sessions.stands(work, here):
        return False
    visit.by_ = found
    if reference:
        with contextlib.suppress(NotThere):
            return bool(sight(work, visit, reference))
        return False
    return True


async def here(_visit: Visit) -> Response:
    """Note that somebody is at the desk: they type, and have not sent anything yet."""
    return Response(status_code=HTTPStatus.NO_CONTENT)


DOORS = (
    Door("/stream", stream, May.SIGNED_IN, is_pane=True, is_watched=True),
    Door("/here", here, May.SIGNED_IN, "POST", NO_FIELDS),
)
