"""The page a caseworker needs first: unread shift notes, their own cases, or those that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.desks.web.preferences import load_preferences
from bot.desks.web.queue import queries
from bot.desks.web.team.shift import newest_unread_of

if TYPE_CHECKING:
    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work


async def home_path(request: DeskRequest, by: Caseworker) -> str:
    """Return the path of that page; a redirect less, for a slow connection, than through `/`."""
    if by.role is Role.AUDITOR:
        return "/audit"
    if by.role is Role.INTERPRETER:
        return "/interpreting"

    def look(work: Work) -> str:
        preferences = load_preferences(work, by.id)
        if by.is_on_duty and newest_unread_of(work, by, preferences, request.now):
            return "/shift"
        counts = queries.queue_counts(work, by, request.now)
        return f"/queue/{queries.MINE if counts.mine else queries.WAITING}"

    return await request.read(look)
