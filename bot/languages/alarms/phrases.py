"""Lists of urgent phrases: what `locales/*/alarms.toml` holds, as it is looked for.

A phrase is one or more words. Words may stand in any order, with a few other words between them.
`a/b` means either word, `rap*` means any word that begins so, `=` before a phrase asks for exactly
these words in this order, `!` asks for accents as written. `@me` stands for the words of that name
in `[words]`. In scripts without spaces a "word" is any run of characters, and a spelling in
`[same]` counts as the one it stands for; Chinese is compared in simplified characters. A category
is one table, or several by kind (`[danger_now.help]`), each with its own counter-examples. What
alarms only as a whole message, "help me" in Chinese or Thai, is listed under `whole`.

A run of characters does not begin or end inside a syllable of Thai, Burmese or Khmer ("သေ", die, is
not in "သေး", still).

The lists hold thousands of phrases made of the same few hundred words: each word is folded once,
and equal parts of phrases are one object.
"""

from __future__ import annotations

import re
import sys
import tomllib
from functools import cache
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from bot.errors import AlarmPhrasesError
from bot.languages import LANGUAGES, LOCALES
from bot.languages.compiled_lists import compiled
from bot.languages.typed.answer_lists import plain_answer
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Container, Iterable
    from pathlib import Path

Part = TypeVar("Part")
"""A word of a phrase: as it is read, or as it is looked for."""
Frame = TypeVar("Frame")
"""A phrase of harmless words, in either form."""

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
REACH = {"ja": 10, "zh_Hans": 10, "zh_Hant": 10, "km": 22, "my": 22, "th": 22}
"""The same for scripts without spaces, in characters; also how far `unless` reaches there."""
SIBLINGS = {"zh_Hans": "zh_Hant", "zh_Hant": "zh_Hans", "fil": "en", "en": "fil"}
"""Languages that share most characters, or are mixed by most who write one: what speaks against a
phrase of one counts for both."""
SHORTEST = 3
"""Characters of a beginning, at least."""


_NAME = re.compile(r"@(\w+)")
_GOES_ON = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u1030\u1032-\u103e\u17b6-\u17d3]")
"""Vowels and signs of Thai, Burmese and Khmer that belong to the sign before them."""
_OPENS = "\u0e40\u0e41\u0e42\u0e43\u0e44\u1039\u17d2"
"""Thai vowels and signs of Burmese and Khmer that belong to the sign after them."""


class Piece(NamedTuple):
    """One word of a phrase: any of these, whole or as a beginning."""

    whole: frozenset[str]
    prefixes: tuple[str, ...]
    plain_whole: frozenset[str]
    """The same without accents: for words that are typed without any."""
    plain_prefixes: tuple[str, ...]
    spellings: tuple[str, ...]
    """Every spelling, whole words and beginnings."""


class Negation(NamedTuple):
    """What speaks against a phrase, by where it stands."""

    before: tuple[str, ...]
    between: frozenset[str]
    """Words that may stand between a negation and the phrase without counting."""
    after: tuple[str, ...]
    after_apart: tuple[tuple[str, str], ...]
    around: tuple[tuple[str, str], ...]


class AlarmPhrase(NamedTuple, Generic[Part]):
    """One phrase of one category."""

    category: str
    pieces: tuple[Part, ...]
    is_ordered: bool
    reach: int
    unless: tuple[str, ...]
    plain_unless: tuple[str, ...]
    beside: frozenset[str]
    about: frozenset[str]
    """The words for people: a phrase with one of them is about nothing else."""
    negation: Negation
    tag: str


class Harmless(NamedTuple, Generic[Frame]):
    """What makes a whole message ordinary: phrases whose words may stand anywhere in it."""

    story: tuple[Frame, ...]
    over: tuple[Frame, ...]
    still: tuple[Frame, ...]
    """What says that it is not over."""
    asked: tuple[Frame, ...]
    self_words: tuple[Frame, ...]


# --- runs of characters ------------------------------------------------------------------------


def is_run(text: str, spelling: str, at: int) -> bool:
    """Tell whether a run stands here and cuts no syllable at its beginning or end."""
    return (
        text.startswith(spelling, at)
        and not _GOES_ON.match(text, at + len(spelling))
        and (at == 0 or text[at - 1] not in _OPENS)
    )


