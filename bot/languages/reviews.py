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

MAX_NAME_LENGTH = 60
_PATTERN = re.compile(r"reviewed by (?P<who>.+) on (?P<day>\d{4}-\d\d-\d\d), (?P<of>[0-9a-f]{8})")
_DIGEST_SIZE = 4


class TranslationReview(NamedTuple):
    """One reader's word that a translation is right."""

    reviewer: str
    day: date
    digest: str
    """Of which words: their digest."""

    def __str__(self) -> str:
        return f"reviewed by {self.reviewer} on {self.day.isoformat()}, {self.digest}"


def translation_digest(context: str | None, source: str, forms: Iterable[str]) -> str:
    """Return what a review is given for: context, English and every form of the translation."""
    whole = "\x1f".join((context or "", source, *forms)).encode()
    return blake2b(whole, digest_size=_DIGEST_SIZE).hexdigest()


def parse_reviews(comments: Iterable[str], digest: str) -> list[TranslationReview]:
    """Return the reviews among a message's comments that hold for these words, a reader once."""
    found: dict[str, TranslationReview] = {}
    for comment in comments:
        if (shape := _PATTERN.fullmatch(comment.strip())) and shape["of"] == digest:
            found[shape["who"]] = TranslationReview(
                shape["who"], date.fromisoformat(shape["day"]), digest
            )
    return list(found.values())


def other_comments(comments: Iterable[str]) -> list[str]:
    """Return the comments that are no reviews."""
    return [comment for comment in comments if not _PATTERN.fullmatch(comment.strip())]
