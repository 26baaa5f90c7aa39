"""Enrolment by invitation link: password, second factor, recovery key.

An administrator hands the link over in person. It works once, for one caseworker; the database says
for whom. A caseworker with a password enters it, all others choose one, and their key is created.
What was given before the second factor waits under the link (`begun_enrolments`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.account import load_passkeys, passkeys_available, verify_new_passkey
from bot.desks.web.auth.login import seconds_to_wait, start_session
from bot.desks.web.auth.throttle import RETRY_SECONDS, Line
from bot.desks.web.auth.totp import PendingEnrolment
from bot.desks.web.request import DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, get, post
from bot.errors import WrongPasswordError
from bot.vault.audit.log import OPERATOR
from bot.vault.keys.browser_key import secret_digest
from bot.vault.keys.hpke import KeyPair
from bot.vault.keys.passwords import MIN_LENGTH
from bot.vault.keys.staff_keys import may_open
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

INVITED = "desk_invite"
"""The action by which the audit log says who made a link."""


@dataclass(frozen=True, slots=True)
class UnlockRefusal:
    """Why no password was checked, or that it is wrong."""

    error: Text
    seconds: str = ""
    """How long to wait."""


@get("/welcome/{link}", Permission.PUBLIC)
async def _enrolment_page(request: DeskRequest) -> Response:
    by = await _invited_caseworker(request)
    if by is None:
        return _expired_page(request)
    return await _password_page(request, by)


@post("/welcome/{link}", Permission.PUBLIC, "password", "again")
async def _submit_password(request: DeskRequest) -> Response:
    """Check or set the password, and show the secret for an authenticator app."""
    by = await _invited_caseworker(request)
    if by is None:
        return _expired_page(request)
    link, password = request.param("link"), request.form.get("password", "")
    if seconds := await seconds_to_wait(request, link, ""):
        return await _password_page(request, by, texts.TOO_MANY_ATTEMPTS, seconds=str(seconds))
    is_new = not await _has_key(request, by.id)
    if is_new and (problem := _password_problem(request, by, password)):
        return await _password_page(request, by, problem, count=str(MIN_LENGTH))
    unlocked = await _unlock_in_turn(request, by, password, is_new=is_new)
    if isinstance(unlocked, UnlockRefusal):
        return await _password_page(request, by, unlocked.error, seconds=unlocked.seconds)
    keyring, recovery_key = unlocked
    secret = request.context.factors.new_totp_secret()
    given = {
        "who": by.id, "key": keyring.own_key().private_bytes, "code": secret,
        "printed": recovery_key,
    }  # fmt: skip
    begun, now = request.context.begun, request.now
    await request.write(lambda work: begun.store(work, link, given, now))
    return _code_page(request, by, PendingEnrolment(by.id, keyring, secret, recovery_key))


@post("/welcome/{link}/code", Permission.PUBLIC, "code")
async def _finish_with_code(request: DeskRequest) -> Response:
    """Check the first code of the authenticator app, use the invitation up, and sign in."""
    found = await _pending_enrolment(request)
    if found is None:
        return _expired_page(request)
    by, pending = found
    factors, code = request.context.factors, "".join(request.form.get("code", "").split())
    step = factors.step_of(pending.totp_secret, code, request.now)
    if not step:
        return _code_page(request, by, pending, texts.WRONG_CODE)
    return await _finish(
        request, by, pending, "codes",
        lambda work: factors.store_totp(work, by.id, pending.totp_secret, step, request.now),
    )  # fmt: skip


@post("/welcome/{link}/ask", Permission.PUBLIC)
async def _passkey_challenge(request: DeskRequest) -> Response:
    """Return the options with which a browser registers the first passkey."""
    found = await _pending_enrolment(request)
    if found is None or not passkeys_available(request):
        raise NotFoundError("no enrolment")
    by, _pending = found
    options = request.context.webauthn.registration_options(
        by.id, by.name or by.id, await load_passkeys(request, by.id), _link_binding(request),
        request.now,
    )  # fmt: skip
    return request.json(options=options)


@post("/welcome/{link}/passkey", Permission.PUBLIC, "answer", "computed")
async def _finish_with_passkey(request: DeskRequest) -> Response:
    """Register a passkey as the second factor, use the invitation up, and sign in."""
    found = await _pending_enrolment(request)
    if found is None:
        return _expired_page(request)
    by, pending = found
    new = await verify_new_passkey(request, pending.keyring, _link_binding(request))
    if new is None:
        return _code_page(request, by, pending, texts.PASSKEY_FAILED)
    return await _finish(
        request, by, pending, "passkey",
        lambda work: request.context.passkeys.store(work, by.id, new, 0, request.now),
    )  # fmt: skip


async def _finish(
    request: DeskRequest, by: Caseworker, pending: PendingEnrolment, kind: str,
    store: Callable[[Work], object],
) -> Response:  # fmt: skip
    context, link = request.context, request.param("link")

    def enrol(work: Work) -> bool:
        if not context.factors.use_invite(work, link):
            return False
        store(work)
        context.begun.delete(work, link)
        context.audit.record(work, request.now, by.id, "desk_factor", by.id, kind)
        return True

    if not await request.write(enrol):
        return _expired_page(request)
    response = await start_session(request, by, pending.keyring, "/")
    if not pending.recovery_key:
        return response
    page = request.render("recovery_key.html", recovery_key=pending.recovery_key)
    page.raw_headers += [it for it in response.raw_headers if it[0] == b"set-cookie"]
    return page


async def _pending_enrolment(request: DeskRequest) -> tuple[Caseworker, PendingEnrolment] | None:
    by, begun, link = (
        await _invited_caseworker(request),
        request.context.begun,
        request.param("link"),
    )
    given = await request.read(lambda work: begun.load(work, link, request.now))
    if by is None or given is None or given["who"] != by.id:
        return None
    pair = KeyPair.from_private(given["key"])
    keyring = request.context.staff_keys.keyring(by.id, pair)
    return by, PendingEnrolment(by.id, keyring, given["code"], given["printed"])


def _expired_page(request: DeskRequest) -> Response:
    return request.render("enrol_expired.html", status=HTTPStatus.NOT_FOUND)


def _link_binding(request: DeskRequest) -> str:
    """Return what the challenge is bound to, so that an answer counts for this link only."""
    return f"welcome|{secret_digest(request.param('link').encode()).hex()}"


async def _invited_caseworker(request: DeskRequest) -> Caseworker | None:
    invited, link, now = request.context.factors.invited_staff, request.param("link"), request.now
    return await request.read(lambda work: request.find_active(work, invited(work, link, now)))


async def _has_key(request: DeskRequest, who: str) -> bool:
    return who in (await asyncio.to_thread(request.context.vault.cases.wraps.holders)).members


def _inviter(work: Work, request: DeskRequest, who: str) -> str:
    """Return the id of the administrator who made the link, or the operator."""
    rows = request.context.audit.rows_about(work, who)
    return next((it.actor for it in reversed(rows) if it.action == INVITED), OPERATOR)


async def _unlock_in_turn(
    request: DeskRequest, by: Caseworker, password: str, *, is_new: bool
) -> tuple[Keyring, str] | UnlockRefusal:
    """Return the key of a caseworker and a recovery key to print, once it is their turn."""
    context, link = request.context, request.param("link")
    async with context.throttle.check_slot(Line.INVITED) as has_turn:
        if not has_turn:
            return UnlockRefusal(texts.LOGIN_BUSY, str(RETRY_SECONDS))
        if seconds := await context.guesses.begin(link, "", request.now):
            return UnlockRefusal(texts.TOO_MANY_ATTEMPTS, str(seconds))
        inviter = await request.read(lambda work: _inviter(work, request, by.id))
        try:
            unlocked = await asyncio.to_thread(_unlock_key, request, by, password, is_new, inviter)
        except WrongPasswordError:
            return UnlockRefusal(texts.WRONG_PASSWORD)
    if is_new:
        end_duty = context.accounts.end_duty_until_approved
        await request.write(lambda work: end_duty(work, request.now, by.id, by=inviter))
    await context.guesses.forgive(link, "")
    return unlocked


def _unlock_key(
    request: DeskRequest, by: Caseworker, password: str, is_new: bool, inviter: str
) -> tuple[Keyring, str]:
    keys, recovery_key = request.context.staff_keys, ""
    if is_new:
        # Administrators and auditors get a key that belongs to no team: it opens no case.
        queues = by.queues if may_open(by.role.value) else ()
        recovery_key = keys.enrol(by.id, by.role.value, queues, password, request.now, inviter)
    return keys.unlock(by.id, password), recovery_key


def _password_problem(request: DeskRequest, by: Caseworker, password: str) -> Text | None:
    if len(password) < MIN_LENGTH:
        return texts.PASSWORD_TOO_SHORT
    if is_guessable(password, (by.name, request.context.organisation)):
        return texts.PASSWORD_TOO_SIMPLE
    return None if request.form.get("again", "") == password else texts.PASSWORDS_DIFFER


async def _password_page(
    request: DeskRequest, by: Caseworker, error: Text | None = None, **values: str
) -> Response:
    return request.render(
        "enrol_password.html", status=HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK,
        name=by.name, is_new=not await _has_key(request, by.id), link=request.param("link"),
        min_length=str(MIN_LENGTH), error=request.locale(error, **values) if error else "",
    )  # fmt: skip


def _code_page(
    request: DeskRequest, by: Caseworker, pending: PendingEnrolment, error: Text | None = None
) -> Response:
    secret, organisation = pending.totp_secret, request.context.organisation
    address = request.context.factors.totp_address(
        secret, by.name or by.id, organisation or "Haven"
    )
    return request.render(
        "enrol_second_factor.html", status=HTTPStatus.UNAUTHORIZED if error else HTTPStatus.OK,
        link=request.param("link"), passkeys=passkeys_available(request), totp_address=address,
        totp_secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        error=request.locale(error) if error else "",
    )  # fmt: skip
