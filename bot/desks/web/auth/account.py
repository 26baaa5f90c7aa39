"""One's own account: where one is signed in, and the second factor shown again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.passkey_pages import is_possible, passkeys_of
from bot.desks.web.auth.sessions import Sessions
from bot.desks.web.request import SESSION, NotThere
from bot.desks.web.routes import Door, May, fields
from bot.desks.web.static_files import inside

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.store.writer import Work

NAMED = 16
"""Digits by which a session is named on a page: nobody comes from them to its secret."""


async def account(visit: Visit) -> Response:
    """Show where somebody is signed in, and whether they are on duty."""
    found = await visit.front.reads.run(lambda work: Sessions.of(work, visit.by.id))
    return visit.page(
        "own.html", sessions=found, here=visit.here.token, can_make=is_possible(visit),
        passkeys=await passkeys_of(visit, visit.by.id),
        name_of=lambda it: it.token.hex()[:NAMED],
        clock=lambda at: visit.tongue.clock(at, visit.now), now=visit.now,
    )  # fmt: skip


async def end(visit: Visit) -> Response:
    """End one of somebody's own sessions, or all but this one."""
    wanted = visit.form.get("session", "")
    mine = await visit.front.reads.run(lambda work: Sessions.of(work, visit.by.id))
    found = [
        it.token
        for it in mine
        if it.token != visit.here.token and wanted in {"others", it.token.hex()[:NAMED]}
    ]
    if not found and wanted != "others":
        raise NotThere("no such session")
    for token in found:
        await visit.front.sessions.end(token)
    visit.tell(texts.ENDED)
    return visit.go("/account")


async def prove(visit: Visit) -> Response:
    """Ask for the second factor again."""
    back = inside(visit.request.query_params.get("back", "/"))
    return visit.page("prove.html", back=back, told="", passkeys=is_possible(visit))


async def proved(visit: Visit) -> Response:
    """Take the second factor; the session goes on under another secret."""
    front, by, now = visit.front, visit.by, visit.now
    back = inside(visit.form.get("back", "/"))
    name = f"{by.id}/prove"
    if seconds := front.guesses.wait(name, "", now):
        return _again(visit, back, visit.tongue(texts.WAIT, seconds=str(seconds)))
    code = "".join(visit.form.get("code", "").split())

    def try_it(work: Work) -> bool:
        return front.passes.try_code(work, by.id, code, now)

    if not await front.database.writer.run(try_it):
        front.guesses.was_wrong(name, "", now)
        return _again(visit, back, visit.tongue(texts.WRONG_CODE))
    front.guesses.was_right(name, "")
    secret = await front.sessions.renew(visit.here, visit.secret, now)
    response = visit.go(back)
    visit.set_cookie(response, SESSION, secret.hex(), None)
    return response


def _again(visit: Visit, back: str, told: str) -> Response:
    return visit.page(
        "prove.html", status=HTTPStatus.UNAUTHORIZED, back=back, told=told,
        passkeys=is_possible(visit),
    )  # fmt: skip


DOORS = (
    Door("/account", account, May.SIGNED_IN),
    Door("/account/end", end, May.SIGNED_IN, "POST", fields("session"), is_final=True),
    Door("/prove", prove, May.SIGNED_IN),
    Door("/prove", proved, May.SIGNED_IN, "POST", fields("code", "back")),
)
