"""Checks that every request passes before its handler: origin, session, permission, form."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_name
from bot.desks.web.auth.refusal_log import RefusalReason, audit_not_found, end_moved_session
from bot.desks.web.preferences import load_preferences
from bot.desks.web.request import LANGUAGE_COOKIE, SESSION_COOKIE, DeskRequest, NotFoundError
from bot.desks.web.routes import CHECKED_BY_HANDLER, ROLES, Permission, Route
from bot.desks.web.security_headers import (
    add_security_headers,
    close_connection,
    has_own_host,
    has_plain_framing,
    has_short_headers,
    is_form,
    is_same_origin,
    limit_body,
    wrong_host,
)
from bot.errors import HavenError
from bot.languages import STAFF_LANGUAGES
from bot.log import log

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from bot.desks.web.context import DeskContext
    from bot.store.writer import Work
    from bot.text import Text

CSRF_FIELD = "csrf"
MAX_FIELDS = 60


class DeskEndpoint:
    """ASGI endpoint of one route."""

    def __init__(self, context: DeskContext, route: Route) -> None:
        self.context = context
        self.route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        http = Request(scope, limit_body(receive), send)
        nonce = secrets.token_urlsafe(16)
        locale = self.context.locale(_language(http, self.context))
        now = self.context.clock.now()
        request = DeskRequest(http, self.context, self.route, locale, nonce, now)
        try:
            response = await self._respond(request)
        except HTTPException as error:  # an invalid form
            self._log_refusal(request, RefusalReason.FORM)
            response = _error_page(request, HTTPStatus(error.status_code), texts.CANNOT_DO)
        except ClientDisconnect:
            return
        except HavenError as error:
            log.warning("desk_request_failed", error=type(error).__name__)
            response = _error_page(request, HTTPStatus.CONFLICT, texts.CANNOT_DO)
        except Exception as error:  # noqa: BLE001 - the answer reveals no details of an error
            log.error("desk_request_failed", error=type(error).__name__)
            response = _error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, texts.SERVER_ERROR)
        has_script = response.status_code != HTTPStatus.NOT_FOUND
        await add_security_headers(response, self.context, nonce if has_script else "")(
            scope, receive, send
        )

    async def _respond(self, request: DeskRequest) -> Response:
        try:
            return self._refuse_early(request) or await self._authorize(request)
        except NotFoundError:
            await audit_not_found(request)
            return not_found(request)

    def _refuse_early(self, request: DeskRequest) -> Response | None:
        """Refuse requests of other sites and broken clients before the session is looked up."""
        http = request.http
        if not has_plain_framing(http):
            self._log_refusal(request, RefusalReason.FRAMING)
            return close_connection(HTTPStatus.BAD_REQUEST)
        if not has_short_headers(http):
            self._log_refusal(request, RefusalReason.LONG_HEADERS)
            return close_connection(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if not has_own_host(http, self.context):
            self._log_refusal(request, RefusalReason.HOST)
            return wrong_host()
        if self.route.changes_state and not (is_same_origin(http, self.context) and is_form(http)):
            self._log_refusal(request, RefusalReason.CROSS_ORIGIN)
            return _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
        return None

    async def _authorize(self, request: DeskRequest) -> Response:
        route, is_public = self.route, self.route.permission is Permission.PUBLIC
        await self._authenticate(request)
        if not is_public and request.signed_in is None:
            return _to_sign_in(request)
        if request.signed_in is not None and request.signed_in.role not in ROLES[route.permission]:
            raise NotFoundError(route.path)
        if route.changes_state:
            await _parse_form(request)
            if not is_public and not _has_csrf_token(request):
                self._log_refusal(request, RefusalReason.NO_CSRF)
                return _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
            _check_fields(request)
        if route.needs_step_up and not request.current_session.has_stepped_up(request.now):
            return request.redirect_to_step_up(_return_path(request))
        if request.session is not None and not route.is_background:
            await self.context.sessions.touch(request.session, request.now)
        return await route.handler(request)

    def _log_refusal(self, request: DeskRequest, reason: RefusalReason) -> None:
        self.context.refusal_log.record(self.route.path, reason, request.now)

    async def _authenticate(self, request: DeskRequest) -> None:
        """Look up session and caseworker for each request: access may just have ended."""
        secret = _session_secret(request.http)
        session = self.context.sessions.find(secret, request.now) if secret else None
        if session is None:
            return
        if browser_name(request) != session.browser:
            await end_moved_session(request, session)
            return

        def look(work: Work) -> None:
            found = self.context.staff.find(work, session.who)
            exists = self.context.sessions.exists(work, session)
            if found is not None and found.is_active and exists:
                request.signed_in = found
                request.preferences = load_preferences(work, found.id)

        await self.context.read_pool.run(look)
        if request.signed_in is None:
            await self.context.sessions.end(session.token)
        else:
            request.session, request.session_secret = session, secret


async def _parse_form(request: DeskRequest) -> None:
    form = await request.http.form(max_files=0, max_fields=MAX_FIELDS)
    pairs = form.multi_items()
    names = {name for name, _value in pairs}
    if len(names) != len(pairs) or not all(isinstance(value, str) for _name, value in pairs):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    request.form = {name: str(value) for name, value in pairs}


def _return_path(request: DeskRequest) -> str:
    if not request.route.changes_state:
        return request.http.url.path.removeprefix(request.context.root)
    start = f"{request.context.origin}{request.context.root}/"
    page = request.http.headers.get("referer", "").partition("?")[0]
    return f"/{page.removeprefix(start)}" if page.startswith(start) else "/"


def _check_fields(request: DeskRequest) -> None:
    known = request.route.fields or frozenset()
    if known != CHECKED_BY_HANDLER and set(request.form) - known - {CSRF_FIELD}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


def _has_csrf_token(request: DeskRequest) -> bool:
    return secrets.compare_digest(request.form.get(CSRF_FIELD, "").encode(), request.csrf.encode())


def _session_secret(http: Request) -> bytes:
    try:
        return bytes.fromhex(http.cookies.get(SESSION_COOKIE, ""))
    except ValueError:
        return b""


def _language(http: Request, context: DeskContext) -> str:
    chosen = http.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in STAFF_LANGUAGES else context.language


def _to_sign_in(request: DeskRequest) -> Response:
    if request.is_fetched or request.route.is_pane or request.route.changes_state:
        return _error_page(request, HTTPStatus.UNAUTHORIZED, texts.SIGN_IN_FIRST)
    return request.redirect("/signin")


def not_found(request: DeskRequest) -> Response:
    """Return the one answer to everything that does not exist or is forbidden."""
    return request.render("error.html", status=HTTPStatus.NOT_FOUND, message=texts.NOT_FOUND)


def _error_page(request: DeskRequest, status: HTTPStatus, message: Text) -> Response:
    if request.is_fetched:
        return request.json(status, told=request.locale(message), refused=True)
    return request.render("error.html", status=status, message=message)
