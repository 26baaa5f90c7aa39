"""Sign-in by password, by passkey and by the link of a demo; and sign-out.

A passkey names its caseworker and proves it. If it computes a secret (PRF extension), that unlocks
the caseworker's key. If not, the page asks for the password with the same answer, within the five
minutes for which the challenge is valid. Roles that open no case need neither.

The link of a demo works while it runs and replaces only the password: an action that cannot be
undone asks for the second factor as always. Because a demo has no phone, the step-up page shows the
code (`DeskContext.demo_codes`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.account import consume_challenge, passkeys_available, verify_passkey
from bot.desks.web.auth.login import (
    authenticate,
    find_caseworker,
    known_browser_id,
    seconds_to_wait,
    start_session,
    unlock_keyring,
)
from bot.desks.web.auth.throttle import RETRY_SECONDS, Line
from bot.desks.web.auth.totp import parse_secret
from bot.desks.web.auth.webauthn import PasskeyError, claimed_identity
from bot.desks.web.queue.home import home_path
from bot.desks.web.request import SESSION_COOKIE, DeskRequest, NotFoundError, Response
from bot.desks.web.routes import Permission, Repetition, get, post
from bot.errors import DecryptionError, WrongPasswordError
from bot.vault.keys.browser_key import lock_with_passkey, secret_digest, unlock_with_passkey
from bot.vault.keys.keyring import STAFF_PREFIX, Keyring
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from bot.desks.web.auth.passkeys import Passkey
    from bot.hotline.staff.staff import Caseworker
    from bot.text import Text

REFUSED = "sign_in_refused"
SIGN_IN_BINDING = "signin"


@dataclass(frozen=True, slots=True)
class VerifiedPasskey:
    """A passkey whose answer was verified."""

    by: Caseworker
    passkey: Passkey
    count: int


@get("/signin", Permission.PUBLIC)
async def _show_login(request: DeskRequest) -> Response:
    """Show the sign-in page; with a session, go to the desk."""
    if request.signed_in is not None:
        return request.redirect("/")
    return login_page(request, status=HTTPStatus.OK)


@post("/signin", Permission.PUBLIC, "who", "password", "code")
async def _sign_in(request: DeskRequest) -> Response:
    """Start a session, or say that something was wrong without saying what."""
    form, context = request.form, request.context
    by = await find_caseworker(request, form.get("who", ""))
    name = by.id if by else form.get("who", "")
    browser = known_browser_id(request, by.id) if by else ""
    if seconds := await seconds_to_wait(request, name, browser):
        return _wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
    async with context.throttle.check_slot(Line.KNOWN if browser else Line.UNKNOWN) as has_turn:
        if not has_turn:
            return _wait_page(request, texts.LOGIN_BUSY, RETRY_SECONDS)
        if seconds := await context.guesses.begin(name, browser, request.now):
            return _wait_page(request, texts.TOO_MANY_ATTEMPTS, seconds)
        code = "".join(form.get("code", "").split())
        keyring = await authenticate(request, by, form.get("password", ""), code)
    if by is None or keyring is None:
        if by is not None:
            await request.audit(REFUSED, by.id, "web", actor="stranger")
        return login_page(request, texts.LOGIN_FAILED)
    await context.guesses.forgive(name, browser)
    return await start_session(request, by, keyring, await home_path(request, by))


def _wait_page(request: DeskRequest, text: Text, seconds: int) -> Response:
    status = HTTPStatus.TOO_MANY_REQUESTS
    return login_page(request, text, status=status, seconds=str(seconds))


@post("/signout", Permission.SIGNED_IN, repetition=Repetition.ALLOWED)
async def _sign_out(request: DeskRequest) -> Response:
    """End the session, and clear what the browser stored."""
    await request.context.sessions.end(request.current_session.token)
    response = request.render("signed_out.html")
    request.session = None
    response.delete_cookie(SESSION_COOKIE, path="/", secure=True, httponly=True, samesite="strict")
    response.headers["clear-site-data"] = '"storage"'
    return response


@get("/demo/{link}", Permission.PUBLIC)
async def _demo_sign_in(request: DeskRequest) -> Response:
    """Sign in one of a demo's staff, by a link that works while the demo runs."""
    try:
        digest = secret_digest(bytes.fromhex(request.param("link")))
        owner = request.context.demo_links.get(digest, "")
        who, _colon, password = owner.partition(":")
        by = await find_caseworker(request, who)
        if by is None:
            raise NotFoundError("no link")
        keyring = request.context.staff_keys.unlock(by.id, password)
    except (ValueError, WrongPasswordError):
        raise NotFoundError("no link") from None
    home = await home_path(request, by)
    return await start_session(request, by, keyring, home, has_stepped_up=False)


# --- Passkeys -------------------------------------------------------------------------------


