"""How phrases are looked up: by the words of a message, or by its characters.

In scripts with spaces every piece of a phrase has a number. So the pieces of a message are compared
with those of a phrase in one step, and only a phrase all of whose pieces stand somewhere in the
message is looked at closely. The numbers are kept packed, two bytes each: there are thousands of
words, and some fit hundreds of pieces.

In scripts without spaces a phrase is looked up by the first two characters of its first word.
"""

from __future__ import annotations

import sys
from array import array
from collections import Counter
from functools import lru_cache
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
    load_whole_messages,
)
from bot.languages.compiled_lists import compiled
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Iterable

Pieces: TypeAlias = tuple[int, ...]
"""A set of pieces, by their numbers."""
Packed: TypeAlias = bytes
"""The same in two bytes each."""
_NO_PIECES = frozenset[int]()


@lru_cache(maxsize=1024)
def _unpack(packed: Packed) -> frozenset[int]:
    """Return the pieces of a word of the lists; those of common words are kept."""
    return frozenset(memoryview(packed).cast("H"))


# --- scripts with spaces ---------------------------------------------------------------------


class PieceTable(NamedTuple):
    """Which pieces a word of a message fits."""

    whole: dict[str, Packed]
    prefixes: dict[str, dict[str, Packed]]
    """By their first characters, without accents: what a word begins with."""

    @classmethod
    def empty(cls) -> PieceTable:
        """Return a table without pieces."""
        return cls({}, {})

    def add(self, words: Iterable[str], prefixes: Iterable[str], piece: int) -> None:
        """Add words, and beginnings of words, that fit a piece."""
        packed = array("H", [piece]).tobytes()
        for word in words:
            self.whole[word] = self.whole.get(word, b"") + packed
        for prefix in prefixes:
            bucket = self.prefixes.setdefault(sys.intern(fold_accents(prefix)[:SHORTEST]), {})
            bucket[prefix] = bucket.get(prefix, b"") + packed

    def pieces_of(self, word: str, beginning: str) -> frozenset[int]:
        """Return the pieces a word fits; `beginning` is its first characters, without accents."""
        packed = self.whole.get(word)
        found = _NO_PIECES if packed is None else _unpack(packed)
        if prefixes := self.prefixes.get(beginning):
            for prefix, packed in prefixes.items():
                if word.startswith(prefix):
                    found |= _unpack(packed)
        return found


class SpacedIndex(NamedTuple):
    """The phrases of languages with spaces, with the numbers of their pieces.

    The rarest piece is the first, unless the phrase is ordered.
    """

    phrases: dict[str, list[AlarmPhrase[int]]]
    """By their first word."""
    phrases_by_prefix: dict[str, list[AlarmPhrase[int]]]
    """By how their first word begins."""
    as_written: PieceTable
    without_accents: PieceTable
    """What a word without accents fits as well, where the message has none."""
    harmless: tuple[Harmless[Pieces], ...] = ()
    """By language."""

    @classmethod
    def empty(cls) -> SpacedIndex:
        """Return an index without phrases."""
        return cls({}, {}, PieceTable.empty(), PieceTable.empty())

    def pieces_of(self, word: str, plain: str, *, is_accented: bool) -> frozenset[int]:
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
        numbered = _numbers_of(pieces, numbers)
        entry = AlarmPhrase(phrase[0], numbered, *phrase[2:])
        for key in set(map(fold_accents, pieces[0].whole)):
            index.phrases.setdefault(sys.intern(key), []).append(entry)
        for key in {fold_accents(it)[:SHORTEST] for it in pieces[0].prefixes}:
            index.phrases_by_prefix.setdefault(sys.intern(key), []).append(entry)
    harmless = tuple(
        _with_numbers(load_harmless(tag), numbers) for tag in LANGUAGES if tag not in REACH
    )
    for piece, number in numbers.items():
        index.as_written.add(piece.whole, piece.prefixes, number)
        others = piece.plain_whole - piece.whole
        index.without_accents.add(others, set(piece.plain_prefixes) - {*piece.prefixes}, number)
    return index._replace(harmless=harmless)


def _numbers_of(pieces: Iterable[Piece], numbers: dict[Piece, int]) -> Pieces:
    """Return the numbers of pieces; those without one get the next."""
    return tuple(numbers.setdefault(piece, len(numbers)) for piece in pieces)


def _with_numbers(
    known: Harmless[tuple[Piece, ...]], numbers: dict[Piece, int]
) -> Harmless[Pieces]:
    return Harmless(*(tuple(_numbers_of(it, numbers) for it in frames) for frames in known))


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


@compiled
def whole_messages() -> dict[str, str]:
    """Return the category of each message that alarms only as a whole, in any language."""
    return {plain: it for tag in LANGUAGES for plain, it in load_whole_messages(tag).items()}
