"""Sign-in and sign-out pages."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import authenticate, find_caseworker, known_browser_id, start_session
from bot.desks.web.auth.passkey_login import login_page
from bot.desks.web.auth.throttle import RETRY_SECONDS
from bot.desks.web.request import SESSION_COOKIE, DeskRequest
from bot.desks.web.routes import Permission, get, post

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.text import Text

REFUSED = "sign_in_refused"


@get("/signin", Permission.PUBLIC)
async def show_login(request: DeskRequest) -> Response:
    """Show the sign-in page; with a session, go to the desk."""
    if request.signed_in is not None:
        return request.redirect("/")
    return login_page(request, status=HTTPStatus.OK)


@post("/signin", Permission.PUBLIC, "who", "password", "code")
async def sign_in(request: DeskRequest) -> Response:
    """Start a session, or say that something was wrong without saying what."""
    form, throttle = request.form, request.context.throttle
    typed = form.get("who", "")
    by = await find_caseworker(request, typed)
    name = by.id if by else typed
    browser = known_browser_id(request, by.id) if by else ""
    if seconds := throttle.seconds_to_wait(name, browser, request.now):
        return _wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
    async with throttle.check_slot(is_known=bool(browser)) as has_turn:
        if not has_turn:
            return _wait_page(request, texts.LOGIN_BUSY, RETRY_SECONDS)
        code = "".join(form.get("code", "").split())
        staff = await authenticate(request, typed, form.get("password", ""), code)
    if staff is None:
        throttle.record_failure(name, browser, request.now)
        if by is not None:
            await request.audit(REFUSED, by.id, "web", actor="stranger")
        return login_page(request, texts.LOGIN_FAILED)
    throttle.record_success(name, browser)
    return await start_session(request, staff.by, staff.keyring, "/")


def _wait_page(request: DeskRequest, text: Text, seconds: int) -> Response:
    status = HTTPStatus.TOO_MANY_REQUESTS
    return login_page(request, text, status=status, seconds=str(seconds))


@post("/signout", Permission.SIGNED_IN)
async def sign_out(request: DeskRequest) -> Response:
    """End the session, and clear what the browser stored."""
    await request.context.sessions.end(request.current_session.token)
    response = request.render("signed_out.html")
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"storage"'
    return response
