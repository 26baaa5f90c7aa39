"""One request, once it is known who makes it: what an answer is made of."""

from __future__ import annotations

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from bot.desks.web.templates import render_template
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from bot.desks.locale import StaffLocale
    from bot.desks.web.auth.sessions import DeskSession
    from bot.desks.web.context import DeskContext
    from bot.desks.web.routes import Route
    from bot.hotline.staff.staff import Caseworker
    from bot.text import Text
    from bot.vault.keys.keyring import Keyring

FETCH_HEADER = "x-haven"
"""The header with which pages fetch; no form of another site can send it."""
SESSION_COOKIE, BROWSER_COOKIE, LANGUAGE_COOKIE = (
    "__Host-haven",
    "__Host-haven-known",
    "__Host-haven-language",
)
YEAR_SECONDS = 365 * 24 * 3600


class NotFoundError(HavenError):
    """There is no such thing, or it is not theirs: the two are one."""


@dataclass
class DeskRequest:
    """One request."""

    http: Request
    context: DeskContext
    route: Route
    locale: StaffLocale
    nonce: str
    now: int
    session: DeskSession | None = None
    session_secret: bytes = b""
    signed_in: Caseworker | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    """What was filled in, each name once."""
    preferences: Mapping[str, str] = field(default_factory=dict)
    """What they chose at the desk, by name (`choosing`)."""

    @property
    def caseworker(self) -> Caseworker:
        """Return who it is.

        Raises:
            NotThere: nobody has signed in.
        """
        if self.signed_in is None:
            raise NotFoundError("nobody")
        return self.signed_in

    @property
    def current_session(self) -> DeskSession:
        """Return their session.

        Raises:
            NotThere: nobody has signed in.
        """
        if self.session is None:
            raise NotFoundError("nobody")
        return self.session

    @property
    def csrf(self) -> str:
        """Return what a form of this session carries; nothing before somebody has signed in."""
        return self.session.csrf_token if self.session is not None else ""

    @property
    def is_fetched(self) -> bool:
        """Tell whether a page of ours fetches, rather than a browser that goes somewhere."""
        return FETCH_HEADER in self.http.headers

    def keyring(self) -> Keyring | None:
        """Return what they can open, for this request."""
        return self.context.sessions.unlock_keyring(self.current_session, self.session_secret)

    def url(self, path: str) -> str:
        """Return the address of a path of the desk."""
        return f"{self.context.root}{path}"

    def param(self, name: str) -> str:
        """Return a part of the address."""
        return str(self.http.path_params.get(name, ""))

    # --- answers ------------------------------------------------------------------------------

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page, or a pane of one."""
        return HTMLResponse(render_template(template, self, values), status)

    def redirect(self, path: str) -> Response:
        """Send a browser somewhere else at the desk."""
        return RedirectResponse(self.url(path), 303)

    def json(self, status: int = 200, **said: Any) -> Response:
        """Return what a script of ours reads."""
        return JSONResponse(said, status)

    def flash(self, text: Text, *, is_refused: bool = False, **values: str) -> None:
        """Say a sentence on the next page."""
        self.current_session.flashes.append((self.locale(text, **values), is_refused))

    def redirect_to_step_up(self, back: str) -> Response:
        """Lead to where a second factor is shown again, and from there back."""
        path = f"/prove?back={quote(back, safe='/')}"
        if self.is_fetched:
            return self.json(HTTPStatus.FORBIDDEN, go=self.url(path))
        return self.redirect(path)

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Have the browser keep something that no script reads and no other site sends."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
        )
