"""The first time: a link, a password, a second factor, and a key on paper.

A link is handed over by somebody who knows whom they give it to. It opens one page, for one
caseworker, once; whose it is stands in the store and in no form. Whoever has a password already
shows it; whoever has none chooses one, and their key is made. What is half done lies in memory
under the link, and goes with the process.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import start_session
from bot.desks.web.auth.passkey_pages import load_passkeys, passkeys_available, verify_new_passkey
from bot.desks.web.auth.throttle import RETRY_SECONDS
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import NO_FIELDS, Permission, Route, form_fields
from bot.errors import WrongPasswordError
from bot.vault.keys.browser_key import secret_digest
from bot.vault.keys.passwords import MIN_LENGTH
from bot.vault.keys.staff_keys import may_open
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

MAX_PENDING = 64


@dataclass(frozen=True, slots=True)
class PendingEnrolment:
    """Somebody who has shown or chosen a password, and not yet a second factor."""

    who: str
    keyring: Keyring
    totp_secret: str
    recovery_key: str
    """The key on paper; empty where they have one already."""


async def enrolment_page(request: DeskRequest) -> Response:
    """Show what a link leads to."""
    by = await _invited_caseworker(request)
    if by is None:
        return request.render("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    return await _password_page(request, by)


async def submit_password(request: DeskRequest) -> Response:
    """Take the password somebody has or chooses; show the secret of their authenticator."""
    by = await _invited_caseworker(request)
    if by is None:
        return request.render("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    guesses, link = request.context.throttle, request.param("link")
    if seconds := guesses.seconds_to_wait(link, "", request.now):
        return await _password_page(request, by, texts.TOO_MANY_ATTEMPTS, seconds=str(seconds))
    password = request.form.get("password", "")
    is_new = not await _has_key(request, by.id)
    if is_new and (why := _password_problem(request, by, password)):
        return await _password_page(request, by, why, count=str(MIN_LENGTH))
    try:
        async with guesses.check_slot(is_known=False) as came:
            if not came:
                return await _password_page(
                    request, by, texts.LOGIN_BUSY, seconds=str(RETRY_SECONDS)
                )
            keyring, printed = await asyncio.to_thread(_unlock_key, request, by, password, is_new)
    except WrongPasswordError:
        guesses.record_failure(link, "", request.now)
        return await _password_page(request, by, texts.WRONG_PASSWORD)
    waiting = request.context.pending_enrolments
    while len(waiting) >= MAX_PENDING:
        del waiting[next(iter(waiting))]
    half = PendingEnrolment(by.id, keyring, request.context.factors.new_totp_secret(), printed)
    waiting[link] = half
    return _code_page(request, half)


async def finish_with_code(request: DeskRequest) -> Response:
    """Take the first code of the authenticator; use the link up, and let its caseworker in."""
    by, link = await _invited_caseworker(request), request.param("link")
    half = request.context.pending_enrolments.get(link)
    if by is None or half is None or half.who != by.id:
        return request.render("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    code = "".join(request.form.get("code", "").split())
    step = request.context.factors.step_of(half.totp_secret, code, request.now)
    if not step:
        return _code_page(request, half, texts.WRONG_CODE)

    def keep(work: Work) -> bool:
        if not request.context.factors.use_invite(work, link):
            return False
        request.context.factors.store_totp(work, by.id, half.totp_secret, step, request.now)
        request.context.audit.record(work, request.now, by.id, "desk_factor", by.id, "codes")
        return True

    return await _finish(request, by, half, keep)


async def passkey_challenge(request: DeskRequest) -> Response:
    """Return the question with which a browser makes the first passkey."""
    by, link = await _invited_caseworker(request), request.param("link")
    half = request.context.pending_enrolments.get(link)
    if by is None or half is None or half.who != by.id or not passkeys_available(request):
        raise NotFoundError("nobody")
    known = await load_passkeys(request, by.id)
    asked = request.context.webauthn.registration_options(
        by.id, by.name or by.id, known, _link_binding(link), request.now
    )
    return request.json(asked=asked)


async def finish_with_passkey(request: DeskRequest) -> Response:
    """Take a passkey instead of an authenticator; the same otherwise."""
    by, link = await _invited_caseworker(request), request.param("link")
    half = request.context.pending_enrolments.get(link)
    if by is None or half is None or half.who != by.id:
        return request.render("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    new = await verify_new_passkey(request, half.keyring, _link_binding(link))
    if new is None:
        return _code_page(request, half, texts.PASSKEY_FAILED)

    def keep(work: Work) -> bool:
        if not request.context.factors.use_invite(work, link):
            return False
        request.context.passkeys.store(work, by.id, new, 0, request.now)
        request.context.audit.record(work, request.now, by.id, "desk_factor", by.id, "passkey")
        return True

    return await _finish(request, by, half, keep)


async def _finish(
    request: DeskRequest, by: Caseworker, half: PendingEnrolment, keep: Callable[[Work], bool]
) -> Response:
    """Keep a second factor, use the link up, and let its caseworker in."""
    if not await request.context.database.writer.run(keep):
        return request.render("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    del request.context.pending_enrolments[request.param("link")]
    response = await start_session(request, by, half.keyring, "/")
    if half.recovery_key:
        shown = request.render("recovery.html", printed=half.recovery_key)
        for name, value in response.raw_headers:
            if name == b"set-cookie":
                shown.raw_headers.append((name, value))
        return shown
    return response


def _link_binding(link: str) -> str:
    """Return what the question is bound to: no other link's answer is this one's."""
    return f"welcome|{secret_digest(link.encode()).hex()}"


async def _invited_caseworker(request: DeskRequest) -> Caseworker | None:
    def look(work: Work) -> Caseworker | None:
        who = request.context.factors.invited_staff(work, request.param("link"), request.now)
        found = request.context.staff.find(work, who) if who else None
        return found if found and found.is_active else None

    return await request.context.read_pool.run(look)


async def _has_key(request: DeskRequest, who: str) -> bool:
    return who in (await asyncio.to_thread(request.context.vault.cases.wraps.holders)).members


def _unlock_key(
    request: DeskRequest, by: Caseworker, password: str, is_new: bool
) -> tuple[Keyring, str]:
    printed = ""
    if is_new:
        # Who administers or audits signs in with a key of no team: it opens no case.
        queues = by.queues if may_open(by.role.value) else ()
        printed = request.context.staff_keys.enrol(
            by.id, by.role.value, queues, password, request.now
        )
    return request.context.staff_keys.unlock(by.id, password), printed


def _password_problem(request: DeskRequest, by: Caseworker, password: str) -> Text | None:
    if len(password) < MIN_LENGTH:
        return texts.PASSWORD_TOO_SHORT
    if is_guessable(password, (by.name, request.context.organisation)):
        return texts.PASSWORD_TOO_SIMPLE
    return None if request.form.get("again", "") == password else texts.PASSWORDS_DIFFER


async def _password_page(
    request: DeskRequest, by: Caseworker, told: Text | None = None, **values: str
) -> Response:
    return request.render(
        "welcome.html",
        status=HTTPStatus.UNAUTHORIZED if told else HTTPStatus.OK,
        name=by.name,
        is_new=not await _has_key(request, by.id),
        link=request.param("link"),
        shortest=str(MIN_LENGTH),
        told=request.locale(told, **values) if told else "",
    )


def _code_page(request: DeskRequest, half: PendingEnrolment, told: Text | None = None) -> Response:
    grouped = " ".join(half.totp_secret[at : at + 4] for at in range(0, len(half.totp_secret), 4))
    return request.render(
        "welcome_code.html", status=HTTPStatus.UNAUTHORIZED if told else HTTPStatus.OK,
        link=request.param("link"), grouped=grouped, told=request.locale(told) if told else "",
        passkeys=passkeys_available(request),
    )  # fmt: skip


ROUTES = (
    Route("/welcome/{link}", enrolment_page, Permission.PUBLIC),
    Route(
        "/welcome/{link}",
        submit_password,
        Permission.PUBLIC,
        "POST",
        form_fields("password", "again"),
    ),
    Route("/welcome/{link}/code", finish_with_code, Permission.PUBLIC, "POST", form_fields("code")),
    Route("/welcome/{link}/ask", passkey_challenge, Permission.PUBLIC, "POST", NO_FIELDS),
    Route(
        "/welcome/{link}/passkey",
        finish_with_passkey,
        Permission.PUBLIC,
        "POST",
        form_fields("answer", "computed"),
    ),
)
