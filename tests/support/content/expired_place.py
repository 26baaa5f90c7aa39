"""A place whose every fact was read until a day, and by nobody since."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from bot.places.directory import SourcedFact
    from bot.places.place import Place

F = TypeVar("F", bound="SourcedFact")


def expired_place(place: Place, expires_on: date) -> Place:
    """Return a place that says the same, hidden from a day on."""

    def read(facts: Mapping[str, F]) -> dict[str, F]:
        return {code: replace(fact, expires_on=expires_on) for code, fact in facts.items()}

    return replace(
        place,
        directory=read(place.directory),
        sentences=read(place.sentences),
        chapters=read(place.chapters),
    )
