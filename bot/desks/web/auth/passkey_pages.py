"""Passkeys: made on one's own page or at the first time, shown at the way in and for what is final.

A page of ours asks for the question, hands it to the browser, and sends what came back as an
ordinary form: the answer, and what the passkey computed where it computes anything.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.auth.login import browser_of
from bot.desks.web.auth.passkeys import MOST, Kept
from bot.desks.web.auth.webauthn import NotProved, computed, whose
from bot.desks.web.request import SESSION, NotThere
from bot.desks.web.routes import NO_FIELDS, Door, May, fields
from bot.desks.web.static_files import inside
from bot.vault.keys.browser_key import under_passkey

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.auth.passkeys import Passkey
    from bot.desks.web.request import Visit
    from bot.store.writer import Work
    from bot.vault.keys.keyring import Keyring


def is_possible(visit: Visit) -> bool:
    """Tell whether passkeys can be bound to where browsers find this desk: to a name they can."""
    return bool(visit.front.ceremony.place)


async def passkeys_of(visit: Visit, who: str) -> list[Passkey]:
    """Return a caseworker's passkeys."""
    return await visit.front.reads.run(lambda work: visit.front.passkeys.of(work, who))


async def kept(visit: Visit, keyring: Keyring | None, about: str) -> Kept | None:
    """Return what is to be kept of a passkey that was just made; None where it was not.

    Args:
        visit: what came back from the browser.
        keyring: the keys of whose it is, to be locked under what it computes.
        about: what the question was bound to.
    """
    try:
        made = visit.front.ceremony.made(visit.form.get("answer", ""), about, visit.now)
    except NotProved:
        return None
    output = computed(visit.form.get("computed", ""))
    locked = under_passkey(keyring, output) if keyring is not None and output else b""
    return Kept(made.credential, made.public, browser_of(visit), locked)


# --- one's own page ---------------------------------------------------------------------------


async def ask_to_make(visit: Visit) -> Response:
    """Return the question with which a browser makes another passkey."""
    known = await passkeys_of(visit, visit.by.id)
    if not is_possible(visit) or len(known) >= MOST:
        return visit.json(HTTPStatus.CONFLICT, refused=True)
    name = visit.by.name or visit.by.id
    asked = visit.front.ceremony.to_make(visit.by.id, name, known, _here(visit), visit.now)
    return visit.json(asked=asked)


async def add(visit: Visit) -> Response:
    """Keep a passkey that was just made."""
    by, now, front = visit.by, visit.now, visit.front
    new = await kept(visit, visit.keyring(), _here(visit))
    if new is None:
        visit.tell(texts.NO_PASSKEY, is_refused=True)
        return visit.go("/account")

    def keep(work: Work) -> None:
        front.passkeys.keep(work, by.id, new, 0, now)
        front.audit.note(work, now, by.id, "desk_factor", by.id, "passkey")

    await front.database.writer.run(keep)
    visit.tell(texts.PASSKEY_ADDED if new.locked else texts.PASSKEY_ADDED_ONLY)
    return visit.go("/account")


async def take_away(visit: Visit) -> Response:
    """Take one's own passkey away; the last thing that lets somebody in stays."""
    by, now, front = visit.by, visit.now, visit.front
    wanted = visit.form.get("passkey", "")

    def drop(work: Work) -> bool:
        known = [it.id for it in front.passkeys.of(work, by.id)]
        if wanted not in known:
            raise NotThere("no such passkey")
        if len(known) == 1 and not front.passes.has_codes(work, by.id):
            return False
        front.audit.note(work, now, by.id, "desk_factor_gone", by.id, "passkey")
        return front.passkeys.drop(work, by.id, wanted)

    is_gone = await front.database.writer.run(drop)
    visit.tell(texts.PASSKEY_GONE if is_gone else texts.LAST_FACTOR, is_refused=not is_gone)
    return visit.go("/account")


# --- shown again ------------------------------------------------------------------------------


async def ask_to_prove(visit: Visit) -> Response:
    """Return the question with which a browser shows one of somebody's own passkeys."""
    known = await passkeys_of(visit, visit.by.id)
    if not known:
        return visit.json(HTTPStatus.CONFLICT, refused=True)
    return visit.json(asked=visit.front.ceremony.to_show(known, _here(visit), visit.now))


async def prove(visit: Visit) -> Response:
    """Take a passkey instead of a code; the session goes on under another secret."""
    front, back = visit.front, inside(visit.form.get("back", "/"))
    found = await shown(visit, visit.by.id, _here(visit))
    if found is None or not await spend(visit, *found):
        return visit.page(
            "prove.html", status=HTTPStatus.UNAUTHORIZED, back=back, passkeys=is_possible(visit),
            told=visit.tongue(texts.NO_PASSKEY),
        )  # fmt: skip
    secret = await front.sessions.renew(visit.here, visit.secret, visit.now)
    response = visit.go(back)
    visit.set_cookie(response, SESSION, secret.hex(), None)
    return response


async def shown(visit: Visit, who: str, about: str) -> tuple[Passkey, int] | None:
    """Return which of somebody's passkeys has proved itself, and how often it was used; or None."""
    answer = visit.form.get("answer", "")
    try:
        _user, credential = whose(answer)
        known = await passkeys_of(visit, who)
        for passkey in known:
            if passkey.kept.credential == credential:
                return passkey, visit.front.ceremony.shown(answer, passkey, about, visit.now)
    except NotProved:
        pass
    return None


async def spend(visit: Visit, passkey: Passkey, count: int) -> bool:
    """Take the question as answered; tell whether nobody did with this answer before."""
    front = visit.front
    front.ceremony.used(visit.form.get("answer", ""), visit.now)
    return await front.database.writer.run(lambda work: front.passkeys.count(work, passkey, count))


def _here(visit: Visit) -> str:
    """Return what questions of a session are bound to: no other session's answer is one of its."""
    return f"session|{visit.here.token.hex()}"


DOORS = (
    Door("/account/passkeys/ask", ask_to_make, May.SIGNED_IN, "POST", NO_FIELDS, is_final=True),
    Door("/account/passkeys", add, May.SIGNED_IN, "POST", fields("answer", "computed"),
         is_final=True),
    Door("/account/passkeys/end", take_away, May.SIGNED_IN, "POST", fields("passkey"),
         is_final=True),
    Door("/prove/ask", ask_to_prove, May.SIGNED_IN, "POST", NO_FIELDS),
    Door("/prove/passkey", prove, May.SIGNED_IN, "POST", fields("answer", "computed", "back")),
)  # fmt: skip
