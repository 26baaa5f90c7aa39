"""The progress of a translation: messages drafted, reviewed and safety-critical."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.languages.po_files import CatalogueEntry, CheckedCatalogue

REQUIRED_REVIEWERS = 2
"""Native speakers who must each have reviewed a safety-critical message."""


@dataclass(frozen=True)
class UnreviewedMessage:
    """A safety-critical message with too few reviews."""

    context: str | None
    source: str
    """Its English."""
    places: tuple[str, ...]
    """The source files it occurs in."""
    readers: int


@dataclass(frozen=True)
class LanguageProgress:
    """The progress of a language in numbers."""

    language: str
    messages: int
    drafted: int
    reviewed: int
    """Messages with at least one review that is still valid."""
    safety_critical: int
    safety_critical_unreviewed: int
    """Safety-critical messages with fewer than two reviews."""
    complete: bool
    """Whether nothing is missing or faulty."""
    on: bool
    """Whether this deployment offers it."""
    recorded: int = 0
    """Messages with a recording."""
    recordable: int = 0
    """Messages that can have a recording: those without a blank."""
    unread: tuple[UnreviewedMessage, ...] = ()
    """The safety-critical messages with fewer than two reviews."""


def measure_progress(catalogue: CheckedCatalogue, *, on: bool) -> LanguageProgress:
    """Return the progress of a catalogue; `on` tells whether it is offered."""
    safety = [entry for entry in catalogue.entries if entry.is_safety]
    unread = tuple(
        UnreviewedMessage(*entry.key, entry.source_files, len(entry.reviews))
        for entry in safety
        if not has_enough_reviews(entry)
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
    """Return whether enough different people have reviewed a message."""
    return len({review.reviewer for review in entry.reviews}) >= REQUIRED_REVIEWERS
