"""What was refused at the doors, told in kinds and numbers: no word, no address, nobody's body.

To the log goes which door refused how often, at most one line a minute for each kind: whoever
knocks without end fills no disk. What a colleague was told is not there goes to the audit log as
well, once a quarter of an hour for each door of a session: whoever tries numbers is seen.
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
    from bot.store.writer import Work

LOG_INTERVAL, AUDIT_INTERVAL = MINUTE, 15 * MINUTE
REFUSED, SESSION_MOVED = "refused", "session_moved"
"""What the audit log calls it; of what was refused the door is the detail."""


class RefusalReason(StrEnum):
    """Why something was refused."""

    HOST = "host"
    """It names another desk."""
    FRAMING = "framed"
    """It says in two ways where it ends, or in one no page of ours uses."""
    LONG_HEADERS = "long"
    """Its headers have no end."""
    CROSS_ORIGIN = "elsewhere"
    """It comes from no page of this desk, or is no form."""
    NO_CSRF_TOKEN = "unsigned"  # noqa: S105 - a reason, not a token
    """The form is none of this session."""
    FORM = "form"
    """It has a field nobody asked for, or one twice, or is too long."""
    NOT_THERE = "not_there"
    """There is none, or it is not theirs."""
    SESSION_MOVED = "moved"
    """The session is used from a browser it does not belong to."""


class RefusalLog:
    """How often which door refused, since the log was told last."""

    def __init__(self) -> None:
        self._logged: dict[tuple[str, RefusalReason], tuple[int, int]] = {}

    def record(self, path: str, reason: RefusalReason, now: int) -> None:
        """Count a refusal; tell the log of it and of those before, at most once a minute."""
        at, count = self._logged.get((path, reason), (0, 0))
        if 0 <= now - at < LOG_INTERVAL:
            self._logged[path, reason] = (at, count + 1)
            return
        log.warning("desk_request_refused", route=path, kind=reason.value, count=count + 1)
        self._logged[path, reason] = (now, 0)


async def audit_not_found(request: DeskRequest) -> None:
    """Write down that a colleague asked for what is not there, or not theirs.

    A case they have seen in this session is none of that: it was erased, or is a colleague's now.
    """
    door, now, session = request.route, request.now, request.session
    request.context.refusal_log.record(door.path, RefusalReason.NOT_THERE, now)
    if request.signed_in is None or session is None or door.permission is Permission.PUBLIC:
        return
    was_theirs = parse_reference(request.param("reference")) in session.known_references
    if (
        was_theirs
        or 0 <= now - session.refused_routes.get(door.path, -AUDIT_INTERVAL) < AUDIT_INTERVAL
    ):
        return
    session.refused_routes[door.path] = now
    who, where = request.caseworker.id, door.path.replace("{", "").replace("}", "")

    def note(work: Work) -> None:
        request.context.audit.record(work, now, who, REFUSED, who, where)

    await request.context.database.writer.run(note)


async def end_moved_session(request: DeskRequest, session: DeskSession) -> None:
    """End a session that another browser uses: whoever has its secret has taken it from somebody.

    Two words of what a browser calls itself are compared, so that a new version is the same one.
    Whoever takes the name along as well is not seen here; for them there is the list of sessions.
    """
    request.context.refusal_log.record(request.route.path, RefusalReason.SESSION_MOVED, request.now)
    await request.context.sessions.end(session.token)

    def note(work: Work) -> None:
        request.context.audit.record(
            work, request.now, session.who, SESSION_MOVED, session.who, "web"
        )

    await request.context.database.writer.run(note)
