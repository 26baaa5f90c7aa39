"""Routes and permissions of the desk; a route without a permission stops the start."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.cases.state_machine import CASE_ROLES, Role
from bot.errors import HavenError
from bot.hotline.origins.model import OPENING_ROLES

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response

    RouteHandler = Callable[[Any], Awaitable[Response]]
    """Of a `DeskRequest`, which names its route."""


class RouteError(HavenError):
    """A route lacks its permission or its fields, or two routes have one address."""


class Permission(StrEnum):
    """Who may use a route."""

    PUBLIC = "public"  # everyone, also before sign-in
    SIGNED_IN = "signed_in"  # everyone who has signed in: their own session and second factors
    QUEUE = "queue"  # caseworkers, supervisors and administrators: the list of cases
    CASE = "case"  # the same, for one case; access to each case is checked by the handler
    CHANGE = "change"  # the same, to change a case
    OPEN = "open"  # caseworkers and supervisors: open a new case, work on one
    AUDIT = "audit"  # auditors, supervisors and administrators: who did what
    TEAM = "team"  # supervisors and administrators: workload and overdue cases
    SUPERVISION = "supervision"  # supervisors: which cases have something in common
    INTERPRET = "interpret"  # interpreters: the conversation they were invited to
    STAFF = "staff"  # administrators: accounts, and what this deployment tells people


class Repetition(StrEnum):
    """What happens when the same form arrives again; see `form_nonces`."""

    IGNORED = "ignored"  # it does nothing, and says so
    SAME_RESULT = "same_result"  # its handler gives commands, and each is carried out once
    ALLOWED = "allowed"  # it changes nothing that could be there twice


CHECKED_BY_HANDLER = frozenset({"*"})
ROLES: dict[Permission, frozenset[Role]] = {
    Permission.PUBLIC: frozenset(Role),
    Permission.SIGNED_IN: frozenset(Role),
    Permission.QUEUE: CASE_ROLES,
    Permission.CASE: CASE_ROLES,
    Permission.CHANGE: CASE_ROLES,
    Permission.OPEN: OPENING_ROLES,
    Permission.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Permission.TEAM: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.SUPERVISION: frozenset({Role.SUPERVISOR}),
    Permission.INTERPRET: frozenset({Role.INTERPRETER}),
    Permission.STAFF: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the desk."""

    path: str
    handler: RouteHandler
    permission: Permission
    method: str = "GET"
    fields: frozenset[str] | None = None
    """Names its form may have besides the CSRF token; `CHECKED_BY_HANDLER` where they depend on the
    action. A POST route must have them."""
    needs_step_up: bool = False
    """Whether a fresh second factor is needed: the action cannot be undone, or gives access."""
    is_pane: bool = False
    """Whether a script fetches it: without a session the answer is an error, not a redirect."""
    is_background: bool = False
    """Whether a request leaves the idle timeout running: streams, panes that refresh themselves."""
    takes_file: bool = False
    """Whether its form may have one file, in the field `file`."""
    repetition: Repetition = Repetition.ALLOWED
    page: str = "/"
    """The page that a form stands on, as far as its address tells; `with_pages` sets it."""

    @property
    def changes_state(self) -> bool:
        """Whether the route is for changes."""
        return self.method != "GET"


def get(
    path: str, permission: Permission, *, is_pane: bool = False, is_background: bool = False
) -> Callable[[RouteHandler], Route]:
    """Make a handler the route of a page."""
    return lambda handler: Route(
        path, handler, permission, is_pane=is_pane, is_background=is_background
    )


def post(  # noqa: PLR0913 - each is a property of the route
    path: str, permission: Permission, *fields: str, needs_step_up: bool = False,
    is_pane: bool = False, is_background: bool = False, takes_file: bool = False,
    repetition: Repetition = Repetition.IGNORED,
) -> Callable[[RouteHandler], Route]:  # fmt: skip
    """Make a handler the route of a form with these fields.

    What a script asks for, and what people do before they are signed in, may be repeated.
    """
    if is_pane or is_background or permission is Permission.PUBLIC:
        repetition = Repetition.ALLOWED
    return lambda handler: Route(
        path, handler, permission, "POST", frozenset(fields), needs_step_up, is_pane, is_background,
        takes_file,
        repetition,
    )  # fmt: skip


def with_pages(routes: Iterable[Route]) -> list[Route]:
    """Return the routes, each form with the nearest page above its address."""
    found = list(routes)
    pages = {it.path for it in found if not it.changes_state and not it.is_pane}
    return [replace(it, page=_page_above(it.path, pages)) if it.changes_state else it
            for it in found]  # fmt: skip


def _page_above(path: str, pages: set[str]) -> str:
    above = path
    while above and above not in pages:
        above = above.rpartition("/")[0]
    return above or "/"


def check_routes(routes: Iterable[Route]) -> list[Route]:
    """Return the routes; raise RouteError for one that is incomplete, or an address taken twice."""
    found = list(routes)
    for route in found:
        if not isinstance(route.permission, Permission) or route.method not in {"GET", "POST"}:
            raise RouteError(f"{route.method} {route.path}: no permission is set")
        if route.changes_state and route.fields is None:
            raise RouteError(f"{route.method} {route.path}: no form fields are set")
    addresses = Counter((route.method, route.path) for route in found)
    if repeated := {it for it, times in addresses.items() if times > 1}:
        raise RouteError(f"two routes with one address: {sorted(repeated)}")
    return found
