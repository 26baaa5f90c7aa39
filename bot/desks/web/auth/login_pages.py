"""The way in and the way out: pages on which somebody says who they are."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_known_to, check, find, welcome_in
from bot.desks.web.auth.passkey_login import form as form_of
from bot.desks.web.auth.throttle import TRY_AGAIN
from bot.desks.web.request import SESSION
from bot.desks.web.routes import NO_FIELDS, Door, May, fields

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.store.writer import Work

REFUSED = "sign_in_refused"


async def way_in(visit: Visit) -> Response:
    """Show where one signs in; whoever has goes to the desk."""
    if visit.by_ is not None:
        return visit.go("/")
    return form_of(visit, status=HTTPStatus.OK)


async def sign_in(visit: Visit) -> Response:
    """Let somebody in, or say that something was not right, and never what."""
    form, guesses = visit.form, visit.front.guesses
    typed = form.get("who", "")
    by = await find(visit, typed)
    name = by.id if by else typed
    browser = browser_known_to(visit, by.id) if by else ""
    if seconds := guesses.wait(name, browser, visit.now):
        return form_of(visit, texts.WAIT, status=HTTPStatus.TOO_MANY_REQUESTS, seconds=str(seconds))
    async with guesses.turn(is_known=bool(browser)) as came:
        if not came:
            return form_of(
                visit, texts.BUSY, status=HTTPStatus.TOO_MANY_REQUESTS, seconds=str(TRY_AGAIN)
            )
        code = "".join(form.get("code", "").split())
        let_in = await check(visit, typed, form.get("password", ""), code)
    if let_in is None:
        guesses.was_wrong(name, browser, visit.now)
        if by is not None:
            await _note_refused(visit, by.id)
        return form_of(visit, texts.NOT_RIGHT)
    guesses.was_right(name, browser)
    return await welcome_in(visit, let_in.by, let_in.keyring, "/")


async def _note_refused(visit: Visit, who: str) -> None:
    def note(work: Work) -> None:
        visit.front.audit.note(work, visit.now, "stranger", REFUSED, who, "web")

    await visit.front.database.writer.run(note)


async def sign_out(visit: Visit) -> Response:
    """End this session; what the browser kept of it goes."""
    await visit.front.sessions.end(visit.here.token)
    response = visit.page("signed_out.html")
    response.delete_cookie(SESSION, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"storage"'
    return response


DOORS = (
    Door("/signin", way_in, May.ANYBODY),
    Door("/signin", sign_in, May.ANYBODY, "POST", fields("who", "password", "code")),
    Door("/signout", sign_out, May.SIGNED_IN, "POST", NO_FIELDS),
)
