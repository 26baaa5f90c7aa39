"""Sign-in link of a demo; it works once and replaces only the password.

An action that cannot be undone asks for the second factor as always. Because a demo has no phone,
the step-up page shows the code (`DeskContext.demo_codes`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.desks.web.auth.login import find_caseworker, start_session
from bot.desks.web.request import DeskRequest, NotFoundError
from bot.desks.web.routes import Permission, get
from bot.errors import WrongPasswordError
from bot.vault.keys.browser_key import secret_digest

if TYPE_CHECKING:
    from starlette.responses import Response


@get("/demo/{link}", Permission.PUBLIC)
async def demo_sign_in(request: DeskRequest) -> Response:
    """Sign in the caseworker of a demo, by a link that works once."""
    try:
        digest = secret_digest(bytes.fromhex(request.param("link")))
    except ValueError:
        raise NotFoundError("no link") from None
    owner = request.context.demo_links.pop(digest, "")
    who, _colon, password = owner.partition(":")
    by = await find_caseworker(request, who)
    if by is None:
        raise NotFoundError("no link")
    try:
        keyring = request.context.staff_keys.unlock(by.id, password)
    except WrongPasswordError:
        raise NotFoundError("no link") from None
    return await start_session(request, by, keyring, "/", has_stepped_up=False)
