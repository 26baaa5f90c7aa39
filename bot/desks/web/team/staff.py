"""Who works here, for administrators: a list, and links for a first or another second factor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.desks.web import texts
from bot.desks.web.auth.totp import INVITED_FOR
from bot.desks.web.queue import queries
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May, fields

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.sessions import Session
    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

ENDED = "sessions_ended"
"""What the audit log calls it; how many there were is the detail."""


async def everybody(visit: Visit) -> Response:
    """Show who works here and what they hold."""
    return await _page(visit, None, "")


async def invite(visit: Visit) -> Response:
    """Make a link for somebody; a second factor they have stays until they choose another."""
    who, now = visit.form.get("staff", ""), visit.now

    def make(work: Work) -> tuple[Caseworker, str] | None:
        found = visit.front.staff.find(work, who) if who.isalnum() else None
        if found is None or not found.is_active:
            return None
        visit.front.audit.note(work, now, visit.by.id, "desk_invite", who)
        return found, visit.front.passes.invite(work, who, now)

    made = await visit.front.database.writer.run(make)
    if made is None:
        raise NotThere("no such colleague")
    colleague, secret = made
    link = f"{visit.front.origin}{visit.url('/welcome/')}{secret}"
    return await _page(visit, colleague, link)


async def end(visit: Visit) -> Response:
    """Sign somebody out everywhere, at once: a device was lost, or taken from them."""
    who, now, sessions = visit.form.get("staff", ""), visit.now, visit.front.sessions

    def look(work: Work) -> list[Session] | None:
        found = visit.front.staff.find(work, who) if who.isalnum() else None
        return sessions.of(work, who) if found is not None else None

    known = await visit.front.reads.run(look)
    if known is None:
        raise NotThere("no such colleague")
    await visit.front.database.writer.run(
        lambda work: visit.front.audit.note(work, now, visit.by.id, ENDED, who, str(len(known)))
    )
    for it in known:
        await sessions.end(it.token)
    visit.tell(texts.ENDED)
    return visit.go("/staff")


async def _page(visit: Visit, invited: Caseworker | None, link: str) -> Response:
    def look(work: Work) -> list[tuple[Caseworker, int]]:
        return [
            (it, queries.counts(work, it, visit.now).held) for it in visit.front.staff.all(work)
        ]

    found = await visit.front.reads.run(look)
    return visit.page(
        "staff.html", staff=found, invited=invited, link=link, days=str(INVITED_FOR // DAY)
    )


DOORS = (
    Door("/staff", everybody, May.STAFF),
    Door("/staff/invite", invite, May.STAFF, "POST", fields("staff"), is_final=True),
    Door("/staff/end", end, May.STAFF, "POST", fields("staff"), is_final=True),
)
