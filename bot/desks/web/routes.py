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

    from bot.desks.web.request import Visit

    Answer = Callable[[Visit], Awaitable[Response]]


class NoPermission(HavenError):
    """An address of the desk does not say who may use it; the text names it."""


class May(StrEnum):
    """Who may use an address."""

    ANYBODY = "anybody"
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


BY_WHAT_IS_DONE = frozenset({"*"})
NO_FIELDS: frozenset[str] = frozenset()


def fields(*names: str) -> frozenset[str]:
    """Return the names of a form, as a door wants them."""
    return frozenset(names)


_HELPS = frozenset({Role.CASEWORKER, Role.SUPERVISOR, Role.ADMINISTRATOR})
ROLES: dict[May, frozenset[Role]] = {
    May.ANYBODY: frozenset(Role),
    May.SIGNED_IN: frozenset(Role),
    May.QUEUE: _HELPS,
    May.CASE: _HELPS,
    May.CHANGE: _HELPS,
    May.AUDIT: frozenset({Role.AUDITOR, Role.ADMINISTRATOR, Role.SUPERVISOR}),
    May.TEAM: frozenset({Role.SUPERVISOR, Role.ADMINISTRATOR}),
    May.STAFF: frozenset({Role.ADMINISTRATOR}),
}


@dataclass(frozen=True, slots=True)
class Door:
    """One address."""

    path: str
    """As Starlette writes it, e.g. `/cases/{reference}`."""
    answer: Answer
    may: May
    """Who may use it."""
    method: str = "GET"
    fields: frozenset[str] | None = None
    """The names its form may have, beside what every form carries; `BY_WHAT_IS_DONE` where each
    thing done there has a form of its own. A change that does not say stops the start."""
    is_final: bool = False
    """Whether what is done here cannot be undone or lets somebody in: a second factor is shown
    again for it."""
    is_pane: bool = False
    """Whether a page fetches it: then nobody is led to the way in, they are told to go there."""
    is_watched: bool = False
    """Whether using it is no sign that somebody is there: streams, panes that renew themselves."""

    @property
    def changes(self) -> bool:
        """Tell whether something is done here."""
        return self.method != "GET"


def checked(doors: Iterable[Door]) -> list[Door]:
    """Return the doors, each with its permission.

    Raises:
        NoPermission: one has none, two have one address, or a form does not say what it takes.
    """
    found = list(doors)
    for door in found:
        if not isinstance(door.may, May) or door.method not in {"GET", "POST"}:
            raise NoPermission(f"{door.method} {door.path}: nobody said who may use it")
        if door.changes and door.fields is None:
            raise NoPermission(f"{door.method} {door.path}: nobody said which fields it takes")
    known = [(door.method, door.path) for door in found]
    if twice := {it for it in known if known.count(it) > 1}:
        raise NoPermission(f"two doors at one address: {sorted(twice)}")
    return found
