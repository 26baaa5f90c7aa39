"""How far a language has come: what is drafted, what was reviewed, what must not go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.languages.po_files import Entry, Held

READERS = 2
"""Who must have read a safety-critical message: two native speakers, each by themselves."""


@dataclass(frozen=True)
class Unread:
    """A safety-critical message that too few people have read."""

    context: str | None
    source: str
    """Its English."""
    places: tuple[str, ...]
    """Files of the source it stands in."""
    readers: int


@dataclass(frozen=True)
class Standing:
    """One language in numbers."""

    language: str
    messages: int
    drafted: int
    reviewed: int
    """Read by somebody, and the words are still those."""
    safety_critical: int
    safety_critical_unreviewed: int
    """Of those: read by fewer than two people."""
    complete: bool
    """Whether nothing is missing and nothing broken."""
    on: bool
    """Whether this deployment offers it."""
    recorded: int = 0
    """Messages that can be heard."""
    recordable: int = 0
    """Messages that could be: those without a blank."""
    unread: tuple[Unread, ...] = ()
    """Which those are that are safety-critical and unreviewed."""


def standing_of(held: Held, *, on: bool) -> Standing:
    """Count a catalogue. English is the source: what it says is reviewed with the flows."""
    safety = [entry for entry in held.entries if entry.is_safety]
    unread = tuple(Unread(*it.key, it.places, len(it.reviews)) for it in safety if not is_safe(it))
    return Standing(
        held.tag,
        messages=len(held.entries),
        drafted=sum(entry.is_drafted for entry in held.entries),
        reviewed=sum(bool(entry.reviews) for entry in held.entries),
        safety_critical=len(safety),
        safety_critical_unreviewed=len(unread),
        complete=held.is_whole,
        on=on,
        unread=unread,
    )


def is_safe(entry: Entry) -> bool:
    """Tell whether enough people have read a message that must not go wrong."""
    return len({review.who for review in entry.reviews}) >= READERS
