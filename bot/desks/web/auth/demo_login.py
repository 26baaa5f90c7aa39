"""What only the desk of a rehearsal has: a link that signs its caseworker in, once.

It stands for a password alone. Whatever cannot be undone asks for the second factor as anywhere,
and the page that asks says the code, for nobody rehearses with a telephone (`Front.rehearsed`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.auth.login import find_caseworker, start_session
from bot.desks.web.request import NotFoundError
from bot.desks.web.routes import Permission, Route
from bot.errors import WrongPasswordError
from bot.vault.keys.browser_key import secret_digest

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest


async def demo_sign_in(request: DeskRequest) -> Response:
    """Sign a rehearsal's caseworker in, by a link that works once; a real house has none."""
    written = request.param("link")
    try:
        digest = secret_digest(bytes.fromhex(written))
    except ValueError:
        raise NotFoundError("no link") from None
    said = request.context.demo_links.pop(digest, "")
    who, _colon, password = said.partition(":")
    by = await find_caseworker(request, who)
    if by is None:
        raise NotFoundError("no link")
    try:
        keyring = request.context.staff_keys.unlock(by.id, password)
    except WrongPasswordError:
        raise NotFoundError("no link") from None
    return await start_session(request, by, keyring, "/", is_proved=False)


ROUTES = (Route("/rehearse/{link}", demo_sign_in, Permission.PUBLIC),)
