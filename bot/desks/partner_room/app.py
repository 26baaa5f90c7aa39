"""Application of the partners' room, with one answer to every unknown address."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.convertors import StringConvertor, register_url_convertor
from starlette.routing import Route as StarletteRoute

from bot.desks.partner_room import (
    agreement,
    figures,
    home,
    links,
    posters,
    practice,
    services,
)
from bot.desks.partner_room.auth import account, sign_in, welcome
from bot.desks.partner_room.endpoint import RoomEndpoint
from bot.desks.partner_room.referrals import received, sent
from bot.desks.partner_room.request import NothingHereError, RoomRequest
from bot.desks.partner_room.routes import Access, RoomRoute, check_routes

if TYPE_CHECKING:
    from collections.abc import Iterable

    from starlette.responses import Response

    from bot.desks.partner_room.context import RoomContext

ROOM_MODULES = (
    sign_in, welcome, home, links, posters, figures, received, sent, services, agreement, practice,
    account,
)  # fmt: skip
ROOM_ROUTES: tuple[RoomRoute, ...] = tuple(
    it for module in ROOM_MODULES for it in vars(module).values() if isinstance(it, RoomRoute)
)


class AnyRoomPathConvertor(StringConvertor):
    """Path parameter that matches anything, line breaks included; Starlette's `path` does not."""

    regex = r"[\s\S]*"


register_url_convertor("anything_in_room", AnyRoomPathConvertor())


async def _unknown_address(_request: RoomRequest) -> Response:
    raise NothingHereError("no such address")


def build_room(context: RoomContext, routes: Iterable[RoomRoute] = ROOM_ROUTES) -> Starlette:
    """Return the application of one room; raise RoomRouteError for a route without an access."""
    known = [
        StarletteRoute(it.path, RoomEndpoint(context, it), methods=[it.method])
        for it in check_routes(routes)
    ]
    unknown = RoomRoute("/{path:anything_in_room}", _unknown_address, Access.PUBLIC)
    return Starlette(routes=[*known, StarletteRoute(unknown.path, RoomEndpoint(context, unknown))])
