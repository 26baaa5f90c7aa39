"""Checking who somebody is: name, password and code together, at one price whatever is wrong."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.desks.web.request import KNOWN, SESSION, YEAR
from bot.errors import WrongPassword
from bot.text import fold
from bot.vault.keys.passwords import SALT, from_password

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring

LONGEST_PASSWORD = 1024
BROWSERS = ("Firefox", "Edg", "Chromium", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Macintosh", "Linux")


@dataclass(frozen=True, slots=True)
class LetIn:
    """Somebody who has shown who they are."""

    by: Caseworker
    keyring: Keyring


async def find(visit: Visit, typed: str) -> Caseworker | None:
    """Return whoever has this number, or alone has this name."""
    wanted = fold(typed)

    def look(work: Work) -> Caseworker | None:
        staff = [each for each in visit.front.staff.all(work) if each.is_active]
        named = [each for each in staff if fold(each.name) == wanted]
        numbered = [each for each in staff if each.id == wanted]
        found = numbered or (named if len(named) == 1 else [])
        return found[0] if found else None

    return await visit.front.reads.run(look)


async def check(visit: Visit, typed: str, password: str, code: str) -> LetIn | None:
    """Return who it is, or None; an unknown name takes as long as a wrong password."""
    by = await find(visit, typed)
    keyring = await asyncio.to_thread(unlock, visit, by.id if by else "", password)
    if by is None or keyring is None:
        return None
    now = visit.now
    is_theirs = await visit.front.database.writer.run(
        lambda work: visit.front.passes.try_code(work, by.id, code, now)
    )
    return LetIn(by, keyring) if is_theirs else None


def unlock(visit: Visit, who: str, password: str) -> Keyring | None:
    """Return what a password opens; None for a wrong one, which takes as long for nobody's."""
    if len(password) > LONGEST_PASSWORD:
        return None
    try:
        if who and who in visit.front.vault.cases.custody.holders().members:
            return visit.front.keys.unlock(who, password)
    except WrongPassword:
        return None
    from_password(password, bytes(SALT), visit.front.keys.cost)
    return None


async def welcome_in(
    visit: Visit, by: Caseworker, keyring: Keyring | None, path: str, *, is_proved: bool = True
) -> Response:
    """Begin a session for somebody; wrap what they can open to whoever may open it now.

    Whoever has shown no password and has no key in a passkey begins without one: no case opens.
    """
    front = visit.front
    if visit.session is not None:  # whoever was here before is not here any more
        await front.sessions.end(visit.session.token)
    now = visit.now

    def settle(work: Work) -> None:
        if keyring is not None:
            front.vault.cases.custody.settle(work, keyring, now)
        front.audit.note(work, now, by.id, "sign_in", by.id, "web")

    await front.database.writer.run(settle)
    browser = browser_of(visit)
    secret = await front.sessions.begin(by.id, keyring, browser, now, is_proved=is_proved)
    response = visit.go(path)
    visit.set_cookie(response, SESSION, secret.hex(), None)
    visit.set_cookie(response, KNOWN, known_browser(visit, by.id), YEAR // 2)
    return response


def known_browser(visit: Visit, who: str) -> str:
    """Return what a browser keeps of having been signed in with: it opens nothing."""
    number = secrets.token_hex(8)
    return f"{who}.{number}.{_proof(visit, who, number)}"


def browser_known_to(visit: Visit, who: str) -> str:
    """Return the number of a browser somebody has signed in with before; empty for none."""
    parts = visit.request.cookies.get(KNOWN, "").split(".")
    if len(parts) != 3 or parts[0] != who:  # noqa: PLR2004 - whose, which, the proof
        return ""
    _who, number, proof = parts
    is_ours = secrets.compare_digest(proof.encode(), _proof(visit, who, number).encode())
    return number if is_ours else ""


def _proof(visit: Visit, who: str, number: str) -> str:
    return visit.front.vault.prove(f"desk browser|{who}|{number[:32]}".encode()).hex()


def browser_of(visit: Visit) -> str:
    """Return what somebody's browser calls itself, in two words of ours at most."""
    said = visit.request.headers.get("user-agent", "")
    browser = next((name for name in BROWSERS if name in said), "Browser")
    system = next((name for name in SYSTEMS if name in said), "")
    return f"{'Edge' if browser == 'Edg' else browser} {system}".strip()[:24]
