"""Offices: to which of them a new case goes, by its county, its urgency and who is on duty.

A case without an office is one of all offices. So it is everywhere while no office is set up, and
so it is for a person in danger whose office is closed: no one waits unseen because of an office.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, Protocol

import msgspec

from bot.cases.urgency import Priority

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from bot.store import Work

EVERY_OFFICE = None
"""The office of a case that all offices see."""
FALLBACK_LANGUAGE = "en"


class Office(msgspec.Struct, frozen=True, omit_defaults=True):
    """One site of the organisation, with its own queue and caseworkers."""

    id: str
    names: dict[str, str]
    """By staff language; English always."""
    counties: tuple[str, ...] = ()
    """Codes of the counties it serves; no two open offices serve the same one."""
    is_default: bool = False
    """Whether cases whose county no office serves go here. Exactly one open office is it."""
    ended_at: int | None = None

    def name_in(self, language: str) -> str:
        """Return its name in a staff language."""
        return self.names.get(language) or self.names[FALLBACK_LANGUAGE]


class CasePlace(NamedTuple):
    """Where a case waits: what decides who sees it."""

    queue: str
    office: str | None
    due_at: int | None
    """When a reply is due; None while none is."""


@dataclass(frozen=True, slots=True)
class OfficePlan:
    """All offices of a deployment, those that were closed included."""

    offices: tuple[Office, ...] = ()

    def __iter__(self) -> Iterator[Office]:
        """Yield the open offices in the order in which they were made."""
        return (it for it in self.offices if it.ended_at is None)

    def __bool__(self) -> bool:
        """Tell whether any office is open."""
        return any(True for _ in self)

    @property
    def default(self) -> Office | None:
        """Return the office of all counties that no office serves; None without offices."""
        return next((it for it in self if it.is_default), None)

    def find(self, office: str | None) -> Office | None:
        """Return an office by id, closed or not; None if there is none."""
        return next((it for it in self.offices if it.id == office), None)

    def find_open(self, office: str | None) -> Office | None:
        """Return an open office by id; None if there is none."""
        return next((it for it in self if it.id == office), None)

    def serving(self, county: str | None) -> Office | None:
        """Return the office that serves a county, else the default one; None without offices."""
        return next((it for it in self if county and county in it.counties), self.default)

    def names(self, language: str) -> Mapping[str, str]:
        """Return the names of all offices by id, closed or not, in a staff language."""
        return {it.id: it.name_in(language) for it in self.offices}


def choose_office(
    plan: OfficePlan, county: str | None, priority: int, ready: Collection[str]
) -> str | None:
    """Return the office of a new case; `EVERY_OFFICE` for all of them.

    A person in danger waits for no opening hours: while their office is not `ready` (open, with a
    caseworker on duty), the case is one of all offices.
    """
    found = plan.serving(county)
    if found is None:
        return EVERY_OFFICE
    is_closed = priority == Priority.EMERGENCY and found.id not in ready
    return EVERY_OFFICE if is_closed else found.id


def raise_office(
    plan: OfficePlan, current: str | None, priority: int, ready: Collection[str]
) -> str | None:
    """Return the office of a waiting case that became more urgent.

    A county that is named later moves no case: its caseworker is offered to pass it on.
    """
    is_closed = priority == Priority.EMERGENCY and current not in ready
    return EVERY_OFFICE if is_closed or plan.find_open(current) is None else current


class OfficeSource(Protocol):
    """Decides about offices inside units of work."""

    def office_of(self, work: Work, county: str | None, priority: int, now: int) -> str | None:
        """Return the office of a new case."""

    def office_after(self, work: Work, current: str, priority: int, now: int) -> str | None:
        """Return the office of a waiting case whose priority was raised."""


class NoOffices:
    """A deployment without offices."""

    @staticmethod
    def office_of(_work: Work, _county: str | None, _priority: int, _now: int) -> str | None:
        """Return no office: every caseworker of the queue sees the case."""
        return EVERY_OFFICE

    @staticmethod
    def office_after(_work: Work, current: str, _priority: int, _now: int) -> str | None:
        """Return the same office."""
        return current
