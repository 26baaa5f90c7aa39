"""What only the desk of a rehearsal has: a link that signs its caseworker in, once.

It stands for a password alone. Whatever cannot be undone asks for the second factor as anywhere,
and the page that asks says the code, for nobody rehearses with a telephone (`Front.rehearsed`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.auth.login import find, welcome_in
from bot.desks.web.request import NotThere
from bot.desks.web.routes import Door, May
from bot.errors import WrongPassword
from bot.vault.keys.browser_key import known_by

if TYPE_CHECKING:
    from starlette.responses import Response

    from bot.desks.web.request import Visit


async def rehearse(visit: Visit) -> Response:
    """Sign a rehearsal's caseworker in, by a link that works once; a real house has none."""
    written = visit.param("link")
    try:
        digest = known_by(bytes.fromhex(written))
    except ValueError:
        raise NotThere("no link") from None
    said = visit.front.rehearsal.pop(digest, "")
    who, _colon, password = said.partition(":")
    by = await find(visit, who)
    if by is None:
        raise NotThere("no link")
    try:
        keyring = visit.front.keys.unlock(by.id, password)
    except WrongPassword:
        raise NotThere("no link") from None
    return await welcome_in(visit, by, keyring, "/", is_proved=False)


DOORS = (Door("/rehearse/{link}", rehearse, May.ANYBODY),)
