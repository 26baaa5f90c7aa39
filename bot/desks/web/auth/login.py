"""Checks of name, password and code, and the start of a session."""

from __future__ import annotations

import asyncio
import secrets
from functools import partial
from typing import TYPE_CHECKING

from bot.desks.web.request import (
    BROWSER_COOKIE,
    SESSION_COOKIE,
    YEAR_SECONDS,
    DeskRequest,
    Response,
)
from bot.errors import WrongPasswordError
from bot.text import fold
from bot.vault.keys.passwords import SALT_LENGTH, derive_key

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.vault.keys.keyring import Keyring

MAX_PASSWORD_LENGTH = 1024
BROWSERS = ("Firefox", "Edg", "Chromium", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


async def find_caseworker(request: DeskRequest, typed: str) -> Caseworker | None:
    """Return the active caseworker with this id, or the only one with this name."""
    wanted = fold(typed)
    everyone = await request.read(request.context.staff.all)
    staff = [each for each in everyone if each.is_active]
    named = [each for each in staff if fold(each.name) == wanted]
    numbered = [each for each in staff if each.id == wanted]
    found = numbered or (named if len(named) == 1 else [])
    return found[0] if found else None


async def authenticate(
    request: DeskRequest, by: Caseworker | None, password: str, code: str
) -> Keyring | None:
    """Return the caseworker's keys, or None; an unknown name takes as long as a wrong password."""
    keyring = await asyncio.to_thread(unlock_keyring, request, by.id if by else "", password)
    if by is None or keyring is None:
        return None
    factors, now = request.context.factors, request.now
    is_right = await request.write(lambda work: factors.use_code(work, by.id, code, now))
    return keyring if is_right else None


async def seconds_to_wait(request: DeskRequest, name: str, browser: str) -> int:
    """Return the seconds until the next attempt of a name is allowed; 0 for now."""
    guesses, now = request.context.guesses, request.now
    return await request.read(lambda work: guesses.seconds_to_wait(work, name, browser, now))


def unlock_keyring(request: DeskRequest, who: str, password: str) -> Keyring | None:
    """Return the keys a password unlocks, or None; both take the same time."""
    if len(password) > MAX_PASSWORD_LENGTH:
        return None
    try:
        if who and who in request.context.vault.cases.wraps.holders().members:
            return request.context.staff_keys.unlock(who, password)
    except WrongPasswordError:
        return None
    derive_key(password, bytes(SALT_LENGTH), request.context.staff_keys.cost)
    return None


async def start_session(
    request: DeskRequest, by: Caseworker, keyring: Keyring | None, path: str, *,
    has_stepped_up: bool = True,
) -> Response:  # fmt: skip
    """Start a session, and wrap the readable cases for everyone who may open them now.

    Without a password or a passkey that unlocks the key, the session has no keys: no case opens.
    """
    context, now = request.context, request.now
    if request.session is not None:  # end the session of an earlier user
        await context.sessions.end(request.session.token)

    if keyring is not None:
        await rewrap_cases(request, keyring)
    await request.audit("sign_in", by.id, "web", actor=by.id)
    secret = await context.sessions.start(
        by.id, keyring, browser_name(request), now, has_stepped_up=has_stepped_up
    )
    response = request.redirect(path)
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    # By this cookie a browser is known as used before; it gives no access.
    number = secrets.token_hex(8)
    known = f"{by.id}.{number}.{_browser_mac(request, by.id, number)}"
    request.set_cookie(response, BROWSER_COOKIE, known, YEAR_SECONDS // 2)
    return response


async def rewrap_cases(request: DeskRequest, keyring: Keyring) -> None:
    """Wrap what a keyring opens for everyone who may open it now, some cases a transaction.

    So no one who writes meanwhile waits until all cases were looked at.
    """
    wraps, write, now, after = request.context.vault.cases.wraps, request.write, request.now, ""
    while True:
        look = partial(wraps.rewrap_next, keyring=keyring, now=now, after=after)
        _changes, after = await write(look)
        if not after:
            return


def known_browser_id(request: DeskRequest, who: str) -> str:
    """Return the id of a browser this caseworker has signed in with before; empty if new."""
    match request.http.cookies.get(BROWSER_COOKIE, "").split("."):
        case [owner, number, mac] if owner == who:
            expected = _browser_mac(request, who, number)
            return number if secrets.compare_digest(mac.encode(), expected.encode()) else ""
    return ""


def _browser_mac(request: DeskRequest, who: str, number: str) -> str:
    return request.context.vault.prove(f"desk browser|{who}|{number[:32]}".encode()).hex()


def browser_name(request: DeskRequest) -> str:
    """Return browser and system of the request in at most 24 characters."""
    agent = request.http.headers.get("user-agent", "")
    browser = next((name for name in BROWSERS if name in agent), "Browser")
    system = next((name for name in SYSTEMS if name in agent), "")
    return f"{'Edge' if browser == 'Edg' else browser} {system}".strip()[:24]
