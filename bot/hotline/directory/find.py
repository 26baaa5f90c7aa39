"""Finding services of the directory for a person: filters, and the order of a list. Pure."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.hotline.directory.freshness import FreshnessRule, free_today
from bot.hotline.directory.model import DirectoryService, Guests, ServiceContent
from bot.hotline.staff.opening_hours import OpeningHours
from bot.places.directory import ALSO_UNDERSTOOD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from zoneinfo import ZoneInfo

OPEN, CLOSED, UNKNOWN_HOURS = 0, 1, 2
"""The order of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceQuery:
    """What is asked for; an empty part asks for nothing."""

    service: str = ""
    county: str = ""
    language: str = ""
    guests: str = ""
    is_open: bool = False
    """Only those that are open now."""
    has_place: bool = False
    """Only those that said today that a place is free."""
    words: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether everything is asked for."""
        return self == ServiceQuery()

    def loosened(self) -> Iterator[tuple[str, ServiceQuery]]:
        """Yield the name of each part that is asked for, and what is asked for without it."""
        nothing = ServiceQuery()
        for name in self.__dataclass_fields__:
            if getattr(self, name) != getattr(nothing, name):
                yield name, replace(self, **{name: getattr(nothing, name)})


@dataclass(frozen=True, slots=True)
class FoundService:
    """A service as a list shows it."""

    service: DirectoryService
    is_open: bool | None
    """Whether it is open now; None: its hours are not known."""
    opens_at: int | None
    """When it opens next, if it is closed."""
    free: int | None
    """Places that are free today; None: not known."""


@dataclass(frozen=True, slots=True)
class ServiceFinder:
    """Finds services as they are at a moment."""

    rule: FreshnessRule
    zone: ZoneInfo
    now: int

    def find(self, services: Iterable[DirectoryService], query: ServiceQuery) -> list[FoundService]:
        """Return the services that may be shown and match, those that help soonest first."""
        shown = (it for it in services if self.rule.is_shown(it, self.now))
        found = [self.look(it) for it in shown if matches(it.content, query)]
        found = [it for it in found if self._is_ready(it, query)]
        return sorted(found, key=_order)

    def look(self, service: DirectoryService) -> FoundService:
        """Return a service with what holds now."""
        free, week = free_today(service, self.now), service.content.week
        if week is None:
            return FoundService(service, None, None, free)
        hours = OpeningHours(week, self.zone)
        is_open = hours.is_open(self.now)
        return FoundService(service, is_open, None if is_open else hours.opens_at(self.now), free)

    @staticmethod
    def _is_ready(found: FoundService, query: ServiceQuery) -> bool:
        is_open = found.is_open or not query.is_open
        return is_open and (bool(found.free) or not query.has_place)


def matches(content: ServiceContent, query: ServiceQuery) -> bool:
    """Return whether a service is one that is asked for, whenever it is open."""
    checks: tuple[Callable[[], bool], ...] = (
        lambda: not query.service or query.service in content.services,
        lambda: not query.county or not content.counties or query.county in content.counties,
        lambda: not query.language or _speaks(content, query.language),
        lambda: not query.guests or not {query.guests, Guests.ANY}.isdisjoint(content.guests),
        lambda: all(it in _text(content) for it in query.words.casefold().split()),
    )
    return all(check() for check in checks)


def _speaks(content: ServiceContent, language: str) -> bool:
    understood = {language, *ALSO_UNDERSTOOD.get(language, ())}
    return not understood.isdisjoint(content.languages)


def _text(content: ServiceContent) -> str:
    return f"{content.name}\n{content.contact}\n{content.note}".casefold()


def _order(found: FoundService) -> tuple[int, int, str]:
    """Return what a list is sorted by: open, with a free place, by name."""
    hours = UNKNOWN_HOURS if found.is_open is None else OPEN if found.is_open else CLOSED
    places = 1 if found.free is None else 2 if found.free == 0 else 0
    return hours, places, found.service.content.name.casefold()
