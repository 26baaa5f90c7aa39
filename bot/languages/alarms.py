"""Urgent sentences: which alarms a message may hold, by the lists in `locales/*/alarms.toml`.

An alarm raises the priority of what the words belong to and shows the danger card. It never blocks
a message, never decides a queue alone, and passes nothing on. Every language is tried on every
message, because people mix languages, and a frightened person writes in the first one that comes.

A phrase is one or more words. Words may stand in any order, with a few other words between them.
`a/b` means either word, `rap*` means any word that begins so, `=` before a phrase asks for exactly
these words in this order, `!` asks for accents as written. `@me` stands for the words of that name
in `[words]`. In scripts without spaces a "word" is any run of characters. A match is dropped when
a word of negation stands just before it or inside it (`before`; words of `between` do not count),
just after it (`after`), or around one of its words (`around`, "မ ဘူး"), or when a word of `unless`
stands near it ("my phone is locked").
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import AlarmPhrasesError
from bot.languages import LANGUAGES, LOCALES
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator
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
GAP_WORDS = 3
"""Other words that may stand between the words of a phrase, in all."""
REACH = {"ja": 8, "zh_Hans": 8, "zh_Hant": 8, "km": 18, "my": 18, "th": 18}
"""The same for scripts without spaces, in characters; also how far `unless` reaches there."""
NEGATION_WORDS = 2
"""How many words before a phrase a negation may stand."""
NEGATION_CHARACTERS = 3
"""How many characters may stand between a negation and what it negates."""
NEAR_WORDS = 4
"""How far around a phrase a word of `unless` counts, in words."""

SIBLINGS = {"zh_Hans": "zh_Hant", "zh_Hant": "zh_Hans"}
"""Languages that share most characters: what speaks against a phrase of one counts for both."""
SHORTEST = 3
"""Characters of a beginning, at least."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_NAME = re.compile(r"@(\w+)")
_DRAWN_OUT = re.compile(r"([^\W\d_])\1{2,}")
"""A letter drawn out: "tolonggg"."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One word of a phrase: any of these, whole or as a beginning."""

    whole: frozenset[str]
    prefixes: tuple[str, ...]
    plain_whole: frozenset[str]
    """The same without accents: for words that are typed without any."""
    plain_prefixes: tuple[str, ...]

    def fits(self, word: str) -> bool:
        """Tell whether a word of a message is this one."""
        if word in self.whole or word.startswith(self.prefixes):
            return True
        return word.isascii() and (word in self.plain_whole or word.startswith(self.plain_prefixes))

    @property
    def spellings(self) -> tuple[str, ...]:
        """Return every spelling, whole words and beginnings."""
        return (*self.whole, *self.prefixes)


class Negation(NamedTuple):
    """What speaks against a phrase, by where it stands."""

    before: frozenset[str]
    between: frozenset[str]
    """Words that may stand between a negation and the phrase without counting."""
    after: tuple[str, ...]
    around: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AlarmPhrase:
    """One phrase of one category."""

    category: str
    pieces: tuple[Piece, ...]
    is_ordered: bool
    reach: int
    unless: tuple[str, ...]
    plain_unless: tuple[str, ...]
    negation: Negation


def find_alarms(text: str) -> frozenset[str]:
    """Return the categories of what a message may mean; empty for nearly all messages."""
    folded = _DRAWN_OUT.sub(r"\1", fold(text).replace("\u2019", "'"))
    found = set(_find_spaced(_WORD.findall(folded)))
    if not folded.isascii():
        found |= set(_find_unspaced(folded))
    return frozenset(found)


# --- scripts with spaces ---------------------------------------------------------------------


def _find_spaced(words: list[str]) -> Iterator[str]:
    index = _spaced_index()
    for at, word in enumerate(words):
        plain = word if word.isascii() else fold_accents(word)
        for key in (plain, f"{plain[:SHORTEST]}*"):
            for phrase in index.get(key, ()):
                if phrase.pieces[0].fits(word) and _matches_words(phrase, words, at):
                    yield phrase.category


