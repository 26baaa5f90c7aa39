"""What this deployment and the partner agreed to, and what a partner never learns."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.routes import get

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest


@get("/agreement")
async def _agreement(request: RoomRequest) -> Response:
    context, partner = request.context, request.partner_id
    agreements = await request.read(lambda work: tuple(context.agreements(work, partner)))
    return request.render("agreement.html", agreements=agreements)
