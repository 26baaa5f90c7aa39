"""Entitlements: the services and payments a country's law provides, for staff. Pure.

Sentences are data, amounts are facts of the place (`bot.places.place`); expired or unread facts are
left out. Nothing here decides who is entitled: that is the decision of an authority.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import date

    from bot.places.place import LawChapter, Place
    from bot.text import Catalogue, Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """One service or payment."""

    code: str
    text: Text
    """What, and up to which amount, with the blanks of its chapter."""
    chapter: str = "amounts"
    """The law chapter of the place that fills the blanks; expires with it."""
    needs_event: str = ""
    """The legal event after which it can be requested; empty: from suspicion on."""


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """An entitlement, rendered for staff."""

    text: str
    is_open: bool
    """Whether the event it needs has happened."""


def list_entitlements(
    place: Place, events: Collection[str], today: date, staff: Catalogue, people: Catalogue
) -> list[EntitlementView]:
    """Return the entitlements of a place, in its order.

    Args:
        place: the country.
        events: codes of the legal events entered for the case.
        today: facts expired by this day are left out.
        staff: the staff catalogue.
        people: the people's catalogue of the same language, which holds the amounts.
    """
    known = place.known_facts(today)
    return [
        EntitlementView(
            it.text.render(staff, _blanks(place.chapters[it.chapter], people)),
            not it.needs_event or it.needs_event in events,
        )
        for it in place.entitlements
        if it.chapter in known
    ]


def _blanks(chapter: LawChapter, people: Catalogue) -> dict[str, str]:
    return {
        name: fact if isinstance(fact, str) else fact.render(people)
        for name, fact in chapter.facts.items()
    }
