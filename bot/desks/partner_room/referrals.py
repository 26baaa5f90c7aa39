"""Referrals addressed to the partner."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.partner_room.routes import get
from bot.partners.members import MemberState

if TYPE_CHECKING:
    from bot.desks.partner_room.request import Response, RoomRequest


@get("/referrals")
async def _referrals(request: RoomRequest) -> Response:
    is_waiting = request.member.state is MemberState.WAITING
    return request.render("referrals.html", waits_for_approval=is_waiting)
