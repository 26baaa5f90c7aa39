"""Routes of the partners' room; a route that does not say who may use it stops the start."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response

    RoomHandler = Callable[[Any], Awaitable[Response]]
    """Of a `RoomRequest`."""


class RoomRouteError(HavenError):
    """A route lacks its access or its fields, or two routes have one address."""


class Access(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"  # everyone, also before sign-in
    MEMBER = "member"  # members who have signed in; what is of another partner does not exist


@dataclass(frozen=True, slots=True)
class RoomRoute:
    """One address of the room."""

    path: str
    handler: RoomHandler
    access: Access
    method: str = "GET"
    fields: frozenset[str] | None = None
    """Names its form may have besides the CSRF token and the nonce. A POST route must have them."""
    is_once: bool = False
    """Whether the same form, sent again, does nothing (`form_nonces`)."""

    @property
    def changes_state(self) -> bool:
        """Tell whether the route is for changes."""
        return self.method != "GET"


def get(path: str, access: Access = Access.MEMBER) -> Callable[[RoomHandler], RoomRoute]:
    """Make a handler the route of a page."""
    return lambda handler: RoomRoute(path, handler, access)


def post(
    path: str, *fields: str, access: Access = Access.MEMBER
) -> Callable[[RoomHandler], RoomRoute]:
    """Make a handler the route of a form with these fields; a member's form acts once."""
    is_once = access is Access.MEMBER
    return lambda handler: RoomRoute(path, handler, access, "POST", frozenset(fields), is_once)


def check_routes(routes: Iterable[RoomRoute]) -> list[RoomRoute]:
    """Return the routes; raise RoomRouteError for one that is incomplete or there twice."""
    found = list(routes)
    for route in found:
        if not isinstance(route.access, Access) or route.method not in {"GET", "POST"}:
            raise RoomRouteError(f"{route.method} {route.path}: no access is set")
        if route.changes_state and route.fields is None:
            raise RoomRouteError(f"{route.method} {route.path}: no form fields are set")
    addresses = [(route.method, route.path) for route in found]
    if repeated := {it for it in addresses if addresses.count(it) > 1}:
        raise RoomRouteError(f"two routes with one address: {sorted(repeated)}")
    return found