def find_run(
    text: str,
    spelling: str,
    start: int = 0,
    end: int | None = None,
    taken: Iterable[tuple[int, int]] = (),
) -> int:
    """Return where a run stands first between two places and outside what is taken, or -1."""
    at = text.find(spelling, start, end)
    while at >= 0 and not (
        is_run(text, spelling, at)
        and all(at >= last or at + len(spelling) <= first for first, last in taken)
    ):
        at = text.find(spelling, at + 1, end)
    return at


def in_list_spelling(text: str) -> str:
    """Return text in the spelling of the lists: Chinese simplified, variants as in `[same]`."""
    table, variants, pattern = _spellings()
    text = text.translate(table)
    return pattern.sub(lambda it: variants[it[0]], text) if pattern else text


@cache
def _spellings() -> tuple[dict[int, str], dict[str, str], re.Pattern[str] | None]:
    """Return how to write text as the lists are written: by sign, and by run of signs."""
    table, variants = _signs_and_variants()
    longest_first = sorted(variants, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first))) if variants else None
    return table, variants, pattern


@compiled
def _signs_and_variants() -> tuple[dict[int, str], dict[str, str]]:
    table: dict[int, str] = {}
    variants: dict[str, str] = {}
    for tag in sorted(LANGUAGES.keys() & REACH.keys()):
        content = _read_file(tag, LOCALES)
        for pairs in content.get("signs", {}).values():
            table |= {ord(pair[0]): pair[1] for pair in pairs}
        for word, others in content.get("same", {}).items():
            variants |= {
                fold(other).translate(table): fold(word).translate(table) for other in others
            }
    return table, variants


# --- the files -------------------------------------------------------------------------------


def load_phrases(tag: str, folder: Path = LOCALES) -> list[AlarmPhrase[Piece]]:
    """Return the phrases of one language.

    Raises:
        AlarmPhrasesError: the file is no TOML, has an unknown category, or a phrase that is empty
            or too short to be looked up.
    """
    content = _read_file(tag, folder)
    sibling = _read_file(SIBLINGS[tag], folder) if tag in SIBLINGS else {}
    words = content.get("words", {})
    negation = _merge(content.get("negation", {}), sibling.get("negation", {}))
    readers = {
        False: _PhraseReader(tag, words, negation, reach=0),
        True: _PhraseReader(tag, words, negation, reach=REACH.get(tag, 0)),
    }
    phrases = []
    for category in CATEGORIES:
        siblings = dict(_kinds(sibling.get(category, {})))
        for name, kind in _kinds(content.get(category, {})):
            counter = _merge(kind, siblings.get(name, {}))
            counters = {has_signs: it.read_counter(counter) for has_signs, it in readers.items()}
            for written in kind.get("phrases", ()):
                phrase = _fill(written, words)
                has_signs = not phrase.isascii()  # romanised: words with spaces
                phrases.append(readers[has_signs].read(category, phrase, counters[has_signs]))
    return phrases


class _Counter(NamedTuple):
    """Counter-examples of a kind of phrases, as in `AlarmPhrase`."""

    unless: tuple[str, ...]
    plain_unless: tuple[str, ...]
    beside: frozenset[str]


