"""Whether words stand in something sealed: it is opened, read, and let go. Touches nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.escape_text import escape_line, plain_answer
from bot.cases.sealed_fields import decode_contents, report_associated_data
from bot.errors import DecryptionError
from bot.hotline.chat.messages import MessageSide, open_message
from bot.text import fold_accents
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.vault.keys.case_keys import Opener

    SealedRow = tuple[str, str, int, bytes]
    """A case, a report's id or an exchange's side, when, and what is sealed."""

EXCERPT_BEFORE, MAX_EXCERPT = 40, 120
"""Signs shown before what was found, and in all."""
_SIDES = frozenset(side.value for side in MessageSide)


class MatchSource(StrEnum):
    """Where words were found."""

    SENT = "sent"
    """In an answer of a report or a request."""
    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class SearchMatch:
    """One place in which the words stand."""

    case: str
    source: MatchSource
    at: int
    """When it was sent or written; microseconds, UTC."""
    excerpt: str
    """What stands around them, in a line."""


@dataclass(slots=True)
class MatchResult:
    """What some rows came to."""

    matches: list[SearchMatch] = field(default_factory=list)
    items: int = 0
    """How many things were opened."""
    unreadable: int = 0
    """How many did not open although their case does: they were altered."""

    def __add__(self, other: MatchResult) -> MatchResult:
        """Return what both came to."""
        return MatchResult(
            self.matches + other.matches,
            self.items + other.items,
            self.unreadable + other.unreadable,
        )


def find_matches(
    rows: Iterable[SealedRow], openers: Mapping[str, Opener], query: str
) -> MatchResult:
    """Open what these openers open, and read it.

    Args:
        rows: as the store keeps them.
        openers: by case; rows of other cases are passed over.
        query: the words, in their plainest spelling.
    """
    came = MatchResult()
    for case, name, at, sealed in rows:
        if (opener := openers.get(case)) is None:
            continue
        came.items += 1
        try:
            texts = _open_texts(opener, case, name, at, sealed)
        except DecryptionError:
            came.unreadable += 1
            continue
        shown = next((it for text in texts if (it := excerpt_around(text, query))), "")
        if shown:
            came.matches.append(
                SearchMatch(
                    case, MatchSource(name) if name in _SIDES else MatchSource.SENT, at, shown
                )
            )
    return came


def _open_texts(opener: Opener, case: str, name: str, at: int, sealed: bytes) -> Iterable[str]:
    """Return the words of something; what has a side is an exchange."""
    if name in _SIDES:
        content = open_message(opener, case, name, at, sealed)
        return (content.text, *content.values.values(), *(it.name for it in content.files))
    answers = decode_contents(
        opener.open(Purpose.CASE, report_associated_data(case, name), sealed)
    ).answers
    return [text for answer in answers.values() for text in plain_answer(answer)]


def excerpt_around(text: str, query: str) -> str:
    """Return what stands around the words that are looked for, in a line; empty: they do not.

    Args:
        text: as somebody wrote it.
        query: in its plainest spelling.
    """
    if not text or (place := fold_accents(text).find(query)) < 0:
        return ""
    line = escape_line(text)
    first = max(0, min(place, len(line)) - EXCERPT_BEFORE)
    cut = line[first : first + MAX_EXCERPT]
    return f"{'…' if first else ''}{cut}{'…' if first + MAX_EXCERPT < len(line) else ''}"
