"""What the law lets be paid for, or done, for somebody: for staff to think with. Pure.

Sentences are data, amounts are the place's facts (`bot.places.place`): what has expired, or was not
read, is not said. Nothing here decides who is entitled; that stands in a notice of an office.
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
    """One thing somebody can be given."""

    code: str
    text: Text
    """What, and up to how much, with the blanks of its chapter."""
    chapter: str = "amounts"
    """The facts of the place it is filled from; expired with them."""
    needs_event: str = ""
    """The event of the law's clocks from which on it can be asked for; empty: from suspicion on."""


@dataclass(frozen=True, slots=True)
class EntitlementView:
    """One of them, as staff read it."""

    text: str
    is_open: bool
    """Whether what it needs has happened."""


def list_entitlements(
    place: Place, events: Collection[str], today: date, words: Catalogue, money: Catalogue
) -> list[EntitlementView]:
    """Return what there is in a place, in its order.

    Args:
        place: the country.
        events: codes of the events of the law's clocks that stand.
        today: what has expired by this day is left out.
        words: what staff read phrases in.
        money: what people read phrases in, of the same language: amounts are theirs.
    """
    known = place.known_facts(today)
    return [
        EntitlementView(
            it.text.render(words, _blanks(place.chapters[it.chapter], money)),
            not it.needs_event or it.needs_event in events,
        )
        for it in place.entitlements
        if it.chapter in known
    ]


def _blanks(chapter: LawChapter, money: Catalogue) -> dict[str, str]:
    return {
        name: fact if isinstance(fact, str) else fact.render(money)
        for name, fact in chapter.facts.items()
    }
