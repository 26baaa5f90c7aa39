"""How far a language has come: what is drafted, what was reviewed, what must not go wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.languages.po_files import CatalogueEntry, CheckedCatalogue

REQUIRED_REVIEWERS = 2
"""Who must have read a safety-critical message: two native speakers, each by themselves."""


@dataclass(frozen=True)
class UnreviewedMessage:
    """A safety-critical message that too few people have read."""

    context: str | None
    source: str
    """Its English."""
    places: tuple[str, ...]
    """Files of the source it stands in."""
    readers: int


@dataclass(frozen=True)
class LanguageProgress:
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
    unread: tuple[UnreviewedMessage, ...] = ()
    """Which those are that are safety-critical and unreviewed."""


def measure_progress(catalogue: CheckedCatalogue, *, on: bool) -> LanguageProgress:
    """Count a catalogue. English is the source: what it says is reviewed with the flows."""
    safety = [entry for entry in catalogue.entries if entry.is_safety]
    unread = tuple(
        UnreviewedMessage(*it.key, it.source_files, len(it.reviews))
        for it in safety
        if not has_enough_reviews(it)
    )
    return LanguageProgress(
        catalogue.tag,
        messages=len(catalogue.entries),
        drafted=sum(entry.is_translated for entry in catalogue.entries),
        reviewed=sum(bool(entry.reviews) for entry in catalogue.entries),
        safety_critical=len(safety),
        safety_critical_unreviewed=len(unread),
        complete=catalogue.is_complete,
        on=on,
        unread=unread,
    )


def has_enough_reviews(entry: CatalogueEntry) -> bool:
    """Tell whether enough people have read a message that must not go wrong."""
    return len({review.reviewer for review in entry.reviews}) >= REQUIRED_REVIEWERS