def _matches_words(phrase: AlarmPhrase, words: list[str], at: int) -> bool:
    places = _place_words(phrase, words, at)
    if places is None:
        return False
    first, last = min(places), max(places)
    inside = (words[n] for n in range(first, last) if n not in places)
    if _is_negated(phrase.negation, words[:first], inside):
        return False
    near = " ".join(["", *words[max(0, first - NEAR_WORDS) : last + 1 + NEAR_WORDS]])
    unless = phrase.plain_unless if near.isascii() else phrase.unless
    return not any(f" {it}" in near for it in unless)


def _is_negated(negation: Negation, before: list[str], inside: Iterable[str]) -> bool:
    if any(fold_accents(word) in negation.before for word in inside):
        return True
    left = NEGATION_WORDS
    for word in map(fold_accents, reversed(before)):
        if word in negation.before:
            return True
        left -= word not in negation.between
        if not left:
            break
    return False


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
    for at, sign in enumerate(tight):
        for key in (sign, tight[at : at + 2]):
            for spelling, phrase in index.get(key, ()):
                if tight.startswith(spelling, at) and _matches_characters(
                    phrase, tight, (at, at + len(spelling))
                ):
                    yield phrase.category


def _matches_characters(phrase: AlarmPhrase, text: str, span: tuple[int, int]) -> bool:
    first, last = span
    spans = [span]
    for piece in phrase.pieces[1:]:
        length = max(map(len, piece.spellings))
        start = last if phrase.is_ordered else max(0, first - phrase.reach - length)
        window = text[start : last + phrase.reach + length]
        hits = [(start + window.find(it), it) for it in piece.spellings if it in window]
        if not hits:
            return False
        place, found = min(hits, key=lambda hit: abs(hit[0] - span[0]))
        spans.append((place, place + len(found)))
        first, last = min(first, place), max(last, place + len(found))
    if _is_negated_within(phrase.negation, text, spans):
        return False
    near = text[max(0, first - phrase.reach) : last + phrase.reach]
    return not any(it in near for it in phrase.unless)


def _is_negated_within(negation: Negation, text: str, spans: list[tuple[int, int]]) -> bool:
    first, last = min(spans)[0], max(end for _, end in spans)
    for word in negation.before:
        if word in text[max(0, first - len(word) - NEGATION_CHARACTERS) : last]:
            return True
    if text.startswith(negation.after, last):
        return True
    return any(
        text.endswith(head, 0, start) and tail in text[end : end + len(tail) + NEGATION_CHARACTERS]
        for head, tail in negation.around
        for start, end in spans
    )


# --- the files -------------------------------------------------------------------------------


def load_phrases(tag: str, folder: Path = LOCALES) -> list[AlarmPhrase]:
    """Return the phrases of one language.

    Raises:
        AlarmPhrasesError: the file is no TOML, has an unknown category, or a phrase that is empty
            or too short to be looked up.
    """
    content = _read_file(tag, folder)
    sibling = _read_file(SIBLINGS[tag], folder) if tag in SIBLINGS else {}
    negation = _merge(content.get("negation", {}), sibling.get("negation", {}))
    words = content.get("words", {})
    found = []
    for category in CATEGORIES:
        table = content.get(category, {})
        unless = _merge(table, sibling.get(category, {})).get("unless", [])
        found += [
            _parse_phrase(category, _fill(phrase, words), unless, negation, REACH.get(tag, 0))
            for phrase in table.get("phrases", ())
        ]
    return found


def _read_file(tag: str, folder: Path) -> dict[str, dict[str, list[str]]]:
    path = folder / tag / "alarms.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AlarmPhrasesError(f"{path}: {error}") from None
    if unknown := set(content) - {*CATEGORIES, "negation", "words"}:
        raise AlarmPhrasesError(f"{path}: unknown tables {sorted(unknown)}")
    return content


