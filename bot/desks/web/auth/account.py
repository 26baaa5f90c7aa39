"""Own account page: sessions, alerts, passkeys; and the step-up page.

Sound and notification are off until chosen. A browser gets only the name of an event, and a
notification never says what is waiting, or whose case it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.passkey_pages import load_passkeys, passkeys_available
from bot.desks.web.auth.sessions import DeskSession, DeskSessions
from bot.desks.web.auth.step_up import complete_step_up, step_up_form
from bot.desks.web.preferences import ALERTS, NOTICE, SOUND, store_preference
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get, post
from bot.desks.web.static_files import safe_path

if TYPE_CHECKING:
    from starlette.responses import Response


SESSION_ID_DIGITS = 16
"""Digits of the token digest that name a session on a page; they reveal nothing of its secret."""


@get("/account", Permission.SIGNED_IN)
async def account_page(request: DeskRequest) -> Response:
    """Show the caseworker's sessions, alerts and passkeys."""
    return request.render(
        "account.html", sessions=await _own_sessions(request),
        this_session=request.current_session.token, may_add=passkeys_available(request),
        passkeys=await load_passkeys(request, request.caseworker.id), session_id=_session_id,
    )  # fmt: skip


@post("/account/alerts", Permission.SIGNED_IN, SOUND, NOTICE)
async def store_alerts(request: DeskRequest) -> Response:
    """Store the caseworker's choice of alerts."""
    chosen = " ".join(kind for kind in (SOUND, NOTICE) if request.form.get(kind))
    await request.write(lambda work: store_preference(work, request.caseworker.id, ALERTS, chosen))
    request.flash(texts.SAVED)
    return request.redirect("/account")


@post("/account/end", Permission.SIGNED_IN, "session", needs_step_up=True)
async def end_own_sessions(request: DeskRequest) -> Response:
    """End one of the caseworker's other sessions, or all of them."""
    wanted = request.form.get("session", "")
    found = [
        it.token
        for it in await _own_sessions(request)
        if it.token != request.current_session.token and wanted in {"others", _session_id(it)}
    ]
    if not found and wanted != "others":
        raise NotFoundError("no such session")
    for token in found:
        await request.context.sessions.end(token)
    request.flash(texts.ENDED)
    return request.redirect("/account")


async def _own_sessions(request: DeskRequest) -> list[DeskSession]:
    who = request.caseworker.id
    return await request.read(lambda work: DeskSessions.of(work, who))


def _session_id(session: DeskSession) -> str:
    return session.token.hex()[:SESSION_ID_DIGITS]


@get("/step-up", Permission.SIGNED_IN)
async def step_up_page(request: DeskRequest) -> Response:
    """Ask for the second factor again."""
    return step_up_form(request, safe_path(request.http.query_params.get("back", "/")))


@post("/step-up", Permission.SIGNED_IN, "code", "back")
async def check_step_up(request: DeskRequest) -> Response:
    """Check the second factor; the session continues under a new secret."""
    context, by, now = request.context, request.caseworker, request.now
    back = safe_path(request.form.get("back", "/"))
    name = f"{by.id}/prove"
    if seconds := context.throttle.seconds_to_wait(name, "", now):
        error = request.locale(texts.TOO_MANY_ATTEMPTS, seconds=str(seconds))
        return step_up_form(request, back, error)
    code = "".join(request.form.get("code", "").split())
    if not await request.write(lambda work: context.factors.use_code(work, by.id, code, now)):
        context.throttle.record_failure(name, "", now)
        return step_up_form(request, back, request.locale(texts.WRONG_CODE))
    context.throttle.record_success(name, "")
    return await complete_step_up(request, back)