@post("/signin/ask", Permission.PUBLIC)
async def _sign_in_challenge(request: DeskRequest) -> Response:
    """Return the options with which a browser shows a passkey of this desk."""
    if not passkeys_available(request):
        raise NotFoundError("no host name to bind passkeys to")
    return request.json(
        options=request.context.webauthn.authentication_options((), SIGN_IN_BINDING, request.now)
    )


@post("/signin/passkey", Permission.PUBLIC, "answer", "computed", "password")
async def _sign_in_with_passkey(request: DeskRequest) -> Response:
    """Sign in by passkey, once the key of the caseworker is unlocked."""
    found = await _verify(request)
    if found is None:
        return login_page(request, texts.PASSKEY_FAILED)
    keyring = await asyncio.to_thread(_unlock_by_passkey, request, found)
    if keyring is None and may_open(found.by.role.value):
        if "password" not in request.form:
            return login_page(
                request, texts.PASSKEY_NEEDS_PASSWORD, answer=True, status=HTTPStatus.OK
            )
        keyring, error, seconds = await _unlock_by_password(request, found)
        if error is not None:
            return login_page(request, error, answer=True, seconds=seconds)
    if not await consume_challenge(request, found.passkey, found.count):
        return login_page(request, texts.PASSKEY_FAILED)
    await _store_wrapped_key(request, found, keyring)
    return await start_session(request, found.by, keyring, await home_path(request, found.by))


async def _verify(request: DeskRequest) -> VerifiedPasskey | None:
    try:
        who, _credential = claimed_identity(request.form.get("answer", ""))
    except PasskeyError:
        return None
    by = await request.read(lambda work: request.find_active(work, who))
    verified = await verify_passkey(request, by.id, SIGN_IN_BINDING) if by is not None else None
    return VerifiedPasskey(by, *verified) if by is not None and verified is not None else None


def _unlock_by_passkey(request: DeskRequest, found: VerifiedPasskey) -> Keyring | None:
    keys, output = request.context.vault.keys, parse_secret(request.form.get("computed", ""))
    if keys is None or not output or not found.passkey.opens_key:
        return None
    try:
        keyring = unlock_with_passkey(keys, found.by.id, found.passkey.record.locked, output)
    except DecryptionError:
        return None
    member = request.context.vault.cases.wraps.holders().members.get(found.by.id)
    own = keyring.key(STAFF_PREFIX + found.by.id)
    # If the caseworker has a new key since, the one wrapped under the passkey is useless.
    is_current = member is not None and own is not None and own.public == member.public
    return keyring if is_current else None


async def _unlock_by_password(
    request: DeskRequest, found: VerifiedPasskey
) -> tuple[Keyring | None, Text | None, str]:
    """Return the keys a password unlocks; or an error message and the seconds in it."""
    context, who = request.context, found.by.id
    browser = known_browser_id(request, who)
    if seconds := await seconds_to_wait(request, who, browser):
        return None, texts.TOO_MANY_ATTEMPTS, str(seconds)
    async with context.throttle.check_slot(Line.KNOWN if browser else Line.UNKNOWN) as has_turn:
        if not has_turn:
            return None, texts.LOGIN_BUSY, str(RETRY_SECONDS)
        if seconds := await context.guesses.begin(who, browser, request.now):
            return None, texts.TOO_MANY_ATTEMPTS, str(seconds)
        password = request.form.get("password", "")
        keyring = await asyncio.to_thread(unlock_keyring, request, who, password)
    if keyring is None:
        return None, texts.WRONG_PASSWORD, ""
    await context.guesses.forgive(who, browser)
    return keyring, None, ""


async def _store_wrapped_key(
    request: DeskRequest, found: VerifiedPasskey, keyring: Keyring | None
) -> None:
    """Wrap a key that was unlocked by password under the passkey too, if it computes a secret."""
    output, passkeys = parse_secret(request.form.get("computed", "")), request.context.passkeys
    if keyring is None or not output:
        return
    if await asyncio.to_thread(_unlock_by_passkey, request, found) is None:
        locked = lock_with_passkey(keyring, output)
        await request.write(
            lambda work: passkeys.store_wrapped_key(work, found.by.id, found.passkey, locked)
        )


def login_page(
    request: DeskRequest, error: Text | None = None, *, answer: bool = False,
    status: HTTPStatus = HTTPStatus.UNAUTHORIZED, seconds: str = "",
) -> Response:  # fmt: skip
    """Return the sign-in page; with `answer` it asks only for the password."""
    pending = {it: request.form.get(it, "") for it in ("answer", "computed")} if answer else {}
    return request.render(
        "sign_in.html", status=status, who=request.form.get("who", "")[:200], pending=pending,
        error=request.locale(error, seconds=seconds) if error else "",
        passkeys=passkeys_available(request),
    )  # fmt: skip
