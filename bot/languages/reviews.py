"""Who has read a translation and found it right, and when: comments in the catalogue itself.

A review is given for words. It says of which (four bytes of a digest), and holds no longer when the
English or the translation changes. The renewal of catalogues keeps translators' comments.
"""

from __future__ import annotations

import re
from datetime import date
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST_NAME = 60
_SHAPE = re.compile(r"reviewed by (?P<who>.+) on (?P<day>\d{4}-\d\d-\d\d), (?P<of>[0-9a-f]{8})")
_DIGEST = 4


class Review(NamedTuple):
    """One reader's word that a translation is right."""

    who: str
    on: date
    of: str
    """Of which words: their digest."""

    def __str__(self) -> str:
        return f"reviewed by {self.who} on {self.on.isoformat()}, {self.of}"


def digest(context: str | None, source: str, words: Iterable[str]) -> str:
    """Return what a review is given for: context, English and every form of the translation."""
    whole = "\x1f".join((context or "", source, *words)).encode()
    return blake2b(whole, digest_size=_DIGEST).hexdigest()


def read(comments: Iterable[str], of: str) -> list[Review]:
    """Return the reviews among a message's comments that hold for these words, a reader once."""
    found: dict[str, Review] = {}
    for comment in comments:
        if (shape := _SHAPE.fullmatch(comment.strip())) and shape["of"] == of:
            found[shape["who"]] = Review(shape["who"], date.fromisoformat(shape["day"]), of)
    return list(found.values())


def others(comments: Iterable[str]) -> list[str]:
    """Return the comments that are no reviews."""
    return [comment for comment in comments if not _SHAPE.fullmatch(comment.strip())]
