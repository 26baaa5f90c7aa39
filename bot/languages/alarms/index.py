"""How phrases are looked up: by the words of a message, or by its characters.

In scripts with spaces every piece of a phrase has a number, and a set of pieces is an integer with
these bits. So the pieces of a message are compared with those of a phrase in one step, and only a
phrase all of whose pieces stand somewhere in the message is looked at closely.

In scripts without spaces a phrase is looked up by the first two characters of its first word.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from bot.languages import LANGUAGES
from bot.languages.alarms.phrases import (
    REACH,
    SHORTEST,
    AlarmPhrase,
    Harmless,
    Piece,
    find_run,
    load_harmless,
    load_phrases,
)
from bot.languages.compiled_lists import compiled
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Pieces: TypeAlias = int
"""A set of pieces: the bits of their numbers."""
_NO_PREFIXES: Mapping[str, Pieces] = {}


# --- scripts with spaces ---------------------------------------------------------------------


class PieceTable(NamedTuple):
    """Which pieces a word of a message fits."""

    whole: dict[str, Pieces]
    prefixes: dict[str, dict[str, Pieces]]
    """By their first characters, without accents: what a word begins with."""

    @classmethod
    def empty(cls) -> PieceTable:
        """Return a table without pieces."""
        return cls({}, {})

    def add(self, words: Iterable[str], prefixes: Iterable[str], pieces: Pieces) -> None:
        """Add words, and beginnings of words, that fit these pieces."""
        for word in words:
            self.whole[word] = self.whole.get(word, 0) | pieces
        for prefix in prefixes:
            bucket = self.prefixes.setdefault(sys.intern(fold_accents(prefix)[:SHORTEST]), {})
            bucket[prefix] = bucket.get(prefix, 0) | pieces

    def pieces_of(self, word: str, beginning: str) -> Pieces:
        """Return the pieces a word fits; `beginning` is its first characters, without accents."""
        found = self.whole.get(word, 0)
        for prefix, pieces in self.prefixes.get(beginning, _NO_PREFIXES).items():
            if word.startswith(prefix):
                found |= pieces
        return found


class SpacedPhrase(NamedTuple):
    """A phrase of words with spaces between them."""

    needs: Pieces
    phrase: AlarmPhrase[int]
    """With the numbers of its pieces; the rarest first, unless it is ordered."""


class SpacedIndex(NamedTuple):
    """The phrases of languages with spaces."""

    phrases: dict[str, list[SpacedPhrase]]
    """By their rarest word."""
    phrases_by_prefix: dict[str, list[SpacedPhrase]]
    """By how their rarest word begins."""
    as_written: PieceTable
    without_accents: PieceTable
    """What a word without accents fits as well, where the message has none."""
    harmless: tuple[Harmless[Pieces], ...] = ()
    """By language."""

    @classmethod
    def empty(cls) -> SpacedIndex:
        """Return an index without phrases."""
        return cls({}, {}, PieceTable.empty(), PieceTable.empty())

    def pieces_of(self, word: str, plain: str, *, is_accented: bool) -> Pieces:
        """Return the pieces that a word of a message fits.

        Args:
            word: as it was written, folded.
            plain: the same without accents.
            is_accented: whether the message has its accents; then "cho" is no "chở".
        """
        beginning = plain[:SHORTEST]
        found = self.as_written.pieces_of(word, beginning)
        if is_accented or not word.isascii():
            return found
        return found | self.without_accents.pieces_of(word, beginning)


@compiled
def spaced_index() -> SpacedIndex:
    """Return the phrases of all languages with spaces."""
    phrases = [it for tag in LANGUAGES for it in load_phrases(tag) if not it.reach]
    often = Counter(it for phrase in phrases for piece in phrase.pieces for it in piece.spellings)
    index = SpacedIndex.empty()
    numbers: dict[Piece, int] = {}
    for phrase in phrases:
        pieces = phrase.pieces
        if not phrase.is_ordered:
            pieces = tuple(sorted(pieces, key=lambda it: max(often[each] for each in it.spellings)))
        needs = _bits(pieces, numbers)
        numbered = tuple(numbers[it] for it in pieces)
        entry = SpacedPhrase(needs, AlarmPhrase(phrase[0], numbered, *phrase[2:]))
        for key in set(map(fold_accents, pieces[0].whole)):
            index.phrases.setdefault(sys.intern(key), []).append(entry)
        for key in {fold_accents(it)[:SHORTEST] for it in pieces[0].prefixes}:
            index.phrases_by_prefix.setdefault(sys.intern(key), []).append(entry)
    harmless = tuple(
        _with_bits(load_harmless(tag), numbers) for tag in LANGUAGES if tag not in REACH
    )
    for piece, number in numbers.items():
        index.as_written.add(piece.whole, piece.prefixes, 1 << number)
        others = piece.plain_whole - piece.whole
        index.without_accents.add(
            others, set(piece.plain_prefixes) - {*piece.prefixes}, 1 << number
        )
    return index._replace(harmless=harmless)


def _bits(pieces: Iterable[Piece], numbers: dict[Piece, int]) -> Pieces:
    """Return a set of pieces; those without a number get the next."""
    found = 0
    for piece in pieces:
        found |= 1 << numbers.setdefault(piece, len(numbers))
    return found


def _with_bits(known: Harmless[tuple[Piece, ...]], numbers: dict[Piece, int]) -> Harmless[Pieces]:
    return Harmless(*(tuple(_bits(frame, numbers) for frame in frames) for frames in known))


# --- scripts without spaces ------------------------------------------------------------------


class Run(NamedTuple):
    """A word of a script without spaces: any of these runs of characters."""

    spellings: tuple[str, ...]
    longest: int
    """Characters of the longest."""

    def is_in(self, text: str) -> bool:
        """Tell whether a text has this word anywhere."""
        return any(it in text and find_run(text, it) >= 0 for it in self.spellings)


UnspacedIndex: TypeAlias = dict[str, dict[str, list[AlarmPhrase[Run]]]]
"""Phrases by how their first word begins, and by that word."""


@compiled
def unspaced_index() -> UnspacedIndex:
    """Return the phrases of all languages without spaces."""
    index: UnspacedIndex = {}
    known = set()  # both Chinese lists hold most phrases
    runs: dict[Piece, Run] = {}
    for tag in sorted(LANGUAGES.keys() & REACH.keys()):
        for phrase in load_phrases(tag):
            same = (phrase.category, phrase.pieces, frozenset(phrase.unless), phrase.beside)
            if same in known or not phrase.reach:
                continue
            known.add(same)
            pieces = tuple(runs.setdefault(it, _run_of(it)) for it in phrase.pieces)
            entry = AlarmPhrase(phrase[0], pieces, *phrase[2:])
            for spelling in pieces[0].spellings:
                index.setdefault(spelling[:2], {}).setdefault(spelling, []).append(entry)
    return index


@compiled
def unspaced_harmless() -> tuple[tuple[str, Harmless[tuple[Run, ...]]], ...]:
    """Return what makes a message ordinary, by language without spaces."""
    return tuple((tag, _with_runs(load_harmless(tag))) for tag in LANGUAGES if tag in REACH)


def _with_runs(known: Harmless[tuple[Piece, ...]]) -> Harmless[tuple[Run, ...]]:
    return Harmless(*(tuple(tuple(map(_run_of, frame)) for frame in frames) for frames in known))


def _run_of(piece: Piece) -> Run:
    return Run(piece.spellings, max(map(len, piece.spellings)))
