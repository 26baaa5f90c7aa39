"""One request, once it is known who makes it: what an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.desks.web.templates import drawn
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from bot.desks.locale import Tongue
    from bot.desks.web.auth.sessions import Session
    from bot.desks.web.context import Front
    from bot.desks.web.routes import Door
    from bot.hotline.staff.staff import Caseworker
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

FETCHED = "x-haven"
"""The header with which pages fetch; no form of another site can send it."""
SESSION, KNOWN, LANGUAGE = "__Host-haven", "__Host-haven-known", "__Host-haven-language"
YEAR = 365 * 24 * 3600


class NotThere(HavenError):
    """There is no such thing, or it is not theirs: the two are one."""


@dataclass
class Visit:
    """One request."""

    request: Request
    front: Front
    door: Door
    tongue: Tongue
    nonce: str
    now: int
    session: Session | None = None
    secret: bytes = b""
    by_: Caseworker | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    """What was filled in, each name once."""
    chosen: Mapping[str, str] = field(default_factory=dict)
    """What they chose at the desk, by name (`choosing`)."""

    @property
    def by(self) -> Caseworker:
        """Return who it is.

        Raises:
            NotThere: nobody has signed in.
        """
        if self.by_ is None:
            raise NotThere("nobody")
        return self.by_

    @property
    def here(self) -> Session:
        """Return their session.

        Raises:
            NotThere: nobody has signed in.
        """
        if self.session is None:
            raise NotThere("nobody")
        return self.session

    @property
    def csrf(self) -> str:
        """Return what a form of this session carries; nothing before somebody has signed in."""
        return self.session.mark if self.session is not None else ""

    @property
    def is_fetched(self) -> bool:
        """Tell whether a page of ours fetches, rather than a browser that goes somewhere."""
        return FETCHED in self.request.headers

    def keyring(self) -> Keyring | None:
        """Return what they can open, for this request."""
        return self.front.sessions.keyring(self.here, self.secret)

    def url(self, path: str) -> str:
        """Return the address of a path of the desk."""
        return f"{self.front.root}{path}"

    def param(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.request.path_params.get(name, ""))

    # --- answers ------------------------------------------------------------------------------

    def page(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page, or a pane of one."""
        return HTMLResponse(drawn(template, self, values), status)

    def go(self, path: str) -> Response:
        """Send a browser somewhere else at the desk."""
        return RedirectResponse(self.url(path), 303)

    def json(self, status: int = 200, **said: Any) -> Response:
        """Return what a script of ours reads."""
        return JSONResponse(said, status)

    def tell(self, text: Text, *, is_refused: bool = False, **values: str) -> None:
        """Say a sentence on the next page."""
        self.here.said.append((self.tongue(text, **values), is_refused))

    def prove_first(self, back: str) -> Response:
        """Lead to where a second factor is shown again, and from there back."""
        path = f"/prove?back={quote(back, safe='/')}"
        if self.is_fetched:
            return self.json(HTTPStatus.FORBIDDEN, go=self.url(path))
        return self.go(path)

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Have the browser keep something that no script reads and no other site sends."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
        )
