"""Request to the partners' room, with its member and the answers a handler can return."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from starlette.responses import HTMLResponse, RedirectResponse, Response

from bot.desks.partner_room.assets import room_static_path
from bot.desks.partner_room.templates import render_room_page
from bot.desks.web.form_nonces import NONCE_FIELD, new_nonce
from bot.errors import HavenError
from bot.partners.member_access import actor_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.requests import Request

    from bot.desks.locale import StaffLocale
    from bot.desks.partner_room.auth.sessions import RoomSession
    from bot.desks.partner_room.context import RoomContext
    from bot.desks.partner_room.routes import RoomRoute
    from bot.partners.members import Member
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault.keys.member_keys import MemberOpener

__all__ = ["NothingHereError", "Response", "RoomRequest"]
T = TypeVar("T")
SESSION_COOKIE, BROWSER_COOKIE, LANGUAGE_COOKIE = (
    "__Host-haven-partner", "__Host-haven-partner-known", "__Host-haven-partner-language"
)  # fmt: skip
"""Other names than at the desk: a browser that visits both sends each its own."""
MAX_DIGITS = 12
"""Of a number in an address."""
YEAR_SECONDS = 365 * 24 * 3600


class NothingHereError(HavenError):
    """The address does not exist, or it is another partner's."""


@dataclass
class RoomRequest:
    """One request, and the session it belongs to."""

    http: Request
    context: RoomContext
    route: RoomRoute
    locale: StaffLocale
    now: int
    session: RoomSession | None = None
    session_secret: bytes = field(default=b"", repr=False)
    signed_in: Member | None = None
    form: Mapping[str, str] = field(default_factory=dict)
    form_nonce: str = field(default_factory=new_nonce)
    """The nonce of the forms on the page that is drawn."""

    @property
    def member(self) -> Member:
        """Return the member who has signed in; raise NothingHereError if there is none."""
        if self.signed_in is None:
            raise NothingHereError("not signed in")
        return self.signed_in

    @property
    def partner_id(self) -> int:
        """Return the number of the member's partner, beyond which nothing is read or written."""
        return self.member.partner_id

    @property
    def actor(self) -> str:
        """Return how the audit log names the member."""
        return actor_of(self.member.id)

    @property
    def current_session(self) -> RoomSession:
        """Return the session; raise NothingHereError if the request is not signed in."""
        if self.session is None:
            raise NothingHereError("not signed in")
        return self.session

    @property
    def csrf(self) -> str:
        """Return the CSRF token of the session; empty before sign-in."""
        return self.session.csrf_token if self.session is not None else ""

    @property
    def sent_nonce(self) -> str:
        """Return the nonce of the form that was sent; empty for none."""
        return self.form.get(NONCE_FIELD, "")

    def opener(self) -> MemberOpener:
        """Return what opens that which was sealed to the member, for this request."""
        return self.context.sessions.opener(self.current_session, self.session_secret)

    async def read(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work that only reads, and return its result."""
        return await self.context.read_pool.run(unit)

    async def write(self, unit: Callable[[Work], T]) -> T:
        """Run a unit of work in one transaction, and return its result."""
        return await self.context.database.writer.run(unit)

    def url(self, path: str) -> str:
        """Return a path of the room with its prefix."""
        return f"{self.context.root}{path}"

    def param(self, name: str) -> str:
        """Return a path parameter; empty for none."""
        return str(self.http.path_params.get(name, ""))

    def number(self, name: str) -> int:
        """Return a path parameter that is a number; raise NothingHereError if it is none."""
        found = self.param(name)
        if not (found.isascii() and found.isdecimal() and len(found) <= MAX_DIGITS):
            raise NothingHereError("no such number")
        return int(found)

    # --- Answers ------------------------------------------------------------------------------

    def render(self, template: str, *, status: int = 200, **values: Any) -> Response:
        """Return a page."""
        page = render_room_page(
            template, request=self, say=self.locale, url=self.url,
            static=lambda name: self.url(room_static_path(name)), **values,
        )  # fmt: skip
        return HTMLResponse(page, status)

    def redirect(self, path: str) -> Response:
        """Return a redirect to a path of the room."""
        return RedirectResponse(self.url(path), 303)

    def flash(self, text: Text, *, is_refused: bool = False, **values: str) -> None:
        """Show a message on the next page."""
        self.current_session.flashes.append((self.locale(text, **values), is_refused))

    def take_flashes(self) -> list[tuple[str, bool]]:
        """Return the messages to show, once."""
        if self.session is None:
            return []
        found, self.session.flashes = self.session.flashes, []
        return found

    def set_cookie(self, response: Response, name: str, value: str, seconds: int | None) -> None:
        """Set a cookie that scripts cannot read and other sites cannot send."""
        response.set_cookie(
            name, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="strict"
        )
