"""Who comes in: every request passes here before anything answers it."""

from __future__ import annotations

import secrets
from http import HTTPStatus
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_of
from bot.desks.web.auth.refusal_log import Why, was_moved, was_not_there
from bot.desks.web.preferences import chosen_by
from bot.desks.web.request import LANGUAGE, SESSION, NotThere, Visit
from bot.desks.web.routes import BY_WHAT_IS_DONE, ROLES, Door, May
from bot.desks.web.security_headers import (
    cut_off,
    dress,
    elsewhere,
    is_a_form,
    is_framed_plainly,
    is_from_here,
    is_meant_for,
    is_short,
    limited,
)
from bot.errors import HavenError
from bot.languages import STAFF_LANGUAGES
from bot.log import log

if TYPE_CHECKING:
    from starlette.responses import Response
    from starlette.types import Receive, Scope, Send

    from bot.desks.web.context import Front
    from bot.store.writer import Work
    from bot.text import Text

CSRF = "csrf"
MOST_FIELDS = 60


class Gate:
    """One door, as a server knows it."""

    def __init__(self, front: Front, door: Door) -> None:
        self.front = front
        self.door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, limited(receive), send)
        nonce = secrets.token_urlsafe(16)
        visit = Visit(
            request, self.front, self.door, self.front.tongue(_language(request, self.front)),
            nonce, self.front.clock.now(),
        )  # fmt: skip
        try:
            response = await self._answer(visit)
        except HTTPException as error:  # a form that is none
            self._note(visit, Why.FORM)
            response = _wrong(visit, HTTPStatus(error.status_code), texts.CANNOT)
        except ClientDisconnect:
            return
        except HavenError as error:
            log.warning("desk_failed", error=type(error).__name__)
            response = _wrong(visit, HTTPStatus.CONFLICT, texts.CANNOT)
        except Exception as error:  # noqa: BLE001 - nobody is told more than that it went wrong
            log.error("desk_failed", error=type(error).__name__)
            response = _wrong(visit, HTTPStatus.INTERNAL_SERVER_ERROR, texts.WENT_WRONG)
        has_script = response.status_code != HTTPStatus.NOT_FOUND
        await dress(response, self.front, nonce if has_script else "")(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        try:
            return self._refused_unseen(visit) or await self._let_in(visit)
        except NotThere:
            await was_not_there(visit)
            return not_found(visit)

    def _refused_unseen(self, visit: Visit) -> Response | None:
        """Refuse what is not from here, before anybody looks who it is."""
        request = visit.request
        if not is_framed_plainly(request):
            self._note(visit, Why.FRAMED)
            return cut_off(HTTPStatus.BAD_REQUEST)
        if not is_short(request):
            self._note(visit, Why.LONG)
            return cut_off(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE)
        if not is_meant_for(request, self.front):
            self._note(visit, Why.HOST)
            return elsewhere()
        if self.door.changes and not (is_from_here(request, self.front) and is_a_form(request)):
            self._note(visit, Why.ELSEWHERE)
            return _wrong(visit, HTTPStatus.FORBIDDEN, texts.NOT_FROM_HERE)
        return None

    async def _let_in(self, visit: Visit) -> Response:
        door = self.door
        await self._recognise(visit)
        if door.may is not May.ANYBODY and visit.by_ is None:
            return _to_the_way_in(visit)
        if visit.by_ is not None and visit.by_.role not in ROLES[door.may]:
            raise NotThere(door.path)
        if door.changes:
            await _fill_in(visit)
            if door.may is not May.ANYBODY and not _is_signed(visit):
                self._note(visit, Why.UNSIGNED)
                return _wrong(visit, HTTPStatus.FORBIDDEN, texts.NOT_FROM_HERE)
            _only_known(visit)
        if door.is_final and not visit.here.is_proved(visit.now):
            return visit.prove_first(_page_of(visit))
        if visit.session is not None and not door.is_watched:
            await self.front.sessions.seen(visit.session, visit.now)
        return await door.answer(visit)

    def _note(self, visit: Visit, why: Why) -> None:
        self.front.refusals.note(self.door.path, why, visit.now)

    async def _recognise(self, visit: Visit) -> None:
        """Find out who it is, if anybody: their access can have ended this minute."""
        secret = _secret(visit.request)
        session = self.front.sessions.known(secret, visit.now) if secret else None
        if session is None:
            return
        if browser_of(visit) != session.browser:
            await was_moved(visit, session)
            return

        def look(work: Work) -> None:
            found = self.front.staff.find(work, session.who)
            if found is not None and found.is_active and self.front.sessions.stands(work, session):
                visit.by_ = found
                visit.chosen = chosen_by(work, found.id)

        await self.front.reads.run(look)
        if visit.by_ is None:
            await self.front.sessions.end(session.token)
        else:
            visit.session, visit.secret = session, secret


async def _fill_in(visit: Visit) -> None:
    """Read a form; a name that comes twice, or brings a file, is no form of ours."""
    form = await visit.request.form(max_files=0, max_fields=MOST_FIELDS)
    pairs = form.multi_items()
    names = [name for name, _value in pairs]
    if len(set(names)) != len(names) or not all(isinstance(value, str) for _name, value in pairs):
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)
    visit.form = {name: str(value) for name, value in pairs}


def _page_of(visit: Visit) -> str:
    """Return the page of ours somebody stands on: there they go back to."""
    if not visit.door.changes:
        return visit.request.url.path.removeprefix(visit.front.root)
    start = f"{visit.front.origin}{visit.front.root}/"
    page = visit.request.headers.get("referer", "").partition("?")[0]
    return f"/{page.removeprefix(start)}" if page.startswith(start) else "/"


def _only_known(visit: Visit) -> None:
    """Refuse a field nobody asked for: none is ever taken for more than it is."""
    known = visit.door.fields or frozenset()
    if known is not BY_WHAT_IS_DONE and set(visit.form) - known - {CSRF}:
        raise HTTPException(HTTPStatus.UNPROCESSABLE_ENTITY)


def _is_signed(visit: Visit) -> bool:
    return secrets.compare_digest(visit.form.get(CSRF, "").encode(), visit.csrf.encode())


def _secret(request: Request) -> bytes:
    written = request.cookies.get(SESSION, "")
    try:
        return bytes.fromhex(written)
    except ValueError:
        return b""


def _language(request: Request, front: Front) -> str:
    chosen = request.cookies.get(LANGUAGE, "")
    return chosen if chosen in STAFF_LANGUAGES else front.language


def _to_the_way_in(visit: Visit) -> Response:
    if visit.is_fetched or visit.door.is_pane or visit.door.changes:
        return _wrong(visit, HTTPStatus.UNAUTHORIZED, texts.SIGN_IN_FIRST)
    return visit.go("/signin")


def not_found(visit: Visit) -> Response:
    """Return the one answer to whatever is not there, or not theirs."""
    return visit.page("wrong.html", status=HTTPStatus.NOT_FOUND, told=texts.NOT_THERE)


def _wrong(visit: Visit, status: HTTPStatus, told: Text) -> Response:
    if visit.is_fetched:
        return visit.json(status, told=visit.tongue(told), refused=True)
    return visit.page("wrong.html", status=status, told=told)
