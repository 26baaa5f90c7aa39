"""Staff page for administrators: accounts, invitation links, sessions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.web import texts
from bot.desks.web.auth.totp import INVITE_LIFETIME
from bot.desks.web.queue import queries
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from bot.desks.web.auth.sessions import DeskSession
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

SESSIONS_ENDED = "sessions_ended"


@get("/staff", Permission.STAFF)
async def _staff_page(request: DeskRequest) -> Response:
    return await _page(request, None, "")


@post("/staff/invite", Permission.STAFF, "staff", needs_step_up=True)
async def _invite(request: DeskRequest) -> Response:
    """Create an invitation link; existing second factors stay until it is used."""
    who, now = request.form.get("staff", ""), request.now

    def make(work: Work) -> tuple[Caseworker, str] | None:
        found = request.find_active(work, who)
        if found is None:
            return None
        request.context.audit.record(work, now, request.caseworker.id, "desk_invite", who)
        return found, request.context.factors.create_invite(work, who, now)

    made = await request.write(make)
    if made is None:
        raise NotFoundError("no such colleague")
    colleague, secret = made
    link = f"{request.context.origin}{request.url('/welcome/')}{secret}"
    return await _page(request, colleague, link)


@post("/staff/end", Permission.STAFF, "staff", needs_step_up=True)
async def _end_sessions(request: DeskRequest) -> Response:
    """Sign a colleague out everywhere: a device was lost or taken."""
    who, sessions = request.form.get("staff", ""), request.context.sessions

    def look(work: Work) -> list[DeskSession] | None:
        found = request.context.staff.find(work, who) if who.isalnum() else None
        return sessions.of(work, who) if found is not None else None

    known = await request.read(look)
    if known is None:
        raise NotFoundError("no such colleague")
    await request.audit(SESSIONS_ENDED, who, str(len(known)))
    for it in known:
        await sessions.end(it.token)
    request.flash(texts.ENDED)
    return request.redirect("/staff")


async def _page(request: DeskRequest, invited: Caseworker | None, link: str) -> Response:
    staff, now = request.context.staff, request.now
    found = await request.read(
        lambda work: [(it, queries.queue_counts(work, it, now).held) for it in staff.all(work)]
    )
    return request.render(
        "staff.html", staff=found, invited=invited, link=link, days=str(INVITE_LIFETIME // DAY)
    )
