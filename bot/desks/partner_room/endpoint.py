"""Checks that every request to the room passes before its handler: origin, session, form."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.desks.partner_room import texts
from bot.desks.partner_room.auth.sign_in import browser_name
from bot.desks.partner_room.request import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    NothingHereError,
    RoomRequest,
)
from bot.desks.partner_room.routes import Access, RoomRoute
from bot.desks.web.auth.refusal_log import RefusalReason
from bot.desks.web.auth.totp import parse_secret
from bot.desks.web.form_nonces import (
    NONCE_FIELD,
    digest_of,
    is_nonce,
    release_nonce,
    take_nonce,
)
from bot.desks.web.security_headers import (
    add_security_headers,
    has_own_host,
    has_plain_framing,
    has_short_headers,
    is_form,
    is_same_origin,
    limit_body,
)
from bot.errors import HavenError
from bot.languages import STAFF_LANGUAGES
from bot.log import log
from bot.store.faults import fault_kind
from bot.vault.keys.browser_key import secret_digest

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.desks.partner_room.auth.sessions import RoomSessionRow
    from bot.desks.partner_room.context import RoomContext
    from bot.store.writer import Work
    from bot.text import Text

CSRF_FIELD = "csrf"
MAX_FIELDS = 60


class RoomEndpoint:
    """ASGI endpoint of one route."""

    def __init__(self, context: RoomContext, route: RoomRoute) -> None:
        self.context, self.route = context, route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        http = Request(scope, limit_body(receive), send)
        locale = self.context.locale(_language(http, self.context))
        request = RoomRequest(http, self.context, self.route, locale, self.context.clock.now())
        try:
            response = await self._respond(request)
        except HTTPException as error:  # an invalid form
            page = _error_page(request, HTTPStatus(error.status_code), texts.CANNOT_DO)
            response = self._refuse(request, RefusalReason.FORM, page)
        except ClientDisconnect:
            return
        except Exception as error:  # noqa: BLE001 - the answer reveals no details of an error
            log.error("desk_request_failed", error=type(error).__name__)
            response = _failure_page(request, error)
        if request.session is not None:
            await self.context.sessions.keep_if_due(request.session, request.session_secret)
        answer = add_security_headers(response, self.context, "")  # the room has no script
        await answer(scope, receive, send)

    async def _respond(self, request: RoomRequest) -> Response:
        try:
            return self._refuse_early(request) or await self._authorize(request)
        except NothingHereError:
            # The one answer to everything that does not exist or is another partner's.
            page = request.render("error.html", status=404, message=texts.NOT_FOUND)
            return self._refuse(request, RefusalReason.NOT_THERE, page)

    def _refuse(self, request: RoomRequest, reason: RefusalReason, answer: Response) -> Response:
        self.context.refusal_log.record(f"room {self.route.path}", reason, request.now)
        return answer

    def _refuse_early(self, request: RoomRequest) -> Response | None:
        """Refuse requests of other sites and broken clients before the session is looked up."""
        http = request.http
        if not has_plain_framing(http):
            return self._refuse(request, RefusalReason.FRAMING, _close(HTTPStatus.BAD_REQUEST))
        if not has_short_headers(http):
            answer = _close(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return self._refuse(request, RefusalReason.LONG_HEADERS, answer)
        if not has_own_host(http, self.context):
            answer = PlainTextResponse("Not here.\n", HTTPStatus.NOT_FOUND)
            return self._refuse(request, RefusalReason.HOST, answer)
        is_own_form = is_same_origin(http, self.context) and is_form(http)
        if self.route.changes_state and not is_own_form:
            page = _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
            return self._refuse(request, RefusalReason.CROSS_ORIGIN, page)
        return None

    async def _authorize(self, request: RoomRequest) -> Response:
        route, is_public = self.route, self.route.access is Access.PUBLIC
        await self._authenticate(request)
        if not is_public and request.signed_in is None:
            if route.changes_state:
                return _error_page(request, HTTPStatus.UNAUTHORIZED, texts.SIGN_IN_FIRST)
            return request.redirect("/signin")
        if route.changes_state:
            await _parse_form(request)
            sent, own = request.form.get(CSRF_FIELD, "").encode(), request.csrf.encode()
            if not is_public and not secrets.compare_digest(sent, own):
                page = _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
                return self._refuse(request, RefusalReason.NO_CSRF, page)
            _check_fields(request)
        if request.session is not None:
            request.session.seen_at = request.now
        return await (_handle_once(request) if route.is_once else route.handler(request))

    async def _authenticate(self, request: RoomRequest) -> None:
        """Look up session and member for each request: access may just have ended."""
        sessions = self.context.sessions
        secret = parse_secret(request.http.cookies.get(SESSION_COOKIE, ""))
        if not secret:
            return
        token, browser = secret_digest(secret), browser_name(request)
        rows: list[RoomSessionRow] = []

        def look(work: Work) -> None:
            row = sessions.load(work, token)
            if row is not None:
                rows[:] = [row]
                found = self.context.members.find(work, row.member_id)
                if row.browser == browser and found is not None and found.may_sign_in:
                    request.signed_in = found

        await request.read(look)
        if not rows:
            return
        if rows[0].browser != browser:  # the secret was probably stolen
            self._refuse(request, RefusalReason.SESSION_MOVED, _close(HTTPStatus.FORBIDDEN))
            await sessions.end(token)
            return
        session = await sessions.resume(rows[0], secret, request.now)
        if session is None or request.signed_in is None:
            request.signed_in = None
            await sessions.end(token)
            return
        request.session, request.session_secret = session, secret


def _close(status: HTTPStatus) -> Response:
    return PlainTextResponse("Not like this.\n", status, headers={"connection": "close"})


async def _parse_form(request: RoomRequest) -> None:
    """Read the form; raise HTTPException for one that says something twice or holds a file."""
    form = await request.http.form(max_files=0, max_fields=MAX_FIELDS)
    try:
        pairs = form.multi_items()
        found = {name: value for name, value in pairs if isinstance(value, str)}
        if len(found) != len(pairs):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
        request.form = found
    finally:
        await form.close()


def _check_fields(request: RoomRequest) -> None:
    """Raise HTTPException for a field that a form does not have, or without a nonce it needs."""
    known = request.route.fields or frozenset()
    unknown = set(request.form) - known - {CSRF_FIELD, NONCE_FIELD}
    if unknown or (request.route.is_once and not is_nonce(request.sent_nonce)):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


async def _handle_once(request: RoomRequest) -> Response:
    """Handle a form, unless the same form was handled before."""
    fields = sorted(it for it in request.form.items() if it[0] not in {CSRF_FIELD, NONCE_FIELD})
    digest = digest_of(request.sent_nonce, "room", request.http.url.path, fields)
    if not await request.write(lambda work: take_nonce(work, digest, request.now)):
        request.flash(texts.SENT_ALREADY)
        return request.redirect("/")
    is_done = False
    try:
        response = await request.route.handler(request)
        is_done = response.status_code < HTTPStatus.BAD_REQUEST
    finally:
        if not is_done:
            await request.write(lambda work: release_nonce(work, digest))
    return response


def _language(http: Request, context: RoomContext) -> str:
    chosen = http.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in STAFF_LANGUAGES else context.language


def _failure_page(request: RoomRequest, error: Exception) -> Response:
    """Return the page for an error; it says so if the database is not there."""
    if fault_kind(error) is not None:
        # A page is also what one is sent to after a form was stored.
        away = texts.DATABASE_AWAY if request.route.changes_state else texts.PAGE_AWAY
        return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, away)
    if isinstance(error, HavenError):
        return _error_page(request, HTTPStatus.CONFLICT, texts.CANNOT_DO)
    return _error_page(request, HTTPStatus.INTERNAL_SERVER_ERROR, texts.SERVER_ERROR)


def _error_page(request: RoomRequest, status: HTTPStatus, message: Text) -> Response:
    return request.render("error.html", status=status, message=message)