class _PhraseReader:
    """Reads phrases of one language: those with spaces (`reach` is 0), or those without."""

    def __init__(
        self, tag: str, words: dict[str, list[str]], negation: dict[str, list[str]], reach: int
    ) -> None:
        self._tag = tag
        self._reach = reach
        self._listed = cache(lambda word: _plain(word, tag))
        self._plain = self._listed if reach else cache(fold_accents)
        self._piece = cache(_parse_piece)
        self._about = frozenset(map(self._plain, words.get("me", ())))
        fold_one = self._plain if reach else fold  # negations keep their accents
        self._before = [(fold_one(it), self._plain(it)) for it in negation.get("before", ())]
        after = [self._plain(it).split() for it in negation.get("after", ())]
        around = (self._plain(pair).split() for pair in negation.get("around", ()))
        self._negation = Negation(
            tuple({it for it, _ in self._before}),
            frozenset(map(self._plain, negation.get("between", ()))),
            tuple(it[0] for it in after if len(it) == 1),
            tuple((it[0], it[1]) for it in after if len(it) > 1),
            tuple((head, tail) for head, tail in around),
        )
        self._negation_without = cache(self._leave_out)

    def read_counter(self, kind: dict[str, list[str]]) -> _Counter:
        """Return the counter-examples of a kind."""
        unless = kind.get("unless", ())
        whole = self._listed if self._reach else lambda it: _delimit(fold(it))
        return _Counter(
            tuple(map(whole, unless)),
            tuple(_delimit(fold_accents(word)) for word in unless),
            frozenset(map(self._plain, kind.get("beside", ()))),
        )

    def read(self, category: str, phrase: str, counter: _Counter) -> AlarmPhrase[Piece]:
        """Return one phrase; `@name` in it was filled."""
        bare = phrase.lstrip("=!")
        marks = phrase[: len(phrase) - len(bare)]
        pieces = [self._piece(word, "!" in marks) for word in _plain(bare, self._tag).split()]
        if not pieces:
            raise AlarmPhrasesError(f"[{category}] an empty phrase")
        if any(len(it) < SHORTEST for piece in pieces for it in piece.prefixes):
            raise AlarmPhrasesError(f"[{category}] a beginning in {phrase!r} is too short")
        is_ordered = "=" in marks
        if not is_ordered:  # looked up by the longest word: the rarest
            pieces.sort(key=lambda piece: -min(map(len, piece.spellings)))
        return AlarmPhrase(
            category,
            tuple(pieces),
            is_ordered,
            self._reach,
            *counter,
            self._about,
            self._negation_of(pieces),
            self._tag,
        )

    def _negation_of(self, pieces: list[Piece]) -> Negation:
        """Return all negations but those a phrase itself is made of ("cannot leave")."""
        words = {self._plain(spelling) for piece in pieces for spelling in piece.spellings}
        own: Container[str] = "".join(words) if self._reach else words
        return self._negation_without(frozenset(it for _, it in self._before if it in own))

    def _leave_out(self, own: frozenset[str]) -> Negation:
        kept = {it for it, plain in self._before if plain not in own}
        return self._negation._replace(before=tuple(kept))


def load_whole_messages(tag: str, folder: Path = LOCALES) -> dict[str, str]:
    """Return the category of each message that alarms only if nothing else stands in it: "help".

    Raises:
        AlarmPhrasesError: as `load_phrases`.
    """
    content = _read_file(tag, folder)
    return {
        plain_answer(written): category
        for category in CATEGORIES
        for _name, kind in _kinds(content.get(category, {}))
        for written in kind.get("whole", ())
    }


def load_harmless(tag: str, folder: Path = LOCALES) -> Harmless[tuple[Piece, ...]]:
    """Return what makes a whole message ordinary in one language.

    Raises:
        AlarmPhrasesError: as `load_phrases`.
    """
    content = _read_file(tag, folder)
    words = content.get("words", {})
    table = content.get("harmless", {})
    frames = {
        name: tuple(
            tuple(_parse_piece(word) for word in _plain(_fill(it, words), tag).split())
            for it in table.get(name, ())
        )
        for name in ("story", "over", "still", "asked", "self")
    }
    own = tuple((piece,) for frame in frames["self"] for piece in frame)
    return Harmless(frames["story"], frames["over"], frames["still"], frames["asked"], own)


def _kinds(table: dict[str, Any]) -> list[tuple[str, dict[str, list[str]]]]:
    """Return the tables of one category: itself, or one for each kind."""
    if any(isinstance(it, dict) for it in table.values()):
        return list(table.items())
    return [("", table)]


def _read_file(tag: str, folder: Path) -> dict[str, dict[str, Any]]:
    path = folder / tag / "alarms.toml"
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise AlarmPhrasesError(f"{path}: {error}") from None
    if unknown := set(content) - {*CATEGORIES, "negation", "words", "harmless", "same", "signs"}:
        raise AlarmPhrasesError(f"{path}: unknown tables {sorted(unknown)}")
    return content


def _plain(text: str, tag: str) -> str:
    """Return words of a list as they are compared."""
    folded = fold(text)
    return in_list_spelling(folded) if tag in REACH else folded


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


def _delimit(words: str) -> str:
    """Return words as they stand in a line of words: whole, or with `*` as a beginning."""
    return f" {words[:-1]}" if words.endswith("*") else f" {words} "


def _parse_piece(word: str, keeps_accents: bool = False) -> Piece:
    spellings = [sys.intern(it) for it in word.split("/")]
    whole = frozenset(it for it in spellings if not it.endswith("*"))
    prefixes = tuple(sys.intern(it[:-1]) for it in spellings if it.endswith("*"))
    plain_whole = frozenset() if keeps_accents else frozenset(map(fold_accents, whole))
    plain_prefixes = () if keeps_accents else tuple(map(fold_accents, prefixes))
    return Piece(whole, prefixes, plain_whole, plain_prefixes, (*whole, *prefixes))
