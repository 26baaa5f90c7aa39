"""The first page: what there is, and what waits."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.routes import get
from bot.partners.members import MemberState
from bot.partners.partners import Campaigns

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest


@get("/")
async def _home(request: RoomRequest) -> Response:
    links = await request.read(lambda work: Campaigns.of_partner(work, request.partner_id))
    return request.render(
        "home.html", active_links=sum(it.is_active for it in links),
        waits_for_approval=request.member.state is MemberState.WAITING,
    )  # fmt: skip
