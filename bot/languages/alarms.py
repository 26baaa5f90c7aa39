"""Urgent sentences: which alarms a message may hold, by the lists in `locales/*/alarms.toml`.

An alarm raises the priority of what the words belong to and shows the danger card. It never blocks
a message, never decides a queue alone, and passes nothing on. Every language is tried on every
message, because people mix languages, and a frightened person writes in the first one that comes.

A phrase is one or more words. Words may stand in any order, with a few other words between them.
`a/b` means either word, `rap*` means any word that begins so, `=` before a phrase asks for exactly
these words in this order, `!` asks for accents as written. In scripts without spaces a "word" is
any run of characters. A match is dropped when a word of negation stands just before it or inside it, or
when a word of `unless` stands near it ("my phone is locked").
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from bot.errors import AlarmPhrasesError
from bot.languages import LANGUAGES, LOCALES
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

CATEGORIES = (
    "danger_now",
    "violence",
    "sexual_violence",
    "held",
    "moved",
    "weapon",
    "medical",
    "self_harm",
    "child",
    "police",
)
"""Every category a file has a table for."""
UNSPACED = frozenset({"km", "ja", "my", "th", "zh_Hans", "zh_Hant"})
"""Languages written without spaces between words."""
GAP_WORDS = 3
"""Other words that may stand between the words of a phrase, in all."""
GAP_CHARACTERS = 10
"""The same for scripts without spaces, in characters."""
NEGATION_WORDS = 2
"""How many words before a phrase a negation may stand."""
NEGATION_CHARACTERS = 3
NEAR_WORDS = 3
"""How far around a phrase a word of `unless` counts, in words."""
NEAR_CHARACTERS = 8

SHORTEST = 2
"""Characters of a beginning, and of a phrase's longest word in scripts without spaces."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a phrase: any of these, whole or as a beginning."""

    whole: frozenset[str]
    prefixes: tuple[str, ...]

    def fits(self, word: str) -> bool:
        """Tell whether a word of a message is this one."""
        return word in self.whole or word.startswith(self.prefixes)

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return every spelling, whole words and beginnings."""
        return (*self.whole, *self.prefixes)


@dataclass(frozen=True, slots=True)
class AlarmPhrase:
    """One phrase of one category."""

    category: str
    pieces: tuple[Piece, ...]
    is_ordered: bool
    keeps_accents: bool
    unless: tuple[str, ...]
    negations: frozenset[str]
    negations_after: tuple[str, ...]


def find_alarms(text: str) -> frozenset[str]:
    """Return the categories of what a message may mean; empty for nearly all messages."""
    plain, marked = fold_accents(text).replace("\u2019", "'"), fold(text).replace("\u2019", "'")
    words = _WORD.findall(plain)
    found = set(_find_spaced(words, _WORD.findall(marked)))
    if not plain.isascii():
        found |= set(_find_unspaced(marked))
    return frozenset(found)


# --- scripts with spaces ---------------------------------------------------------------------


def _find_spaced(plain: list[str], marked: list[str]) -> Iterator[str]:
    is_aligned, index = len(plain) == len(marked), _spaced_index()
    for at, word in enumerate(plain):
        for phrase in (*index.get(word[:3], ()), *index.get(word[:2], ())):
            words = marked if phrase.keeps_accents and is_aligned else plain
            if phrase.pieces[0].fits(words[at]) and _matches_words(phrase, words, at):
                yield phrase.category


def _matches_words(phrase: AlarmPhrase, words: list[str], at: int) -> bool:
    places = _place_words(phrase, words, at)
    if places is None:
        return False
    first, last = min(places), max(places)
    others = [n for n in range(max(0, first - NEGATION_WORDS), last) if n not in places]
    if any(words[n] in phrase.negations for n in others):
        return False
    near = words[max(0, first - NEAR_WORDS) : last + 1 + NEAR_WORDS]
    return not any(word.startswith(phrase.unless) for word in near) if phrase.unless else True


def _place_words(phrase: AlarmPhrase, words: list[str], at: int) -> set[int] | None:
    """Return where the words of a phrase stand around its first word; None where they do not."""
    count = len(phrase.pieces)
    if phrase.is_ordered:
        if at + count > len(words):
            return None
        fits = all(piece.fits(words[at + n]) for n, piece in enumerate(phrase.pieces))
        return set(range(at, at + count)) if fits else None
    reach = count - 1 + GAP_WORDS
    places = {at}
    for piece in phrase.pieces[1:]:
        window = range(max(0, at - reach), min(len(words), at + reach + 1))
        free = (n for n in sorted(window, key=lambda n: abs(n - at)) if n not in places)
        place = next((n for n in free if piece.fits(words[n])), None)
        if place is None:
            return None
        places.add(place)
    return places if max(places) - min(places) <= reach else None


# --- scripts without spaces ------------------------------------------------------------------


def _find_unspaced(text: str) -> Iterator[str]:
    tight = "".join(text.split())
    index = _unspaced_index()
    for at in range(len(tight) - 1):
        for phrase in index.get(tight[at : at + 2], ()):
            if _matches_characters(phrase, tight, at):
                yield phrase.category


def _matches_characters(phrase: AlarmPhrase, text: str, at: int) -> bool:
    spelling = next((it for it in phrase.pieces[0].spellings if text.startswith(it, at)), None)
    if spelling is None:
        return False
    first, last = at, at + len(spelling)
    for piece in phrase.pieces[1:]:
        start = last if phrase.is_ordered else max(0, first - GAP_CHARACTERS - 8)
        window = text[start : last + GAP_CHARACTERS + 8]
        hits = [(start + window.find(it), it) for it in piece.spellings if it in window]
        if not hits:
            return False
        place, found = min(hits, key=lambda hit: abs(hit[0] - at))
        first, last = min(first, place), max(last, place + len(found))
    before = text[max(0, first - NEGATION_CHARACTERS) : first]
    if any(before.endswith(it) for it in phrase.negations):
        return False
    if any(text.startswith(it, last) for it in phrase.negations_after):
        return False
    near = text[max(0, first - NEAR_CHARACTERS) : last + NEAR_CHARACTERS]
    return not any(it in near for it in phrase.unless)


# --- the files -------------------------------------------------------------------------------


def load_phrases(tag: str, folder: Path = LOCALES) -> list[AlarmPhrase]:
    """Return the phrases of one language.

    Raises:
        AlarmPhrasesError: the file is no TOML, has an unknown category, or a phrase that is empty
            or too short to be looked up.
    """
    path = folder / tag / "alarms.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AlarmPhrasesError(f"{path}: {error}") from None
    if unknown := set(content) - {*CATEGORIES, "negation"}:
        raise AlarmPhrasesError(f"{path}: unknown tables {sorted(unknown)}")
    negation = content.get("negation", {})
    return [
        _parse_phrase(path, category, phrase, content[category], negation, tag)
        for category in CATEGORIES
        for phrase in content.get(category, {}).get("phrases", ())
    ]


def _parse_phrase(  # noqa: PLR0913, PLR0917 - what the file says of it
    path: Path, category: str, phrase: str, table: Mapping[str, Any], negation: Mapping[str, Any],
    tag: str,
) -> AlarmPhrase:  # fmt: skip
    marks = phrase[: len(phrase) - len(phrase.lstrip("=!"))]
    keeps_accents = "!" in marks or tag in UNSPACED
    plain = fold if keeps_accents else fold_accents
    pieces = [_parse_piece(plain(word)) for word in phrase.lstrip("=!").split()]
    if not pieces:
        raise AlarmPhrasesError(f"{path}: an empty phrase in [{category}]")
    if any(len(it) < SHORTEST for piece in pieces for it in piece.prefixes):
        raise AlarmPhrasesError(f"{path}: a beginning in {phrase!r} is too short")
    own = {spelling for piece in pieces for spelling in piece.spellings}
    is_ordered = "=" in marks
    if not is_ordered:  # looked up by the longest word: the rarest
        pieces.sort(key=lambda piece: -min(map(len, piece.spellings)))
    if tag in UNSPACED and any(len(it) < SHORTEST for it in pieces[0].spellings):
        raise AlarmPhrasesError(f"{path}: no word of {phrase!r} is long enough")
    return AlarmPhrase(
        category,
        tuple(pieces),
        is_ordered,
        keeps_accents,
        tuple(plain(word) for word in table.get("unless", ())),
        frozenset(plain(word) for word in negation.get("before", ())) - own,
        tuple(plain(word) for word in negation.get("after", ())),
    )


def _parse_piece(word: str) -> Piece:
    spellings = word.split("/")
    whole = frozenset(it for it in spellings if not it.endswith("*"))
    return Piece(whole, tuple(it[:-1] for it in spellings if it.endswith("*")))


@cache
def _spaced_index() -> dict[str, list[AlarmPhrase]]:
    """Return the phrases of languages with spaces, by three letters of their first word."""
    index: dict[str, list[AlarmPhrase]] = {}
    for tag in LANGUAGES.keys() - UNSPACED:
        for phrase in load_phrases(tag):
            for key in {fold_accents(it)[:3] for it in phrase.pieces[0].spellings}:
                index.setdefault(key, []).append(phrase)
    return index


@cache
def _unspaced_index() -> dict[str, list[AlarmPhrase]]:
    """Return the phrases of languages without spaces, by two characters of their first word."""
    index: dict[str, list[AlarmPhrase]] = {}
    for tag in LANGUAGES.keys() & UNSPACED:
        for phrase in load_phrases(tag):
            for key in {it[:2] for it in phrase.pieces[0].spellings}:
                index.setdefault(key, []).append(phrase)
    return index
