"""Finding words in sealed rows: each is opened, read and dropped. No other side effects."""

from __future__ import annotations

import re
from enum import StrEnum
from functools import lru_cache, reduce
from operator import or_
from typing import TYPE_CHECKING

import msgspec

from bot.cases.escape_text import escape_line, plain_answer
from bot.cases.sealed_fields import (
    decode_contents,
    entry_associated_data,
    report_associated_data,
)
from bot.errors import DecryptionError
from bot.hotline.chat.messages import MessageSide, open_message
from bot.text import fold_accents
from bot.vault import Opener, Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence


SealedRow = tuple[str, str, int, bytes]
"""A case, a report's id or a message's side, the moment, and the sealed bytes.

In place of the id: the id of an entry of the record, after RECORD_PREFIX.
"""
RECORD_PREFIX = "record/"
EXCERPT_BEFORE, MAX_EXCERPT = 40, 120
"""Characters before a match, and in the whole excerpt."""
SHORTEST_NUMBER = 6
"""Digits of a telephone number, at least."""
_NUMBER = re.compile(r"\+?[\d\s().-]+")
_QUOTATION_MARKS = str.maketrans(dict.fromkeys("“”„«»「」『』", '"'))
_TERM = re.compile(r'"([^"]+)"|([^\s"]+)')
_SIDES = frozenset(side.value for side in MessageSide)


class MatchSource(StrEnum):
    """Where the words were found."""

    SENT = "sent"
    """In an answer of a report or a request."""
    PERSON = "person"
    CASEWORKER = "caseworker"
    NOTE = "note"
    RECORD = "record"
    """In a value of the record, or why it was changed; also in one that was corrected since."""


class SearchMatch(msgspec.Struct, frozen=True, array_like=True):
    """One place where the words were found."""

    case: str
    source: MatchSource
    at: int
    """When it was sent or written; microseconds, UTC."""
    excerpt: str
    """The text around them, on one line."""
    reference: str = ""
    """The reference of the case, which a worker process does not know."""
    terms: int = 1
    """Which terms of the query stand here: bit 0 for the first one."""


class EntryWords(msgspec.Struct, frozen=True):
    """The words of an entry of the record; the catalogue of fields is too much for a worker."""

    typed: str = ""
    parsed: str = ""
    reason: str = ""


_decode_entry = msgspec.msgpack.Decoder(EntryWords).decode


class MatchResult(msgspec.Struct, array_like=True):
    """The matches of some rows."""

    matches: list[SearchMatch] = []
    items: int = 0
    """Rows that were opened."""
    unreadable: int = 0
    """Rows that did not open although their case does: they were altered."""

    def __add__(self, other: MatchResult) -> MatchResult:
        items, unreadable = self.items + other.items, self.unreadable + other.unreadable
        return MatchResult(self.matches + other.matches, items, unreadable)


def find_matches(
    rows: Iterable[SealedRow], openers: Mapping[str, Opener], query: str
) -> MatchResult:
    """Open and read the rows of these openers' cases; return where any term of the query stands.

    `openers` are by case; rows of other cases are skipped. Case and accents of `query` are folded.
    """
    result, terms = MatchResult(), query_terms(query)
    for case, name, at, sealed in rows:
        if (opener := openers.get(case)) is None:
            continue
        result.items += 1
        try:
            texts = _open_texts(opener, case, name, at, sealed)
        except DecryptionError:
            result.unreadable += 1
            continue
        found, shown = _find_terms(texts, terms)
        if found:
            match = SearchMatch(case, _source(name), at, shown, terms=found)
            result.matches.append(match)
    return result


def query_terms(query: str) -> tuple[str, ...]:
    """Return what must stand in a case: each word, and each sequence in quotation marks.

    A telephone number is one term, with its spaces.
    """
    if _number_pattern(query) is not None:
        return (query,)
    parts = _TERM.findall(query.translate(_QUOTATION_MARKS))
    terms = (" ".join((quoted or word).split()) for quoted, word in parts)
    return tuple(dict.fromkeys(filter(None, terms))) or (query,)


def only_whole(matches: Iterable[SearchMatch], query: str) -> list[SearchMatch]:
    """Return the matches of the cases in which every term of the query stands.

    Where all of them stand in one place, places with a few of them are left out.
    """
    by_case: dict[str, list[SearchMatch]] = {}
    for it in matches:
        by_case.setdefault(it.case, []).append(it)
    wanted = (1 << len(query_terms(query))) - 1
    kept: list[SearchMatch] = []
    for each in by_case.values():
        if reduce(or_, (it.terms for it in each)) == wanted:
            kept += [it for it in each if it.terms == wanted] or each
    return kept


def _find_terms(texts: Iterable[str], terms: Sequence[str]) -> tuple[int, str]:
    """Return which terms stand in the texts of a row, and the text with the most around one."""
    every, most, shown = 0, 0, ""
    for text in filter(None, texts):
        folded = fold_accents(text)
        places = [_place_of(term, folded) for term in terms]
        found = sum(1 << number for number, place in enumerate(places) if place >= 0)
        every |= found
        if found.bit_count() > most:
            most = found.bit_count()
            shown = _excerpt(text, min(place for place in places if place >= 0))
    return every, shown


def _source(name: str) -> MatchSource:
    if name.startswith(RECORD_PREFIX):
        return MatchSource.RECORD
    return MatchSource(name) if name in _SIDES else MatchSource.SENT


def _open_texts(opener: Opener, case: str, name: str, at: int, sealed: bytes) -> Iterable[str]:
    """Return the texts of a row; a row with a side is a message."""
    if name in _SIDES:
        content = open_message(opener, case, name, at, sealed)
        return (content.text, *content.values.values(), *(it.name for it in content.files))
    if name.startswith(RECORD_PREFIX):
        place = entry_associated_data(case, name.removeprefix(RECORD_PREFIX), at)
        entry = _decode_entry(opener.open(Purpose.CASE, place, sealed))
        return (entry.typed, entry.parsed, entry.reason)
    plain = opener.open(Purpose.CASE, report_associated_data(case, name), sealed)
    answers = decode_contents(plain).answers.values()
    return [text for answer in answers for text in plain_answer(answer)]


def _place_of(query: str, folded: str) -> int:
    """Return where a query stands in a text; a telephone number however it is written. -1: not."""
    place, number = folded.find(query), _number_pattern(query)
    if place >= 0 or number is None:
        return place
    found = number.search(folded)
    return -1 if found is None else found.start()


@lru_cache(maxsize=8)
def _number_pattern(query: str) -> re.Pattern[str] | None:
    """Return what finds a telephone number with any spaces, with 0 or with the country's code."""
    digits = "".join(it for it in query if it.isdigit())
    if len(digits) < SHORTEST_NUMBER or _NUMBER.fullmatch(query) is None:
        return None
    own = digits.removeprefix("886").lstrip("0")
    return re.compile(r"[\s().-]*".join(own)) if len(own) >= SHORTEST_NUMBER - 1 else None


def excerpt_around(text: str, query: str) -> str:
    """Return the text around a query on one line; empty if it is not found.

    `query` has its case and accents folded.
    """
    if not text or (position := _place_of(query, fold_accents(text))) < 0:
        return ""
    return _excerpt(text, position)


def _excerpt(text: str, position: int) -> str:
    """Return the text around a position in it, on one line."""
    line = escape_line(text)
    first = max(0, min(position, len(line)) - EXCERPT_BEFORE)
    cut = line[first : first + MAX_EXCERPT]
    return f"{'…' if first else ''}{cut}{'…' if first + MAX_EXCERPT < len(line) else ''}"
