"""Checking who somebody is: name, password and code together, at one price whatever is wrong."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.request import BROWSER_COOKIE, SESSION_COOKIE, YEAR_SECONDS
from bot.errors import WrongPasswordError
from bot.text import fold
from bot.vault.keys.passwords import SALT_LENGTH, derive_key

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

MAX_PASSWORD_LENGTH = 1024
BROWSERS = ("Firefox", "Edg", "Chromium", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@dataclass(frozen=True, slots=True)
class AuthenticatedStaff:
    """Somebody who has shown who they are."""

    by: Caseworker
    keyring: Keyring


async def find_caseworker(request: DeskRequest, typed: str) -> Caseworker | None:
    """Return whoever has this number, or alone has this name."""
    wanted = fold(typed)

    def look(work: Work) -> Caseworker | None:
        staff = [each for each in request.context.staff.all(work) if each.is_active]
        named = [each for each in staff if fold(each.name) == wanted]
        numbered = [each for each in staff if each.id == wanted]
        found = numbered or (named if len(named) == 1 else [])
        return found[0] if found else None

    return await request.context.read_pool.run(look)


async def authenticate(
    request: DeskRequest, typed: str, password: str, code: str
) -> AuthenticatedStaff | None:
    """Return who it is, or None; an unknown name takes as long as a wrong password."""
    by = await find_caseworker(request, typed)
    keyring = await asyncio.to_thread(unlock_keyring, request, by.id if by else "", password)
    if by is None or keyring is None:
        return None
    now = request.now
    is_theirs = await request.context.database.writer.run(
        lambda work: request.context.factors.use_code(work, by.id, code, now)
    )
    return AuthenticatedStaff(by, keyring) if is_theirs else None


def unlock_keyring(request: DeskRequest, who: str, password: str) -> Keyring | None:
    """Return what a password opens; None for a wrong one, which takes as long for nobody's."""
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
    request: DeskRequest,
    by: Caseworker,
    keyring: Keyring | None,
    path: str,
    *,
    is_proved: bool = True,
) -> Response:
    """Begin a session for somebody; wrap what they can open to whoever may open it now.

    Whoever has shown no password and has no key in a passkey begins without one: no case opens.
    """
    front = request.context
    if request.session is not None:  # whoever was here before is not here any more
        await front.sessions.end(request.session.token)
    now = request.now

    def settle(work: Work) -> None:
        if keyring is not None:
            front.vault.cases.wraps.rewrap_all(work, keyring, now)
        front.audit.record(work, now, by.id, "sign_in", by.id, "web")

    await front.database.writer.run(settle)
    browser = browser_name(request)
    secret = await front.sessions.start(by.id, keyring, browser, now, has_stepped_up=is_proved)
    response = request.redirect(path)
    request.set_cookie(response, SESSION_COOKIE, secret.hex(), None)
    request.set_cookie(
        response, BROWSER_COOKIE, new_browser_token(request, by.id), YEAR_SECONDS // 2
    )
    return response


def new_browser_token(request: DeskRequest, who: str) -> str:
    """Return what a browser keeps of having been signed in with: it opens nothing."""
    number = secrets.token_hex(8)
    return f"{who}.{number}.{_browser_mac(request, who, number)}"


def known_browser_id(request: DeskRequest, who: str) -> str:
    """Return the number of a browser somebody has signed in with before; empty for none."""
    parts = request.http.cookies.get(BROWSER_COOKIE, "").split(".")
    if len(parts) != 3 or parts[0] != who:  # noqa: PLR2004 - whose, which, the proof
        return ""
    _who, number, proof = parts
    is_ours = secrets.compare_digest(proof.encode(), _browser_mac(request, who, number).encode())
    return number if is_ours else ""


def _browser_mac(request: DeskRequest, who: str, number: str) -> str:
    return request.context.vault.prove(f"desk browser|{who}|{number[:32]}".encode()).hex()


def browser_name(request: DeskRequest) -> str:
    """Return what somebody's browser calls itself, in two words of ours at most."""
    said = request.http.headers.get("user-agent", "")
    browser = next((name for name in BROWSERS if name in said), "Browser")
    system = next((name for name in SYSTEMS if name in said), "")
    return f"{'Edge' if browser == 'Edg' else browser} {system}".strip()[:24]
