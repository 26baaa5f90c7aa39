"""Every address of the desk and who may use it; one that says nothing of that stops the start."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.errors import HavenError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from starlette.responses import Response

    from bot.desks.web.request import DeskRequest

    RouteHandler = Callable[[DeskRequest], Awaitable[Response]]


class RouteError(HavenError):
    """An address of the desk does not say who may use it; the text names it."""


class Permission(StrEnum):
    """Who may use an address."""

    PUBLIC = "anybody"
    """Who has not signed in as well: the way in, and what pages look like."""
    SIGNED_IN = "signed_in"
    """Whoever has: their own session, their own factors."""
    QUEUE = "queue"
    """Who looks after people: what waits, in clear."""
    CASE = "case"
    """One case, which must be theirs to see: decided for each of them."""
    CHANGE = "change"
    """The same, to do something to it."""
    AUDIT = "audit"
    """Who did what; no word of a person."""
    TEAM = "team"
    """Who looks after those who look after people: what each carries, and who waits too long."""
    STAFF = "staff"
    """Who works here."""


CHECKED_BY_HANDLER = frozenset({"*"})
NO_FIELDS: frozenset[str] = frozenset()


def form_fields(*names: str) -> frozenset[str]:
    """Return the names of a form, as a door wants them."""
    return frozenset(names)


_CASE_ROLES = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR})
ROLES: dict[Permission, frozenset[Role]] = {
    Permission.PUBLIC: frozenset(Role),
    Permission.SIGNED_IN: frozenset(Role),
    Permission.QUEUE: _CASE_ROLES,
    Permission.CASE: _CASE_ROLES,
    Permission.CHANGE: _CASE_ROLES,
    Permission.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR}),
    Permission.TEAM: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    Permission.STAFF: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address."""

    path: str
    """As Starlette writes it, e.g. `/cases/{reference}`."""
    handler: RouteHandler
    permission: Permission
    """Who may use it."""
    method: str = "GET"
    fields: frozenset[str] | None = None
    """The names its form may have, beside what every form carries; `BY_WHAT_IS_DONE` where each
    thing done there has a form of its own. A change that does not say stops the start."""
    needs_step_up: bool = False
    """Whether what is done here cannot be undone or lets somebody in: a second factor is shown
    again for it."""
    is_pane: bool = False
    """Whether a page fetches it: then nobody is led to the way in, they are told to go there."""
    is_background: bool = False
    """Whether using it is no sign that somebody is there: streams, panes that renew themselves."""

    @property
    def changes_state(self) -> bool:
        """Tell whether something is done here."""
        return self.method != "GET"


def check_routes(routes: Iterable[Route]) -> list[Route]:
    """Return the doors, each with its permission.

    Raises:
        NoPermission: one has none, two have one address, or a form does not say what it takes.
    """
    found = list(routes)
    for door in found:
        if not isinstance(door.permission, Permission) or door.method not in {"GET", "POST"}:
            raise RouteError(f"{door.method} {door.path}: nobody said who may use it")
        if door.changes_state and door.fields is None:
            raise RouteError(f"{door.method} {door.path}: nobody said which fields it takes")
    known = [(door.method, door.path) for door in found]
    if twice := {it for it in known if known.count(it) > 1}:
        raise RouteError(f"two doors at one address: {sorted(twice)}")
    return found
