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
from bot.desks.web.auth.login import welcome_in
from bot.desks.web.auth.passkey_pages import is_possible, kept, passkeys_of
from bot.desks.web.auth.throttle import TRY_AGAIN
from bot.desks.web.request import NotThere
from bot.desks.web.routes import NO_FIELDS, Door, May, fields
from bot.errors import WrongPassword
from bot.vault.keys.browser_key import known_by
from bot.vault.keys.passwords import SHORTEST
from bot.vault.keys.staff_keys import may_open
from bot.vault.keys.weak_passwords import is_guessable

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.responses import Response

    from bot.desks.web.request import Visit
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

MOST_HALF_DONE = 64


@dataclass(frozen=True, slots=True)
class HalfDone:
    """Somebody who has shown or chosen a password, and not yet a second factor."""

    who: str
    keyring: Keyring
    secret: str
    printed: str
    """The key on paper; empty where they have one already."""


async def come(visit: Visit) -> Response:
    """Show what a link leads to."""
    by = await _invited(visit)
    if by is None:
        return visit.page("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    return await _password_page(visit, by)


async def choose(visit: Visit) -> Response:
    """Take the password somebody has or chooses; show the secret of their authenticator."""
    by = await _invited(visit)
    if by is None:
        return visit.page("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    guesses, link = visit.front.guesses, visit.param("link")
    if seconds := guesses.wait(link, "", visit.now):
        return await _password_page(visit, by, texts.WAIT, seconds=str(seconds))
    password = visit.form.get("password", "")
    is_new = not await _has_key(visit, by.id)
    if is_new and (why := _why_not(visit, by, password)):
        return await _password_page(visit, by, why, count=str(SHORTEST))
    try:
        async with guesses.turn(is_known=False) as came:
            if not came:
                return await _password_page(visit, by, texts.BUSY, seconds=str(TRY_AGAIN))
            keyring, printed = await asyncio.to_thread(_key, visit, by, password, is_new)
    except WrongPassword:
        guesses.was_wrong(link, "", visit.now)
        return await _password_page(visit, by, texts.WRONG_PASSWORD)
    waiting = visit.front.half_done
    while len(waiting) >= MOST_HALF_DONE:
        del waiting[next(iter(waiting))]
    half = HalfDone(by.id, keyring, visit.front.passes.new_codes(), printed)
    waiting[link] = half
    return _code_page(visit, half)


async def finish(visit: Visit) -> Response:
    """Take the first code of the authenticator; use the link up, and let its caseworker in."""
    by, link = await _invited(visit), visit.param("link")
    half = visit.front.half_done.get(link)
    if by is None or half is None or half.who != by.id:
        return visit.page("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    code = "".join(visit.form.get("code", "").split())
    step = visit.front.passes.step_of(half.secret, code, visit.now)
    if not step:
        return _code_page(visit, half, texts.WRONG_CODE)

    def keep(work: Work) -> bool:
        if not visit.front.passes.take_invite(work, link):
            return False
        visit.front.passes.keep_codes(work, by.id, half.secret, step, visit.now)
        visit.front.audit.note(work, visit.now, by.id, "desk_factor", by.id, "codes")
        return True

    return await _enter(visit, by, half, keep)


async def ask_for_passkey(visit: Visit) -> Response:
    """Return the question with which a browser makes the first passkey."""
    by, link = await _invited(visit), visit.param("link")
    half = visit.front.half_done.get(link)
    if by is None or half is None or half.who != by.id or not is_possible(visit):
        raise NotThere("nobody")
    known = await passkeys_of(visit, by.id)
    asked = visit.front.ceremony.to_make(by.id, by.name or by.id, known, _about(link), visit.now)
    return visit.json(asked=asked)


async def finish_with_passkey(visit: Visit) -> Response:
    """Take a passkey instead of an authenticator; the same otherwise."""
    by, link = await _invited(visit), visit.param("link")
    half = visit.front.half_done.get(link)
    if by is None or half is None or half.who != by.id:
        return visit.page("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    new = await kept(visit, half.keyring, _about(link))
    if new is None:
        return _code_page(visit, half, texts.NO_PASSKEY)

    def keep(work: Work) -> bool:
        if not visit.front.passes.take_invite(work, link):
            return False
        visit.front.passkeys.keep(work, by.id, new, 0, visit.now)
        visit.front.audit.note(work, visit.now, by.id, "desk_factor", by.id, "passkey")
        return True

    return await _enter(visit, by, half, keep)


async def _enter(
    visit: Visit, by: Caseworker, half: HalfDone, keep: Callable[[Work], bool]
) -> Response:
    """Keep a second factor, use the link up, and let its caseworker in."""
    if not await visit.front.database.writer.run(keep):
        return visit.page("welcome_over.html", status=HTTPStatus.NOT_FOUND)
    del visit.front.half_done[visit.param("link")]
    response = await welcome_in(visit, by, half.keyring, "/")
    if half.printed:
        shown = visit.page("recovery.html", printed=half.printed)
        for name, value in response.raw_headers:
            if name == b"set-cookie":
                shown.raw_headers.append((name, value))
        return shown
    return response


def _about(link: str) -> str:
    """Return what the question is bound to: no other link's answer is this one's."""
    return f"welcome|{known_by(link.encode()).hex()}"


async def _invited(visit: Visit) -> Caseworker | None:
    def look(work: Work) -> Caseworker | None:
        who = visit.front.passes.invited(work, visit.param("link"), visit.now)
        found = visit.front.staff.find(work, who) if who else None
        return found if found and found.is_active else None

    return await visit.front.reads.run(look)


async def _has_key(visit: Visit, who: str) -> bool:
    return who in (await asyncio.to_thread(visit.front.vault.cases.custody.holders)).members


def _key(visit: Visit, by: Caseworker, password: str, is_new: bool) -> tuple[Keyring, str]:
    printed = ""
    if is_new:
        # Who administers or audits signs in with a key of no team: it opens no case.
        queues = by.queues if may_open(by.role.value) else ()
        printed = visit.front.keys.enrol(by.id, by.role.value, queues, password, visit.now)
    return visit.front.keys.unlock(by.id, password), printed


def _why_not(visit: Visit, by: Caseworker, password: str) -> Text | None:
    if len(password) < SHORTEST:
        return texts.TOO_SHORT
    if is_guessable(password, (by.name, visit.front.organisation)):
        return texts.TOO_SIMPLE
    return None if visit.form.get("again", "") == password else texts.DIFFERENT


async def _password_page(
    visit: Visit, by: Caseworker, told: Text | None = None, **values: str
) -> Response:
    return visit.page(
        "welcome.html", status=HTTPStatus.UNAUTHORIZED if told else HTTPStatus.OK, name=by.name,
        is_new=not await _has_key(visit, by.id), link=visit.param("link"), shortest=str(SHORTEST),
        told=visit.tongue(told, **values) if told else "",
    )  # fmt: skip


def _code_page(visit: Visit, half: HalfDone, told: Text | None = None) -> Response:
    grouped = " ".join(half.secret[at : at + 4] for at in range(0, len(half.secret), 4))
    return visit.page(
        "welcome_code.html", status=HTTPStatus.UNAUTHORIZED if told else HTTPStatus.OK,
        link=visit.param("link"), grouped=grouped, told=visit.tongue(told) if told else "",
        passkeys=is_possible(visit),
    )  # fmt: skip


DOORS = (
    Door("/welcome/{link}", come, May.ANYBODY),
    Door("/welcome/{link}", choose, May.ANYBODY, "POST", fields("password", "again")),
    Door("/welcome/{link}/code", finish, May.ANYBODY, "POST", fields("code")),
    Door("/welcome/{link}/ask", ask_for_passkey, May.ANYBODY, "POST", NO_FIELDS),
    Door("/welcome/{link}/passkey", finish_with_passkey, May.ANYBODY, "POST",
         fields("answer", "computed")),
)  # fmt: skip
