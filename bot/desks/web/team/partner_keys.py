"""Keys of members of partners that wait: a colleague with access to cases approves or refuses each.

They stand on the page *Keys that wait for approval*. Refusing ends the member's access: a key that
no one expected has no use.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web import texts
from bot.desks.web.routes import Permission, get, post
from bot.errors import HavenError, NotApprovedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.desks.web.request import DeskRequest, Response
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

MAX_NUMBER_DIGITS = 12


@get("/key-requests/partners", Permission.QUEUE)
async def _page(request: DeskRequest) -> Response:
    members = await request.read(request.context.partner_members.waiting)
    return request.render("partner_keys.html", members=members)


@post("/key-requests/partners/approve", Permission.QUEUE, "member", needs_step_up=True)
async def _approve(request: DeskRequest) -> Response:
    approve, number = request.context.partner_members.approve, _number(request)
    return await _decide(
        request, lambda work, keyring: approve(work, keyring, number, request.now),
        texts.PARTNER_KEY_APPROVED,
    )  # fmt: skip


@post("/key-requests/partners/refuse", Permission.QUEUE, "member", needs_step_up=True)
async def _refuse(request: DeskRequest) -> Response:
    refuse, number = request.context.partner_members.refuse, _number(request)
    return await _decide(
        request, lambda work, keyring: refuse(work, keyring, number, request.now),
        texts.PARTNER_KEY_REFUSED,
    )  # fmt: skip


async def _decide(
    request: DeskRequest, decide: Callable[[Work, Keyring], object], done: Text
) -> Response:
    keyring = request.keyring()
    if keyring is None:
        request.flash(texts.KEY_NEEDS_PASSWORD, is_refused=True)
        return request.redirect("/key-requests/partners")
    try:
        await request.write(lambda work: decide(work, keyring))
    except NotApprovedError:
        request.flash(texts.KEY_NOT_YOURS, is_refused=True)
    except HavenError:  # someone else decided meanwhile, or the key was changed in the database
        request.flash(texts.PARTNER_KEY_CHANGED, is_refused=True)
    else:
        request.flash(done)
    return request.redirect("/key-requests/partners")


def _number(request: DeskRequest) -> int:
    typed = request.form.get("member", "")[:MAX_NUMBER_DIGITS]
    return int(typed) if typed.isascii() and typed.isdecimal() else 0
