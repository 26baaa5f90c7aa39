"""The way in and the way out: pages on which somebody says who they are."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import authenticate, find_caseworker, known_browser_id, start_session
from bot.desks.web.auth.passkey_login import login_page as form_of
from bot.desks.web.auth.throttle import RETRY_SECONDS
from bot.desks.web.request import SESSION_COOKIE
from bot.desks.web.routes import NO_FIELDS, Permission, Route, form_fields

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

REFUSED = "sign_in_refused"


async def show_login(request: DeskRequest) -> Response:
    """Show where one signs in; whoever has goes to the desk."""
    if request.signed_in is not None:
        return request.redirect("/")
    return form_of(request, status=HTTPStatus.OK)


async def sign_in(request: DeskRequest) -> Response:
    """Let somebody in, or say that something was not right, and never what."""
    form, guesses = request.form, request.context.throttle
    typed = form.get("who", "")
    by = await find_caseworker(request, typed)
    name = by.id if by else typed
    browser = known_browser_id(request, by.id) if by else ""
    if seconds := guesses.seconds_to_wait(name, browser, request.now):
        return form_of(
            request,
            texts.TOO_MANY_ATTEMPTS,
            status=HTTPStatus.TOO_MANY_REQUESTS,
            seconds=str(seconds),
        )
    async with guesses.check_slot(is_known=bool(browser)) as came:
        if not came:
            return form_of(
                request,
                texts.LOGIN_BUSY,
                status=HTTPStatus.TOO_MANY_REQUESTS,
                seconds=str(RETRY_SECONDS),
            )
        code = "".join(form.get("code", "").split())
        let_in = await authenticate(request, typed, form.get("password", ""), code)
    if let_in is None:
        guesses.record_failure(name, browser, request.now)
        if by is not None:
            await _audit_refused(request, by.id)
        return form_of(request, texts.LOGIN_FAILED)
    guesses.record_success(name, browser)
    return await start_session(request, let_in.by, let_in.keyring, "/")


async def _audit_refused(request: DeskRequest, who: str) -> None:
    def note(work: Work) -> None:
        request.context.audit.record(work, request.now, "stranger", REFUSED, who, "web")

    await request.context.database.writer.run(note)


async def sign_out(request: DeskRequest) -> Response:
    """End this session; what the browser kept of it goes."""
    await request.context.sessions.end(request.current_session.token)
    response = request.render("signed_out.html")
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"storage"'
    return response


ROUTES = (
    Route("/signin", show_login, Permission.PUBLIC),
    Route("/signin", sign_in, Permission.PUBLIC, "POST", form_fields("who", "password", "code")),
    Route("/signout", sign_out, Permission.SIGNED_IN, "POST", NO_FIELDS),
)
