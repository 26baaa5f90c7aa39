"""Whether words stand in something sealed: it is opened, read, and let go. Touches nothing else."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.cases.escape_text import in_a_line, plainly
from bot.cases.sealed_fields import read_contents, report_place
from bot.errors import DoesNotOpen
from bot.hotline.chat.messages import Side, opened_exchange
from bot.text import bare
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.vault.keys.case_keys import Opener

    Row = tuple[str, str, int, bytes]
    """A case, a report's id or an exchange's side, when, and what is sealed."""

BEFORE, LONGEST = 40, 120
"""Signs shown before what was found, and in all."""
_SIDES = frozenset(side.value for side in Side)


class In(StrEnum):
    """Where words were found."""

    SENT = "sent"
    """In an answer of a report or a request."""
    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Place:
    """One place in which the words stand."""

    case: str
    found_in: In
    at: int
    """When it was sent or written; microseconds, UTC."""
    words: str
    """What stands around them, in a line."""


@dataclass(slots=True)
class Read:
    """What some rows came to."""

    places: list[Place] = field(default_factory=list)
    items: int = 0
    """How many things were opened."""
    unreadable: int = 0
    """How many did not open although their case does: they were altered."""

    def __add__(self, other: Read) -> Read:
        """Return what both came to."""
        return Read(
            self.places + other.places,
            self.items + other.items,
            self.unreadable + other.unreadable,
        )


def read(rows: Iterable[Row], openers: Mapping[str, Opener], wanted: str) -> Read:
    """Open what these openers open, and read it.

    Args:
        rows: as the store keeps them.
        openers: by case; rows of other cases are passed over.
        wanted: the words, in their plainest spelling.
    """
    came = Read()
    for case, name, at, sealed in rows:
        if (opener := openers.get(case)) is None:
            continue
        came.items += 1
        try:
            texts = _opened(opener, case, name, at, sealed)
        except DoesNotOpen:
            came.unreadable += 1
            continue
        shown = next((it for text in texts if (it := around(text, wanted))), "")
        if shown:
            came.places.append(Place(case, In(name) if name in _SIDES else In.SENT, at, shown))
    return came


def _opened(opener: Opener, case: str, name: str, at: int, sealed: bytes) -> Iterable[str]:
    """Return the words of something; what has a side is an exchange."""
    if name in _SIDES:
        content = opened_exchange(opener, case, name, at, sealed)
        return (content.words, *content.values.values(), *(it.name for it in content.files))
    answers = read_contents(opener.open(Purpose.CASE, report_place(case, name), sealed)).answers
    return [text for answer in answers.values() for text in plainly(answer)]


def around(text: str, wanted: str) -> str:
    """Return what stands around the words that are looked for, in a line; empty: they do not.

    Args:
        text: as somebody wrote it.
        wanted: in its plainest spelling.
    """
    if not text or (place := bare(text).find(wanted)) < 0:
        return ""
    line = in_a_line(text)
    first = max(0, min(place, len(line)) - BEFORE)
    cut = line[first : first + LONGEST]
    return f"{'…' if first else ''}{cut}{'…' if first + LONGEST < len(line) else ''}"
