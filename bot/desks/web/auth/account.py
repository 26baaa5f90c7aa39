"""One's own account: where one is signed in, and the second factor shown again."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.passkey_pages import load_passkeys, passkeys_available
from bot.desks.web.auth.sessions import DeskSessions
from bot.desks.web.request import SESSION_COOKIE, NotFoundError
from bot.desks.web.routes import Permission, Route, form_fields
from bot.desks.web.static_files import safe_path

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.store.writer import Work

SESSION_ID_DIGITS = 16
"""Digits by which a session is named on a page: nobody comes from them to its secret."""


async def account_page(request: DeskRequest) -> Response:
    """Show where somebody is signed in, and whether they are on duty."""
    found = await request.context.read_pool.run(
        lambda work: DeskSessions.of(work, request.caseworker.id)
    )
    return request.render(
        "own.html",
        sessions=found,
        here=request.current_session.token,
        can_make=passkeys_available(request),
        passkeys=await load_passkeys(request, request.caseworker.id),
        name_of=lambda it: it.token.hex()[:SESSION_ID_DIGITS],
        clock=lambda at: request.locale.format_time(at, request.now),
        now=request.now,
    )


async def end_own_sessions(request: DeskRequest) -> Response:
    """End one of somebody's own sessions, or all but this one."""
    wanted = request.form.get("session", "")
    mine = await request.context.read_pool.run(
        lambda work: DeskSessions.of(work, request.caseworker.id)
    )
    found = [
        it.token
        for it in mine
        if it.token != request.current_session.token
        and wanted in {"others", it.token.hex()[:SESSION_ID_DIGITS]}
    ]
    if not found and wanted != "others":
        raise NotFoundError("no such session")
    for token in found:
        await request.context.sessions.end(token)
    request.flash(texts.ENDED)
    return request.redirect("/account")


async def step_up_page(request: DeskRequest) -> Response:
    """Ask for the second factor again."""
    back = safe_path(request.http.query_params.get("back", "/"))
    return request.render("prove.html", back=back, told="", passkeys=passkeys_available(request))


async def check_step_up(request: DeskRequest) -> Response:
    """Take the second factor; the session goes on under another secret."""
    front, by, now = request.context, request.caseworker, request.now
    back = safe_path(request.form.get("back", "/"))
    name = f"{by.id}/prove"
    if seconds := front.throttle.seconds_to_wait(name, "", now):
        return _retry_page(
            request, back, request.locale(texts.TOO_MANY_ATTEMPTS, seconds=str(seconds))
        )
    code = "".join(request.form.get("code", "").split())

    def try_it(work: Work) -> bool:
        return front.factors.use_code(work, by.id, code, now)

    if not await front.database.writer.run(try_it):
        front.throttle.record_failure(name, "", now)
        return _retry_page(request, back, request.locale(texts.WRONG_CODE))
    front.throttle.record_success(name, "")
    secret = await front.sessions.rotate(request.current_session, request.session_secret, now)
    response = request.redirect(back)
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    return response


def _retry_page(request: DeskRequest, back: str, told: str) -> Response:
    return request.render(
        "prove.html", status=HTTPStatus.UNAUTHORIZED, back=back, told=told,
        passkeys=passkeys_available(request),
    )  # fmt: skip


ROUTES = (
    Route("/account", account_page, Permission.SIGNED_IN),
    Route(
        "/account/end",
        end_own_sessions,
        Permission.SIGNED_IN,
        "POST",
        form_fields("session"),
        needs_step_up=True,
    ),
    Route("/prove", step_up_page, Permission.SIGNED_IN),
    Route("/prove", check_step_up, Permission.SIGNED_IN, "POST", form_fields("code", "back")),
)
