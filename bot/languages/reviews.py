"""Reviews of translations: comments in the catalogue that name a reviewer and a day.

A review contains a digest of English and translation, so it is no longer valid when either changes.
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
    """A reviewer's confirmation that a translation is right."""

    reviewer: str
    day: date
    digest: str
    """The digest of what was reviewed, from `translation_digest`."""

    def __str__(self) -> str:
        return f"reviewed by {self.reviewer} on {self.day.isoformat()}, {self.digest}"


def translation_digest(context: str | None, source: str, forms: Iterable[str]) -> str:
    """Return the digest of context, English and all forms of a translation."""
    whole = "\x1f".join((context or "", source, *forms)).encode()
    return blake2b(whole, digest_size=_DIGEST_SIZE).hexdigest()


def parse_reviews(comments: Iterable[str], digest: str) -> list[TranslationReview]:
    """Return the valid reviews among the comments of a message, one for each reviewer."""
    reviews: dict[str, TranslationReview] = {}
    for comment in comments:
        if (match := _PATTERN.fullmatch(comment.strip())) and match["of"] == digest:
            day = date.fromisoformat(match["day"])
            reviews[match["who"]] = TranslationReview(match["who"], day, digest)
    return list(reviews.values())


def other_comments(comments: Iterable[str]) -> list[str]:
    """Return the comments that are not reviews."""
    return [comment for comment in comments if not _PATTERN.fullmatch(comment.strip())]
