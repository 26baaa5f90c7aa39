"""Step-up: exports and downloads need a fresh second factor and a request of this desk."""

from __future__ import annotations

from dataclasses import replace
from http import HTTPStatus

from bot.clock import MINUTE
from bot.desks.web.auth.sessions import InterruptedExport
from bot.desks.web.form_nonces import NONCE_FIELD
from bot.desks.web.request import SESSION_COOKIE, DeskRequest, NotFoundError, Response
from bot.desks.web.security_headers import SANDBOX_CSP

GOES_ON_FOR = 5 * MINUTE
"""How long an export waits for a second factor: what is confirmed later was another wish."""
_OF_ONE_FORM = frozenset({"csrf", NONCE_FIELD})


def require_step_up(request: DeskRequest, back: str) -> Response | None:
    """Return the step-up page unless just given; raise NotFoundError for another site's request."""
    if request.http.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        raise NotFoundError("request of another site")
    if request.current_session.has_stepped_up(request.now):
        return None
    request.current_session.interrupted = asked_export(request, back)  # its page asks for it again
    return request.redirect_to_step_up(back)


def asked_export(request: DeskRequest, back: str) -> InterruptedExport:
    """Return the export that a request asks for on a page, with what was typed for it."""
    path = request.http.url.path.removeprefix(request.context.root)
    given = {name: it for name, it in request.form.items() if name not in _OF_ONE_FORM}
    method = "post" if request.route.changes_state else "get"
    return InterruptedExport(path, given, back, request.now, method=method)


def take_interrupted(request: DeskRequest, page: str) -> InterruptedExport | None:
    """Return the export that was asked on a page and is confirmed since; each goes on once."""
    session = request.current_session
    waits = session.interrupted
    if waits is None or not waits.is_confirmed or waits.back.partition("#")[0] != page:
        return None
    session.interrupted = None
    is_recent = 0 <= request.now - waits.asked_at <= GOES_ON_FOR
    return waits if is_recent and session.has_stepped_up(request.now) else None


def typed_before_step_up(waits: InterruptedExport | None, action: str) -> str:
    """Return what was typed for a command that a second factor interrupted; empty for none."""
    is_asked = waits is not None and waits.path.endswith(action)
    return waits.fields.get("code", "") if waits and is_asked else ""


def step_up_form(request: DeskRequest, back: str, error: str = "") -> Response:
    """Return the page that asks for the second factor."""
    return request.render(
        "step_up.html", status=HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK, back=back,
        error=error, passkeys=bool(request.context.webauthn.rp_id),
    )  # fmt: skip


async def complete_step_up(request: DeskRequest, back: str) -> Response:
    """Note the second factor, rotate the session's secret, and return to a page."""
    session, waits = request.current_session, request.current_session.interrupted
    is_asked = waits is not None and waits.back == back
    session.interrupted = replace(waits, is_confirmed=True) if waits and is_asked else None
    request.session, secret = await request.context.sessions.rotate(
        session, request.session_secret, request.now
    )
    request.session_secret = secret
    response = request.redirect(back)
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    return response


def text_download(name: str, text: str) -> Response:
    """Return text as a file to save; a browser does not display it."""
    return file_download(name, text.encode(), "text/plain; charset=utf-8")


def file_download(name: str, data: bytes, media_type: str) -> Response:
    """Return a file to save; a browser does not display it."""
    return Response(data, media_type=media_type, headers=download_headers(name))


def download_headers(name: str) -> dict[str, str]:
    """Return the headers of a file to save."""
    return {
        "content-disposition": f'attachment; filename="{name}"',
        "content-security-policy": SANDBOX_CSP, "cache-control": "no-store",
    }  # fmt: skip
