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
from bot.desks.web.auth.login import browser_known_to, unlock, welcome_in
from bot.desks.web.auth.passkey_pages import is_possible, shown, spend
from bot.desks.web.auth.throttle import TRY_AGAIN
from bot.desks.web.auth.webauthn import NotProved, computed, whose
from bot.desks.web.request import NotThere
from bot.desks.web.routes import NO_FIELDS, Door, May, fields
from bot.errors import DoesNotOpen
from bot.vault.keys.browser_key import by_passkey, under_passkey
from bot.vault.keys.keyring import STAFF
from bot.vault.keys.staff_keys import may_open

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.passkeys import Passkey
    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

ABOUT = "signin"


@dataclass(frozen=True, slots=True)
class Shown:
    """A passkey that has proved itself."""

    by: Caseworker
    passkey: Passkey
    count: int


async def ask(visit: Visit) -> Response:
    """Return the question with which a browser shows a passkey of this desk, whosever it is."""
    if not is_possible(visit):
        raise NotThere("no name to bind passkeys to")
    return visit.json(asked=visit.front.ceremony.to_show((), ABOUT, visit.now))


async def sign_in(visit: Visit) -> Response:
    """Let whoever has shown their passkey in, once their key opens."""
    found = await _shown(visit)
    if found is None:
        return form(visit, texts.NO_PASSKEY)
    keyring = await asyncio.to_thread(_by_passkey, visit, found)
    if keyring is None and may_open(found.by.role.value):
        if "password" not in visit.form:
            return form(visit, texts.PASSWORD_TOO, answer=True, status=HTTPStatus.OK)
        keyring, told, seconds = await _by_password(visit, found)
        if told is not None:
            return form(visit, told, answer=True, seconds=seconds)
    if not await spend(visit, found.passkey, found.count):
        return form(visit, texts.NO_PASSKEY)
    await _lock(visit, found, keyring)
    return await welcome_in(visit, found.by, keyring, "/")


async def _shown(visit: Visit) -> Shown | None:
    try:
        who, _credential = whose(visit.form.get("answer", ""))
    except NotProved:
        return None

    def look(work: Work) -> Caseworker | None:
        found = visit.front.staff.find(work, who) if who.isalnum() else None
        return found if found and found.is_active else None

    by = await visit.front.reads.run(look)
    proved = await shown(visit, by.id, ABOUT) if by is not None else None
    return Shown(by, *proved) if by is not None and proved is not None else None


def _by_passkey(visit: Visit, found: Shown) -> Keyring | None:
    """Return what a caseworker can open by what their passkey computed; None where it does not."""
    keys, output = visit.front.vault.keys, computed(visit.form.get("computed", ""))
    if keys is None or not output or not found.passkey.opens:
        return None
    try:
        keyring = by_passkey(keys, found.by.id, found.passkey.kept.locked, output)
    except DoesNotOpen:
        return None
    member = visit.front.vault.cases.custody.holders().members.get(found.by.id)
    own = keyring.key(STAFF + found.by.id)
    # A key that was made anew since is another one: what lies under the passkey opens nothing now.
    is_theirs = member is not None and own is not None and own.public == member.public
    return keyring if is_theirs else None


async def _by_password(visit: Visit, found: Shown) -> tuple[Keyring | None, Text | None, str]:
    """Return what a password opens; or what is said to whoever typed another one."""
    guesses, who = visit.front.guesses, found.by.id
    browser = browser_known_to(visit, who)
    if seconds := guesses.wait(who, browser, visit.now):
        return None, texts.WAIT, str(seconds)
    async with guesses.turn(is_known=bool(browser)) as came:
        if not came:
            return None, texts.BUSY, str(TRY_AGAIN)
        keyring = await asyncio.to_thread(unlock, visit, who, visit.form.get("password", ""))
    if keyring is None:
        guesses.was_wrong(who, browser, visit.now)
        return None, texts.WRONG_PASSWORD, ""
    guesses.was_right(who, browser)
    return keyring, None, ""


async def _lock(visit: Visit, found: Shown, keyring: Keyring | None) -> None:
    """Lock a key that was opened by a password under the passkey as well, where it computes."""
    output = computed(visit.form.get("computed", ""))
    if keyring is None or not output:
        return
    if await asyncio.to_thread(_by_passkey, visit, found) is not None:
        return
    locked = under_passkey(keyring, output)
    await visit.front.database.writer.run(
        lambda work: visit.front.passkeys.lock(work, found.by.id, found.passkey, locked)
    )


def form(
    visit: Visit, told: Text | None = None, *, answer: bool = False,
    status: HTTPStatus = HTTPStatus.UNAUTHORIZED, seconds: str = "",
) -> Response:  # fmt: skip
    """Return the way in: with an answer that is kept, it asks for the password alone."""
    said = visit.tongue(told, seconds=seconds) if told else ""
    kept = {name: visit.form.get(name, "") for name in ("answer", "computed")} if answer else {}
    return visit.page(
        "signin.html", status=status, told=said, who=visit.form.get("who", "")[:200], kept=kept,
        passkeys=is_possible(visit),
    )  # fmt: skip


DOORS = (
    Door("/signin/ask", ask, May.ANYBODY, "POST", NO_FIELDS),
    Door("/signin/passkey", sign_in, May.ANYBODY, "POST", fields("answer", "computed", "password")),
)
