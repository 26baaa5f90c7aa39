"""What an entry of the directory must be, and what is wrong with one, by field. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.hotline.directory.model import Guests
from bot.hotline.directory.shelter_address import find_address
from bot.languages import LANGUAGES

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from bot.hotline.directory.model import ServiceContent
    from bot.places.services import LegalService

MAX_LENGTHS = {"name": 120, "contact": 500, "note": 500, "source": 300}
"""Characters of each text."""
MAX_PLACES = 10_000
NO_COUNTY = frozenset({"at_sea", "abroad"})
"""Answers to *Where are you?* in which no service has its office."""


class EntryFault(StrEnum):
    """Why an entry cannot be proposed."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNPRINTABLE = "unprintable"
    UNKNOWN_CODE = "unknown_code"
    ADDRESS = "address"
    """It offers a place to stay, and something in it looks like an address."""
    PLACES = "places"
    """Not a number of places there can be."""
    GUESTS = "guests"
    """Everyone may come, and only some."""


class FoundEntryFault(NamedTuple):
    """A fault, and what it is about."""

    fault: EntryFault
    about: str = ""


@dataclass(frozen=True, slots=True)
class KnownCodes:
    """What an entry can name in a deployment."""

    services: tuple[str, ...]
    """In the order of the law."""
    shelters: frozenset[str]
    """Services whose address no one may read."""
    counties: tuple[str, ...]
    languages: tuple[str, ...] = tuple(LANGUAGES)


def known_codes(services: Collection[LegalService], counties: Collection[str]) -> KnownCodes:
    """Return what an entry can name in a place with these services and counties."""
    return KnownCodes(
        tuple(it.code for it in services),
        frozenset(it.code for it in services if it.hides_address),
        tuple(it for it in counties if it not in NO_COUNTY),
    )


def is_shelter(content: ServiceContent, known: KnownCodes) -> bool:
    """Return whether people stay there, so that its address is stored nowhere."""
    return content.places is not None or not known.shelters.isdisjoint(content.services)


def find_faults(content: ServiceContent, known: KnownCodes) -> dict[str, FoundEntryFault]:
    """Return what is wrong with an entry, by field; the first fault of each."""
    found: dict[str, FoundEntryFault] = {}
    for name, fault in (*_text_faults(content, known), *_code_faults(content, known)):
        found.setdefault(name, fault)
    return found


def _text_faults(
    content: ServiceContent, known: KnownCodes
) -> Iterator[tuple[str, FoundEntryFault]]:
    hides = is_shelter(content, known)
    for name, most in MAX_LENGTHS.items():
        text: str = getattr(content, name)
        if not text and name != "note":
            yield name, FoundEntryFault(EntryFault.EMPTY)
        if not all(it == "\n" or it.isprintable() for it in text):
            yield name, FoundEntryFault(EntryFault.UNPRINTABLE)
        if len(text) > most:
            yield name, FoundEntryFault(EntryFault.TOO_LONG, str(most))
        elif hides and (address := find_address(text)):
            yield name, FoundEntryFault(EntryFault.ADDRESS, address)


def _code_faults(
    content: ServiceContent, known: KnownCodes
) -> Iterator[tuple[str, FoundEntryFault]]:
    if not content.services:
        yield "services", FoundEntryFault(EntryFault.EMPTY)
    listed = (
        ("services", content.services, known.services),
        ("counties", content.counties, known.counties),
        ("languages", content.languages, known.languages),
    )
    for name, codes, allowed in listed:
        if unknown := [it for it in codes if it not in allowed]:
            yield name, FoundEntryFault(EntryFault.UNKNOWN_CODE, ", ".join(unknown))
    if content.places is not None and not 0 <= content.places <= MAX_PLACES:
        yield "places", FoundEntryFault(EntryFault.PLACES, str(MAX_PLACES))
    if not content.guests:
        yield "guests", FoundEntryFault(EntryFault.EMPTY)
    elif Guests.ANY in content.guests and len(content.guests) > 1:
        yield "guests", FoundEntryFault(EntryFault.GUESTS)
