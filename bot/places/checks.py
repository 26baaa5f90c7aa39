"""What two people found when they checked a number or an organisation of a release.

A check changes no number and no name: it moves the day on which a fact was verified, or hides the
fact from people. It counts until a release states the fact otherwise, or was verified later.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import date

    from bot.places.directory import DirectoryEntry, Recipient
    from bot.places.place import Place, PlaceSentence

NUMBER, RECIPIENT = "number", "recipient"
"""The kinds of facts that two people can check."""


@dataclass(frozen=True, slots=True)
class CheckableFact:
    """A number or an organisation as a release states it."""

    kind: str
    code: str
    about: str
    """What was checked: the number as it is dialled, or the name in English."""


@dataclass(frozen=True, slots=True)
class FactCheck:
    """What two people agree about a fact since a day."""

    fact: CheckableFact
    is_right: bool
    day: date
    """When the first of them checked it."""


def checkable_facts(place: Place) -> Iterator[CheckableFact]:
    """Yield what can be checked: numbers that a public source states, and organisations."""
    for code, entry in place.directory.items():
        if entry.is_verified:
            yield CheckableFact(NUMBER, code, entry.number)
    for code, recipient in place.recipients.items():
        if not recipient.is_abroad:  # no fact of a release
            yield CheckableFact(RECIPIENT, code, recipient.name.source)


@lru_cache(maxsize=8)
def with_checks(place: Place, checks: tuple[FactCheck, ...]) -> Place:
    """Return a place as these checks found it; the place itself if none of them counts.

    A sentence that names a wrong number is hidden too, if the place has another to say instead.
    """
    found = {it.fact: it for it in checks}
    directory = {
        code: _checked_number(entry, found.get(CheckableFact(NUMBER, code, entry.number)))
        for code, entry in place.directory.items()
    }
    recipients = {
        code: _checked_recipient(it, found.get(CheckableFact(RECIPIENT, code, it.name.source)))
        for code, it in place.recipients.items()
    }
    if directory == place.directory and recipients == place.recipients:
        return place
    wrong = [it.number for it in directory.values() if it.is_wrong]
    sentences = {
        name: replace(it, is_wrong=True) if it.fallback and names_any(it, wrong) else it
        for name, it in place.sentences.items()
    }
    return replace(place, directory=directory, recipients=recipients, sentences=sentences)


def names_any(sentence: PlaceSentence, numbers: list[str]) -> bool:
    """Tell whether a sentence names one of these numbers."""
    return any(re.search(rf"\b{re.escape(it)}\b", sentence.text.source) for it in numbers)


def sentences_still_naming(place: Place, number: str) -> list[str]:
    """Return the sentences that name a number and are said even if it is wrong."""
    sentences: Mapping[str, PlaceSentence] = place.sentences
    return [name for name, it in sentences.items() if not it.fallback and names_any(it, [number])]


def _checked_number(entry: DirectoryEntry, check: FactCheck | None) -> DirectoryEntry:
    if check is None or not entry.is_verified or check.day < entry.verified_on:
        return entry
    if not check.is_right:
        return replace(entry, is_wrong=True)
    span = entry.expires_on - entry.verified_on
    return replace(entry, verified_on=check.day, expires_on=check.day + span)


def _checked_recipient(recipient: Recipient, check: FactCheck | None) -> Recipient:
    if check is None or check.day < recipient.read_on:
        return recipient
    if not check.is_right:
        return replace(recipient, is_wrong=True)
    span = recipient.expires_on - recipient.read_on
    return replace(recipient, read_on=check.day, expires_on=check.day + span)