def _fill(phrase: str, words: dict[str, list[str]]) -> str:
    """Return a phrase with every `@name` replaced by the words of that name.

    Raises:
        AlarmPhrasesError: no words have that name.
    """
    try:
        return _NAME.sub(lambda name: "/".join(words[name[1]]), phrase)
    except KeyError as error:
        raise AlarmPhrasesError(f"{phrase!r}: no words are called {error}") from None


def _merge(one: dict[str, list[str]], other: dict[str, list[str]]) -> dict[str, list[str]]:
    return {name: [*one.get(name, ()), *other.get(name, ())] for name in one.keys() | other.keys()}


def _parse_phrase(
    category: str, phrase: str, unless: Iterable[str], negation: dict[str, list[str]], reach: int
) -> AlarmPhrase:  # fmt: skip
    marks = phrase[: len(phrase) - len(phrase.lstrip("=!"))]
    pieces = [_parse_piece(word, "!" in marks) for word in fold(phrase.lstrip("=!")).split()]
    if not pieces:
        raise AlarmPhrasesError(f"[{category}] an empty phrase")
    if any(len(it) < SHORTEST for piece in pieces for it in piece.prefixes):
        raise AlarmPhrasesError(f"[{category}] a beginning in {phrase!r} is too short")
    is_ordered = "=" in marks
    if not is_ordered:  # looked up by the longest word: the rarest
        pieces.sort(key=lambda piece: -min(map(len, piece.spellings)))
    plain = fold if reach else fold_accents
    own = {plain(spelling) for piece in pieces for spelling in piece.spellings}
    return AlarmPhrase(
        category,
        tuple(pieces),
        is_ordered,
        reach,
        tuple(fold(word) for word in unless),
        tuple(fold_accents(word) for word in unless),
        _parse_negation(negation, "".join(own) if reach else own, plain),
    )


def _parse_negation(
    lists: dict[str, list[str]], own: Container[str], plain: Callable[[str], str]
) -> Negation:
    """Return the negations of a language but those a phrase itself is made of ("cannot leave")."""
    around = (fold(pair).split() for pair in lists.get("around", ()))
    return Negation(
        frozenset(it for it in map(plain, lists.get("before", ())) if it not in own),
        frozenset(map(plain, lists.get("between", ()))),
        tuple(map(fold, lists.get("after", ()))),
        tuple((head, tail) for head, tail in around),
    )


def _parse_piece(word: str, keeps_accents: bool) -> Piece:
    spellings = word.split("/")
    whole = frozenset(it for it in spellings if not it.endswith("*"))
    prefixes = tuple(it[:-1] for it in spellings if it.endswith("*"))
    if keeps_accents:
        return Piece(whole, prefixes, frozenset(), ())
    return Piece(
        whole, prefixes, frozenset(map(fold_accents, whole)), tuple(map(fold_accents, prefixes))
    )


@cache
def _spaced_index() -> dict[str, list[AlarmPhrase]]:
    """Return the phrases of languages with spaces, by their first word or how it begins."""
    index: dict[str, list[AlarmPhrase]] = {}
    for tag in LANGUAGES.keys() - REACH.keys():
        for phrase in load_phrases(tag):
            first = phrase.pieces[0]
            keys = {f"{fold_accents(it)[:SHORTEST]}*" for it in first.prefixes}
            for key in keys.union(map(fold_accents, first.whole)):
                index.setdefault(key, []).append(phrase)
    return index


@cache
def _unspaced_index() -> dict[str, list[tuple[str, AlarmPhrase]]]:
    """Return the phrases of languages without spaces, by two characters of their first word."""
    index: dict[str, list[tuple[str, AlarmPhrase]]] = {}
    for tag in LANGUAGES.keys() & REACH.keys():
        for phrase in load_phrases(tag):
            for spelling in phrase.pieces[0].spellings:
                index.setdefault(spelling[:2], []).append((spelling, phrase))
    return index
