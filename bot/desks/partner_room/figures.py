"""How many chats began by a partner's links, month by month, as a picture and as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.chart import draw_months
from bot.desks.partner_room.routes import get
from bot.partners.partner_figures import load_partner_figures

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest

MONTHS_IN_PICTURE = 12


@get("/figures")
async def _figures(request: RoomRequest) -> Response:
    zone, partner, now = request.context.zone, request.partner_id, request.now
    months = await request.read(lambda work: load_partner_figures(work, partner, now, zone))
    picture = draw_months(list(reversed(months[:MONTHS_IN_PICTURE])))
    return request.render("figures.html", months=months, picture=picture)
