"""Refused requests, counted in the log and noted in the audit log.

The log gets route, reason and count, at most once a minute for each pair: a flood of requests fills
no disk. A caseworker who asks for something that does not exist or is forbidden is noted in the
audit log, once in 15 minutes for each route and session: trying out case numbers is noticed.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.reference import parse_reference
from bot.clock import MINUTE
from bot.desks.web.routes import Permission
from bot.log import log

if TYPE_CHECKING:
    from bot.desks.web.auth.sessions import DeskSession
    from bot.desks.web.request import DeskRequest

LOG_INTERVAL, AUDIT_INTERVAL = MINUTE, 15 * MINUTE
REFUSED, SESSION_MOVED = "refused", "session_moved"
"""Actions in the audit log; the detail of a refusal is the route."""


class RefusalReason(StrEnum):
    """Why a request was refused."""

    HOST = "host"
    """It names another host."""
    FRAMING = "framed"
    """It does not say in one way where it ends."""
    LONG_HEADERS = "long"
    """Its headers are too long."""
    CROSS_ORIGIN = "elsewhere"
    """It comes from another site, or is not a form."""
    NO_CSRF = "unsigned"
    """Its CSRF token is not that of the session."""
    FORM = "form"
    """It has an unknown or repeated field, or is too long."""
    NOT_THERE = "not_there"
    """The address or object does not exist, or is forbidden."""
    SESSION_MOVED = "moved"
    """The session was started in another browser."""


class RefusalLog:
    """Counts refusals by route and reason."""

    def __init__(self) -> None:
        self._logged: dict[tuple[str, RefusalReason], tuple[int, int]] = {}

    def record(self, path: str, reason: RefusalReason, now: int) -> None:
        """Count a refusal; log the count at most once a minute."""
        at, count = self._logged.get((path, reason), (0, 0))
        if 0 <= now - at < LOG_INTERVAL:
            self._logged[path, reason] = (at, count + 1)
            return
        log.warning("desk_request_refused", route=path, kind=reason.value, count=count + 1)
        self._logged[path, reason] = (now, 0)


async def audit_not_found(request: DeskRequest) -> None:
    """Note in the audit log that a caseworker asked for something they may not see.

    A case they could see earlier in the session is not noted: it was erased, or is now a
    colleague's.
    """
    route, now, session = request.route, request.now, request.session
    request.context.refusal_log.record(route.path, RefusalReason.NOT_THERE, now)
    if request.signed_in is None or session is None or route.permission is Permission.PUBLIC:
        return
    was_visible = parse_reference(request.param("reference")) in session.known_references
    if (
        was_visible
        or 0 <= now - session.refused_routes.get(route.path, -AUDIT_INTERVAL) < AUDIT_INTERVAL
    ):
        return
    session.refused_routes[route.path] = now
    where = route.path.replace("{", "").replace("}", "")
    await request.audit(REFUSED, request.caseworker.id, where)


async def end_moved_session(request: DeskRequest, session: DeskSession) -> None:
    """End a session that is used in another browser: its secret was probably stolen.

    Only browser and system are compared, so that an update of the browser changes nothing. A thief
    who copies that as well is not noticed here; the account page lists all sessions.
    """
    request.context.refusal_log.record(request.route.path, RefusalReason.SESSION_MOVED, request.now)
    await request.context.sessions.end(session.token)
    await request.audit(SESSION_MOVED, session.who, "web", actor=session.who)
