"""The way in with a passkey: nobody says their name, and the key opens with it or by the password.

Whose passkey it is, it says itself, and is believed when it has proved it. Where it computes (the
PRF extension), it opens its caseworker's key; where it does not, the password is asked for with the
same answer, within the five minutes it holds. Whoever opens no case in their role needs none.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import known_browser_id, start_session, unlock_keyring
from bot.desks.web.auth.passkey_pages import consume_challenge, passkeys_available, verify_passkey
from bot.desks.web.auth.throttle import RETRY_SECONDS
from bot.desks.web.auth.webauthn import PasskeyError, claimed_identity, parse_prf_output
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import NO_FIELDS, Permission, Route, form_fields
from bot.errors import DecryptionError
from bot.vault.keys.browser_key import lock_with_passkey, unlock_with_passkey
from bot.vault.keys.keyring import STAFF_PREFIX
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.passkeys import Passkey
    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

SIGN_IN_BINDING = "signin"


@dataclass(frozen=True, slots=True)
class VerifiedPasskey:
    """A passkey that has proved itself."""

    by: Caseworker
    passkey: Passkey
    count: int


async def sign_in_challenge(request: DeskRequest) -> Response:
    """Return the question with which a browser shows a passkey of this desk, whosever it is."""
    if not passkeys_available(request):
        raise NotFoundError("no name to bind passkeys to")
    return request.json(
        asked=request.context.webauthn.authentication_options((), SIGN_IN_BINDING, request.now)
    )


async def sign_in_with_passkey(request: DeskRequest) -> Response:
    """Let whoever has shown their passkey in, once their key opens."""
    found = await _verify(request)
    if found is None:
        return login_page(request, texts.PASSKEY_FAILED)
    keyring = await asyncio.to_thread(_unlock_by_passkey, request, found)
    if keyring is None and may_open(found.by.role.value):
        if "password" not in request.form:
            return login_page(
                request, texts.PASSKEY_NEEDS_PASSWORD, answer=True, status=HTTPStatus.OK
            )
        keyring, told, seconds = await _unlock_by_password(request, found)
        if told is not None:
            return login_page(request, told, answer=True, seconds=seconds)
    if not await consume_challenge(request, found.passkey, found.count):
        return login_page(request, texts.PASSKEY_FAILED)
    await _store_wrapped_key(request, found, keyring)
    return await start_session(request, found.by, keyring, "/")


async def _verify(request: DeskRequest) -> VerifiedPasskey | None:
    try:
        who, _credential = claimed_identity(request.form.get("answer", ""))
    except PasskeyError:
        return None

    def look(work: Work) -> Caseworker | None:
        found = request.context.staff.find(work, who) if who.isalnum() else None
        return found if found and found.is_active else None

    by = await request.context.read_pool.run(look)
    proved = await verify_passkey(request, by.id, SIGN_IN_BINDING) if by is not None else None
    return VerifiedPasskey(by, *proved) if by is not None and proved is not None else None


def _unlock_by_passkey(request: DeskRequest, found: VerifiedPasskey) -> Keyring | None:
    """Return what a caseworker can open by what their passkey computed; None where it does not."""
    keys, output = request.context.vault.keys, parse_prf_output(request.form.get("computed", ""))
    if keys is None or not output or not found.passkey.opens_key:
        return None
    try:
        keyring = unlock_with_passkey(keys, found.by.id, found.passkey.record.locked, output)
    except DecryptionError:
        return None
    member = request.context.vault.cases.wraps.holders().members.get(found.by.id)
    own = keyring.key(STAFF_PREFIX + found.by.id)
    # A key that was made anew since is another one: what lies under the passkey opens nothing now.
    is_theirs = member is not None and own is not None and own.public == member.public
    return keyring if is_theirs else None


async def _unlock_by_password(
    request: DeskRequest, found: VerifiedPasskey
) -> tuple[Keyring | None, Text | None, str]:
    """Return what a password opens; or what is said to whoever typed another one."""
    guesses, who = request.context.throttle, found.by.id
    browser = known_browser_id(request, who)
    if seconds := guesses.seconds_to_wait(who, browser, request.now):
        return None, texts.TOO_MANY_ATTEMPTS, str(seconds)
    async with guesses.check_slot(is_known=bool(browser)) as came:
        if not came:
            return None, texts.LOGIN_BUSY, str(RETRY_SECONDS)
        keyring = await asyncio.to_thread(
            unlock_keyring, request, who, request.form.get("password", "")
        )
    if keyring is None:
        guesses.record_failure(who, browser, request.now)
        return None, texts.WRONG_PASSWORD, ""
    guesses.record_success(who, browser)
    return keyring, None, ""


async def _store_wrapped_key(
    request: DeskRequest, found: VerifiedPasskey, keyring: Keyring | None
) -> None:
    """Lock a key that was opened by a password under the passkey as well, where it computes."""
    output = parse_prf_output(request.form.get("computed", ""))
    if keyring is None or not output:
        return
    if await asyncio.to_thread(_unlock_by_passkey, request, found) is not None:
        return
    locked = lock_with_passkey(keyring, output)
    await request.context.database.writer.run(
        lambda work: request.context.passkeys.store_wrapped_key(
            work, found.by.id, found.passkey, locked
        )
    )


def login_page(
    request: DeskRequest, told: Text | None = None, *, answer: bool = False,
    status: HTTPStatus = HTTPStatus.UNAUTHORIZED, seconds: str = "",
) -> Response:  # fmt: skip
    """Return the way in: with an answer that is kept, it asks for the password alone."""
    said = request.locale(told, seconds=seconds) if told else ""
    kept = {name: request.form.get(name, "") for name in ("answer", "computed")} if answer else {}
    return request.render(
        "signin.html", status=status, told=said, who=request.form.get("who", "")[:200], kept=kept,
        passkeys=passkeys_available(request),
    )  # fmt: skip


ROUTES = (
    Route("/signin/ask", sign_in_challenge, Permission.PUBLIC, "POST", NO_FIELDS),
    Route(
        "/signin/passkey",
        sign_in_with_passkey,
        Permission.PUBLIC,
        "POST",
        form_fields("answer", "computed", "password"),
    ),
)
