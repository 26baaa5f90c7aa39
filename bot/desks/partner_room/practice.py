"""Made-up conversations of the shared training, to read and to take along."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.request import NothingHereError, Response
from bot.desks.partner_room.routes import get

if TYPE_CHECKING:
    from bot.desks.partner_room.context import PracticeScene
    from bot.desks.partner_room.request import RoomRequest


@get("/practice")
async def _practice(request: RoomRequest) -> Response:
    return request.render("practice.html", scenes=request.context.practice())


@get("/practice/{name}")
async def _scene(request: RoomRequest) -> Response:
    return request.render("scene.html", scene=_find(request))


@get("/practice/{name}/file")
async def _file(request: RoomRequest) -> Response:
    """Return a scene as a text file."""
    scene = _find(request)
    headers = {"content-disposition": f'attachment; filename="{scene.name}.txt"'}
    return Response(scene.script, media_type="text/plain; charset=utf-8", headers=headers)


def _find(request: RoomRequest) -> PracticeScene:
    name = request.param("name")
    found = next((it for it in request.context.practice() if it.name == name), None)
    if found is None:
        raise NothingHereError("no such scene")
    return found
