"""Checks that every request passes before its handler: origin, session, permission, form."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import quote

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response

from bot.cases.reference import parse_reference
from bot.cases.state_machine import CASE_ROLES, SENIOR_ROLES
from bot.desks.web import texts
from bot.desks.web.administration.directory import load_wrong_facts
from bot.desks.web.administration.texts import NOT_FOR_ROLE
from bot.desks.web.auth.login import browser_name
from bot.desks.web.auth.moved_keys import wrap_keys_of_moved_cases
from bot.desks.web.auth.refusal_log import AUDIT_INTERVAL, RefusalReason
from bot.desks.web.auth.totp import parse_secret
from bot.desks.web.case.moved import describe_move, give_words_back, leads_on
from bot.desks.web.form_nonces import (
    NONCE_FIELD,
    digest_of,
    is_nonce,
    release_nonce,
    take_nonce,
)
from bot.desks.web.form_with_file import (
    FILE_FIELD,
    is_multipart,
    max_form_bytes,
    parse_form_with_file,
)
from bot.desks.web.live.delayed_letters import UnsentMessages, load_delayed
from bot.desks.web.live.emergency_notices import leave_out_dismissed
from bot.desks.web.live.own_cases import load_own_cases, note_lapsed_claims
from bot.desks.web.preferences import load_preferences
from bot.desks.web.queue.emergencies import find_emergencies
from bot.desks.web.queue.unconfirmed_replies import unconfirmed_replies
from bot.desks.web.request import (
    LANGUAGE_COOKIE,
    SESSION_COOKIE,
    DeskRequest,
    NotFoundError,
    ToldError,
)
from bot.desks.web.routes import CHECKED_BY_HANDLER, ROLES, Permission, Repetition, Route
from bot.desks.web.security_headers import (
    add_security_headers,
    has_own_host,
    has_plain_framing,
    has_short_headers,
    is_form,
    is_same_origin,
    is_too_large,
    limit_body,
)
from bot.desks.web.team.shift_notice import load_shift_notice
from bot.errors import FileStorageError, FileStorageUnmarkedError, HavenError
from bot.hotline.queue.held_replies import held_replies
from bot.languages import STAFF_LANGUAGES
from bot.log import log
from bot.partners.members import PartnerMembers
from bot.store.faults import fault_kind, is_store_error
from bot.store.findings import load_findings
from bot.vault.keys.browser_key import secret_digest
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.desks.web.auth.sessions import SessionRow
    from bot.desks.web.context import DeskContext
    from bot.store.writer import Work
    from bot.text import Text

CSRF_FIELD = "csrf"
QUEUE_PATH = "/queue/mine"
MAX_FIELDS = 90


class DeskEndpoint:
    """ASGI endpoint of one route."""

    def __init__(self, context: DeskContext, route: Route) -> None:
        self.context = context
        self.route = route

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        http = Request(scope, limit_body(receive, max_form_bytes(self.route)), send)
        nonce = secrets.token_urlsafe(16)
        locale = self.context.locale(_language(http, self.context))
        now = self.context.clock.now()
        request = DeskRequest(
            http, self.context, self.route, locale, nonce, now,
            position=self.context.streams.position,
        )  # fmt: skip
        try:
            response = await self._respond(request)
        except HTTPException as error:  # an invalid form
            page = _error_page(request, HTTPStatus(error.status_code), texts.CANNOT_DO)
            response = self._refuse(request, RefusalReason.FORM, page)
        except ClientDisconnect:
            return
        except HavenError as error:
            log.warning("desk_request_failed", error=type(error).__name__)
            response = _failure_page(request, error, HTTPStatus.CONFLICT, texts.CANNOT_DO)
        except Exception as error:  # noqa: BLE001 - the answer reveals no details of an error
            log.error("desk_request_failed", error=type(error).__name__)
            status = HTTPStatus.INTERNAL_SERVER_ERROR
            response = _failure_page(request, error, status, texts.SERVER_ERROR)
        if request.session is not None and request.signed_in is not None:
            await wrap_keys_of_moved_cases(request)
        if request.session is not None:
            await self.context.sessions.keep_if_due(request.session, request.session_secret)
        has_script = response.status_code != HTTPStatus.NOT_FOUND
        answer = add_security_headers(response, self.context, nonce if has_script else "")
        await answer(scope, receive, send)

    async def _respond(self, request: DeskRequest) -> Response:
        try:
            return self._refuse_early(request) or await self._authorize(request)
        except NotFoundError:
            await self._audit_not_found(request)
            if leads_on(request) and (kept := await give_words_back(request)) is not None:
                return kept
            if leads_on(request) and (moved := await describe_move(request)):
                request.current_session.flashes.append((moved, True))
                return request.redirect(QUEUE_PATH)
            # The one answer to everything that does not exist or is forbidden.
            return request.render(
                "error.html", status=HTTPStatus.NOT_FOUND, message=texts.NOT_FOUND
            )

    def _refuse(self, request: DeskRequest, reason: RefusalReason, answer: Response) -> Response:
        self.context.refusal_log.record(self.route.path, reason, request.now)
        return answer

    def _refuse_early(self, request: DeskRequest) -> Response | None:
        """Refuse requests of other sites and broken clients before the session is looked up."""
        http = request.http
        if not has_plain_framing(http):
            return self._refuse(request, RefusalReason.FRAMING, _close(HTTPStatus.BAD_REQUEST))
        if not has_short_headers(http):
            answer = _close(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
            return self._refuse(request, RefusalReason.LONG_HEADERS, answer)
        if not has_own_host(http, self.context):
            return self._refuse(
                request, RefusalReason.HOST, PlainTextResponse("Not here.\n", HTTPStatus.NOT_FOUND)
            )
        return self._refuse_foreign_form(request) if self.route.changes_state else None

    def _refuse_foreign_form(self, request: DeskRequest) -> Response | None:
        """Refuse what is no form of this desk, and say so if it is only too large."""
        http, most = request.http, max_form_bytes(self.route)
        is_own = is_same_origin(http, self.context)
        if is_own and is_too_large(http, most):
            why = texts.FILE_TOO_LARGE if self.route.takes_file else texts.FORM_TOO_LARGE
            page = _error_page(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, why)
            return self._refuse(request, RefusalReason.TOO_LARGE, page)
        if not (is_own and is_form(http, most)):
            page = _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
            return self._refuse(request, RefusalReason.CROSS_ORIGIN, page)
        return None

    async def _authorize(self, request: DeskRequest) -> Response:
        route, is_public = self.route, self.route.permission is Permission.PUBLIC
        await self._authenticate(request)
        if not is_public and request.signed_in is None:
            return _to_sign_in(request)
        if request.signed_in is not None and request.signed_in.role not in ROLES[route.permission]:
            if route.permission is not Permission.STAFF:
                raise NotFoundError(route.path)
            # There is nothing to guess: everyone knows that accounts are administered.
            await self._audit_not_found(request)
            return _error_page(request, HTTPStatus.FORBIDDEN, NOT_FOR_ROLE)
        if route.changes_state:
            await _parse_form(request)
            sent, own = request.form.get(CSRF_FIELD, "").encode(), request.csrf.encode()
            if not is_public and not secrets.compare_digest(sent, own):
                page = _error_page(request, HTTPStatus.FORBIDDEN, texts.WRONG_ORIGIN)
                return self._refuse(request, RefusalReason.NO_CSRF, page)
            _check_fields(request)
        if route.needs_step_up and not request.current_session.has_stepped_up(request.now):
            return request.redirect_to_step_up(_return_path(request))
        if request.session is not None and not route.is_background:
            request.session.seen_at = request.now
        if route.repetition is Repetition.IGNORED:
            return await _handle_once(request)
        return await route.handler(request)

    async def _audit_not_found(self, request: DeskRequest) -> None:
        """Note in the audit log that a caseworker asked for something they may not see.

        A case they could see earlier in the session is not noted: it was erased, or is now a
        colleague's.
        """
        path, now, session = self.route.path, request.now, request.session
        self.context.refusal_log.record(path, RefusalReason.NOT_THERE, now)
        is_public = self.route.permission is Permission.PUBLIC
        if request.signed_in is None or session is None or is_public:
            return
        was_visible = parse_reference(request.param("reference")) in session.known_references
        noted_at = session.refused_routes.get(path, -AUDIT_INTERVAL)
        if not was_visible and not 0 <= now - noted_at < AUDIT_INTERVAL:
            session.refused_routes[path] = now
            where = path.replace("{", "").replace("}", "")
            await request.audit("refused", request.caseworker.id, where)

    async def _authenticate(self, request: DeskRequest) -> None:
        """Look up session and caseworker for each request: access may just have ended."""
        sessions = self.context.sessions
        secret = parse_secret(request.http.cookies.get(SESSION_COOKIE, ""))
        if not secret:
            return
        token, browser = secret_digest(secret), browser_name(request)
        rows: list[SessionRow] = []

        def look(work: Work) -> None:
            row = sessions.load(work, token)
            if row is not None:
                rows[:] = [row]
                if row.browser == browser:
                    _load_signed_in(work, request, row.who)

        await request.read(look)
        if not rows:
            return
        # In another browser: the secret was probably stolen. Only browser and system are compared,
        # so that an update of the browser changes nothing. A thief who copies that as well is not
        # noticed here; the account page lists all sessions.
        who = rows[0].who
        if rows[0].browser != browser:
            self.context.refusal_log.record(
                self.route.path, RefusalReason.SESSION_MOVED, request.now
            )
            await sessions.end(token)
            await request.audit("session_moved", who, "web", actor=who)
            return
        session = await sessions.resume(rows[0], secret, request.now)
        if session is None or request.signed_in is None:
            request.signed_in = None
            await sessions.end(token)
            return
        request.session, request.session_secret = session, secret
        if request.is_for_page:
            leave_out_dismissed(request)
            if request.caseworker.role in CASE_ROLES:
                await note_lapsed_claims(request)


def _load_signed_in(work: Work, request: DeskRequest, who: str) -> None:
    """Load the caseworker of a session, and what every page shows; nothing without access."""
    context, found = request.context, request.find_active(work, who)
    if found is None:
        return
    request.signed_in = found
    request.preferences = load_preferences(work, found.id)
    request.findings = load_findings(work, request.now, is_polling_watched=not context.rehearsal)
    if request.http.method == "GET" and found.role in CASE_ROLES:
        request.held_replies = held_replies(work)
        request.unconfirmed_replies = unconfirmed_replies(work, context.vault, request.held_replies)
    context.service_hours.plan(work)  # of what every page shows
    context.phrasebook.load(work)
    if request.is_for_page and found.role in CASE_ROLES:
        load_own_cases(work, request)
        request.emergencies = find_emergencies(work, found, request.now)
        request.delayed = load_delayed(work, context.vault, found.id, request.now)
        unsent = UnsentMessages(
            context.vault, context.staff, context.phrasebook, found.id, request.locale.language
        )
        request.unsent = unsent.load(work, request.param("reference"))
        request.shift_notice = load_shift_notice(work, request)
    if request.is_for_page and found.role in SENIOR_ROLES:
        request.wrong_facts = load_wrong_facts(work, request)
    if request.is_for_page and may_open(found.role.value):
        request.key_requests = context.staff_keys.requests()
        request.has_partner_key_requests = PartnerMembers.is_any_waiting(work)


def _close(status: HTTPStatus) -> Response:
    return PlainTextResponse("Not like this.\n", status, headers={"connection": "close"})


async def _parse_form(request: DeskRequest) -> None:
    if request.route.takes_file and is_multipart(request.http):
        form = await parse_form_with_file(request.http, MAX_FIELDS)
    else:
        form = await request.http.form(max_files=0, max_fields=MAX_FIELDS)
    try:
        pairs = form.multi_items()
        texts_of_form = {name: value for name, value in pairs if isinstance(value, str)}
        files = [it for name, it in pairs if isinstance(it, UploadFile) and name == FILE_FIELD]
        if len(texts_of_form) + len(files) != len(pairs):
            raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
        request.form = texts_of_form
        if files and files[0].filename:  # a form without a file sends an empty one
            request.uploaded = await files[0].read()
    finally:
        await form.close()


def _check_fields(request: DeskRequest) -> None:
    """Raise HTTPException for a field that a form does not have, or without a nonce it needs."""
    route, known = request.route, request.route.fields or frozenset()
    unknown = set(request.form) - known - {CSRF_FIELD, NONCE_FIELD}
    lacks_nonce = route.repetition is not Repetition.ALLOWED and not is_nonce(request.sent_nonce)
    if (known != CHECKED_BY_HANDLER and unknown) or lacks_nonce:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


async def _handle_once(request: DeskRequest) -> Response:
    """Handle a form, unless the same form was handled before."""
    fields = sorted(it for it in request.form.items() if it[0] not in {CSRF_FIELD, NONCE_FIELD})
    digest = digest_of(request.sent_nonce, request.http.url.path, fields)
    if not await request.write(lambda work: take_nonce(work, digest, request.now)):
        if request.is_fetched:
            return request.json(told=request.locale(texts.SENT_ALREADY), refused=False, go="")
        request.flash(texts.SENT_ALREADY)
        return request.redirect(_return_path(request))
    is_done = False
    try:
        response = await request.route.handler(request)
        is_done = response.status_code < HTTPStatus.BAD_REQUEST
    finally:
        if not is_done:
            await request.write(lambda work: release_nonce(work, digest))
    return response


def _return_path(request: DeskRequest) -> str:
    if not request.route.changes_state:
        return request.http.url.path.removeprefix(request.context.root)
    start = f"{request.context.origin}{request.context.root}/"
    page = request.http.headers.get("referer", "").partition("?")[0]
    if page.startswith(start):
        return f"/{page.removeprefix(start)}"
    # Some browsers do not say which page a form stands on.
    named = {name: quote(str(it), safe="") for name, it in request.http.path_params.items()}
    return request.route.page.format_map(named)


def _language(http: Request, context: DeskContext) -> str:
    chosen = http.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in STAFF_LANGUAGES else context.language


def _to_sign_in(request: DeskRequest) -> Response:
    if request.is_fetched or request.route.is_pane or request.route.changes_state:
        return _error_page(request, HTTPStatus.UNAUTHORIZED, texts.SIGN_IN_FIRST)
    return request.redirect("/signin")


def _failure_page(
    request: DeskRequest, error: Exception, status: HTTPStatus, message: Text
) -> Response:
    """Return the page for an error; it says so if the database takes no writes or is not there."""
    if isinstance(error, ToldError):
        return _error_page(request, HTTPStatus.CONFLICT, error.told)
    if isinstance(error, FileStorageUnmarkedError):
        return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, texts.FILES_UNMARKED)
    if isinstance(error, FileStorageError):
        return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, texts.FILES_AWAY)
    if fault_kind(error) is not None:
        # A page is also what one is sent to after a form was stored.
        away = texts.DATABASE_AWAY if request.route.changes_state else texts.PAGE_AWAY
        return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, away)
    if not (request.writes_refused_since and is_store_error(error)):
        return _error_page(request, status, message)
    if request.route.permission is Permission.CASE:
        message = texts.READING_NOT_RECORDED
    else:
        is_sign_in = request.route.permission is Permission.PUBLIC
        message = texts.NO_SIGN_IN_NOW if is_sign_in else texts.NOTHING_STORED
    return _error_page(request, HTTPStatus.SERVICE_UNAVAILABLE, message)


def _error_page(request: DeskRequest, status: HTTPStatus, message: Text) -> Response:
    if request.is_fetched:
        return request.json(status, told=request.locale(message), refused=True)
    return request.render("error.html", status=status, message=message)
