"""Urgent sentences: which alarms a message may hold, by the lists in `locales/*/alarms.toml`.

An alarm raises the priority of what the words belong to and shows the danger card. It never blocks
a message, never decides a queue alone, and passes nothing on. Every language is tried on every
message, because people mix languages, and a frightened person writes in the first one that comes.

A phrase is one or more words. Words may stand in any order, with a few other words between them.
`a/b` means either word, `rap*` means any word that begins so, `=` before a phrase asks for exactly
these words in this order, `!` asks for accents as written. `@me` stands for the words of that name
in `[words]`. In scripts without spaces a "word" is any run of characters, and a spelling in
`[same]` counts as the one it stands for; Chinese is compared in simplified characters. A category
is one table, or several by kind (`[danger_now.help]`), each with its own counter-examples. A match
is dropped

- when a negation stands right before one of its words (`before`; what is in `between` does not
  count), just after it (`after`; "たこと ない" with a little between), or around one of its words
  (`around`, "မ ဘူး"); what is negated in another clause is another thing ("no, he hit me");
- when a word of `unless` stands near it ("kill time");
- when a word of `beside` is what it is about: right before it ("my phone is locked"), or right
  after it where no person is named ("he locked the car");
- when the message tells a story (`[harmless] story`: a film) or what is over and well again
  (`over`, but not with a word of `still`), or asks about the law or a word (`asked`) and names none
  of `self`. Danger now and self-harm are never dropped for these, sexual violence and weapons not
  for being over.

A run of characters does not begin or end inside a syllable of Thai, Burmese or Khmer ("သေ", die, is
not in "သေး", still). Where people type accents, a word without any is no word with some.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from dataclasses import dataclass, fields, replace
from functools import cache, partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from bot.errors import AlarmPhrasesError
from bot.languages import LANGUAGES, LOCALES
from bot.text import fold, fold_accents

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable
    from pathlib import Path

Frame = TypeVar("Frame")
"""A phrase of harmless words: its pieces, or their bits."""

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
GAP_WORDS = 5
"""Other words that may stand between the words of a phrase, in all."""
REACH = {"ja": 10, "zh_Hans": 10, "zh_Hant": 10, "km": 22, "my": 22, "th": 22}
"""The same for scripts without spaces, in characters; also how far `unless` reaches there."""
NEGATION_CHARACTERS = 3
"""How many characters may stand between what is negated and the second half of a negation."""
NEAR_WORDS = 4
"""How far around a phrase a word of `unless` counts, in words."""
BESIDE = {"ja": 4, "zh_Hans": 4, "zh_Hant": 4, "km": 10, "my": 10, "th": 8}
"""How far before a phrase a word of `beside` counts, in characters."""
AFTER_CHARACTERS = 6
"""How many characters may stand between the two halves of a negation after a phrase."""
TOLD = frozenset(CATEGORIES) - {"danger_now", "self_harm"}
"""Categories that a story, or a question about the law, does not mean."""
OVER = TOLD - {"sexual_violence", "weapon"}
"""Categories that what is over and well again does not mean."""

ACCENTED = 3
"""One word in so many has accents where people type them."""

SIBLINGS = {"zh_Hans": "zh_Hant", "zh_Hant": "zh_Hans", "fil": "en", "en": "fil"}
"""Languages that share most characters, or are mixed by most who write one: what speaks against a
phrase of one counts for both."""
SHARES_SIGNS_WITH_JAPANESE = frozenset({"zh_Hans", "zh_Hant"})
"""Their phrases say nothing in a message with kana."""
JAPANESE = frozenset({"ja"})
"""Its phrases say nothing in a message without kana."""
SHORTEST = 3
"""Characters of a beginning, at least."""

_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_STOP = re.compile("[,.!?;:\n\u3001\u3002\u104a\u104b\u17d4\u17d6]")
"""The end of a clause."""
_SAID_TWICE = re.compile(r"\b([^\W\d_]{3,})2\b")
"""A word said twice, as Indonesian and Filipino write it: "malam2"."""
_APART = re.compile(r"\b(di|ni|naka|nag|pina) (?=[a-z]{3})")
"""The beginning of a word, written apart: "di kunci", "naka lock"."""
_NAME = re.compile(r"@(\w+)")
_HAN = "[\u4e00-\u9fff]"
_SIGNS = {
    "th": "[\u0e00-\u0e7f]",
    "my": "[\u1000-\u109f]",
    "km": "[\u1780-\u17ff]",
    "ja": "[\u3041-\u30ff]",
}
"""What every message in these languages has."""
_GOES_ON = re.compile("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u102b-\u1030\u1032-\u103e\u17b6-\u17d3]")
"""Vowels and signs of Thai, Burmese and Khmer that belong to the sign before them."""
_OPENS = "\u0e40\u0e41\u0e42\u0e43\u0e44\u1039\u17d2"
"""Thai vowels and signs of Burmese and Khmer that belong to the sign after them."""
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
    spellings: tuple[str, ...]
    """Every spelling, whole words and beginnings."""
    longest: int
    """Characters of the longest spelling."""

    def fits(self, word: str, *, is_accented: bool) -> bool:
        """Tell whether a word of a message is this one; with accents, only as it is written."""
        if word in self.whole or word.startswith(self.prefixes):
            return True
        if is_accented or not word.isascii():
            return False
        return word in self.plain_whole or word.startswith(self.plain_prefixes)

    def is_in(self, text: str) -> bool:
        """Tell whether a text without spaces has this word anywhere."""
        return any(it in text and _find_run(text, it) >= 0 for it in self.spellings)


class Negation(NamedTuple):
    """What speaks against a phrase, by where it stands."""

    before: tuple[str, ...]
    between: frozenset[str]
    """Words that may stand between a negation and the phrase without counting."""
    after: tuple[str, ...]
    after_apart: tuple[tuple[str, str], ...]
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
    beside: frozenset[str]
    about: frozenset[str]
    """The words for people: a phrase with one of them is about nothing else."""
    negation: Negation
    tag: str


@dataclass(frozen=True, slots=True)
class Harmless(Generic[Frame]):
    """What makes a whole message ordinary: phrases whose words may stand anywhere in it."""

    story: tuple[Frame, ...]
    over: tuple[Frame, ...]
    still: tuple[Frame, ...]
    """What says that it is not over."""
    asked: tuple[Frame, ...]
    self_words: tuple[Frame, ...]


class Words:
    """The words of a message, and where its clauses end."""

    def __init__(self, folded: str) -> None:
        self._folded = folded
        self.listed: list[str] = _WORD.findall(folded)
        self.plain = [it if it.isascii() else fold_accents(it) for it in self.listed]
        """The same without accents."""
        self.is_accented = not folded.isascii() and ACCENTED * sum(
            not it.isascii() for it in self.listed
        ) >= len(self.listed)
        """Whether it is written with its accents: then "cho" is no "chở"."""

    def is_one_clause(self, first: int, last: int) -> bool:
        """Tell whether no clause ends between two words."""
        ends = [(it.start(), it.end()) for it in _WORD.finditer(self._folded)]
        return _STOP.search(self._folded, ends[first][1], ends[last][0]) is None


def find_alarms(text: str) -> frozenset[str]:
    """Return the categories of what a message may mean; empty for nearly all messages."""
    folded = _DRAWN_OUT.sub(r"\1", fold(text).replace("\u2019", "'"))
    if "2" in folded:
        folded = _SAID_TWICE.sub(r"\1", folded)
    words = Words(folded)
    present = _bits_of(words)
    found = _find_spaced(words, present)
    joined = _APART.sub(r"\1", folded)
    if joined != folded:
        apart = Words(joined)
        found.update(_find_spaced(apart, _bits_of(apart), {*apart.listed} - {*words.listed}))
    if found:
        found -= _harmless_categories(_spaced_index().harmless, lambda bits: bits & present == bits)
    if not folded.isascii():
        found |= _find_in_characters(folded)
    return frozenset(found)


def _find_in_characters(folded: str) -> set[str]:
    tight = _in_list_spelling("".join(folded.split()))
    found = _find_unspaced(tight)
    if found:
        known = (it for tag, it in _unspaced_harmless() if re.search(_SIGNS.get(tag, _HAN), tight))
        found -= _harmless_categories(known, lambda frame: all(it.is_in(tight) for it in frame))
    return found


def _harmless_categories(
    known: Iterable[Harmless[Frame]], holds: Callable[[Frame], bool]
) -> frozenset[str]:
    """Return the categories that a message as a whole does not mean."""
    languages = list(known)
    is_about_self: bool | None = None
    dropped: frozenset[str] = frozenset()
    for it in languages:
        if any(map(holds, it.story)):
            return TOLD
        if any(map(holds, it.over)) and not any(map(holds, it.still)):
            dropped |= OVER
        if any(map(holds, it.asked)):
            if is_about_self is None:
                is_about_self = any(any(map(holds, each.self_words)) for each in languages)
            if not is_about_self:
                return TOLD
    return dropped


# --- scripts with spaces ---------------------------------------------------------------------


class SpacedIndex(NamedTuple):
    """The phrases of languages with spaces, to be found by their words.

    Every piece of a phrase is one bit. A message has the bits of its words; only a phrase all of
    whose bits it has is looked at closely.
    """

    phrases: dict[str, list[tuple[int, AlarmPhrase]]]
    """By their rarest word, or how it begins: their bits, and they."""
    whole: dict[str, int]
    plain_whole: dict[str, int]
    prefixes: dict[str, list[tuple[str, int]]]
    """By their first characters, without accents."""
    plain_prefixes: dict[str, list[tuple[str, int]]]
    harmless: tuple[Harmless[int], ...] = ()
    """By language: the bits of every phrase."""

    def bits(self, word: str, plain: str, *, is_accented: bool) -> int:
        """Return the bits of the pieces that a word of a message fits."""
        found = self.whole.get(word, 0)
        beginning = plain[:SHORTEST]
        for prefix, bits in self.prefixes.get(beginning, ()):
            if word.startswith(prefix):
                found |= bits
        if not is_accented and word.isascii():
            found |= self.plain_whole.get(word, 0)
            for prefix, bits in self.plain_prefixes.get(beginning, ()):
                if word.startswith(prefix):
                    found |= bits
        return found


def _bits_of(message: Words) -> int:
    """Return the bits of the pieces that the words of a message fit."""
    index = _spaced_index()
    present = 0
    for word, plain in zip(message.listed, message.plain, strict=True):
        present |= index.bits(word, plain, is_accented=message.is_accented)
    return present


def _find_spaced(message: Words, present: int, among: Container[str] | None = None) -> set[str]:
    """Find categories; with `among`, only by phrases that hold one of these words."""
    index = _spaced_index()
    found: set[str] = set()
    for at, plain in enumerate(message.plain):
        for key in (plain, f"{plain[:SHORTEST]}*"):
            for bits, phrase in index.phrases.get(key, ()):
                if (
                    bits & present == bits
                    and phrase.category not in found
                    and phrase.pieces[0].fits(message.listed[at], is_accented=message.is_accented)
                    and _matches_words(phrase, message, at, among)
                ):
                    found.add(phrase.category)
    return found


def _matches_words(
    phrase: AlarmPhrase, message: Words, at: int, among: Container[str] | None = None
) -> bool:
    words = message.listed
    places = _place_words(phrase, message, at)
    if places is None or (among is not None and not any(words[n] in among for n in places)):
        return False
    first, last = min(places), max(places)
    if any(_is_negated(phrase.negation, message, place, places) for place in places):
        return False
    if phrase.beside and _is_about_a_thing(phrase, message, places):
        return False
    near = " ".join(["", *words[max(0, first - NEAR_WORDS) : last + 1 + NEAR_WORDS], ""])
    unless = phrase.plain_unless if near.isascii() else phrase.unless
    return not any(it in near for it in unless)


def _is_about_a_thing(phrase: AlarmPhrase, message: Words, places: set[int]) -> bool:
    words = message.listed
    first, last = min(places), max(places)
    small = phrase.negation.between
    before, after = first - 1, last + 1
    while before >= 0 and fold_accents(words[before]) in small:
        before -= 1
    named = [before, *(n for n in range(first, last) if n not in places)]
    if any(
        n >= 0
        and fold_accents(words[n]) in phrase.beside
        and (n > first or message.is_one_clause(n, first))
        for n in named
    ):
        return True
    if any(fold_accents(words[n]) in phrase.about for n in places):
        return False
    while after < len(words) and fold_accents(words[after]) in small:
        after += 1
    return any(fold_accents(word) in phrase.beside for word in words[first : after + 1])


def _is_negated(negation: Negation, message: Words, place: int, places: set[int]) -> bool:
    """Tell whether a word is negated: only words of `between` stand before it, then a negation."""
    words = message.listed
    at = place - 1
    while at >= 0 and at not in places:
        if words[at] in negation.before:
            return message.is_one_clause(at, place)
        if fold_accents(words[at]) not in negation.between:
            return False
        at -= 1
    return False


def _place_words(phrase: AlarmPhrase, message: Words, at: int) -> set[int] | None:
    """Return where the words of a phrase stand around its first word; None where they do not."""
    words, is_accented = message.listed, message.is_accented
    count = len(phrase.pieces)
    if phrase.is_ordered:
        if at + count > len(words):
            return None
        fits = all(
            piece.fits(words[at + n], is_accented=is_accented)
            for n, piece in enumerate(phrase.pieces)
        )
        return set(range(at, at + count)) if fits else None
    reach = count - 1 + GAP_WORDS
    places = {at}
    for piece in phrase.pieces[1:]:
        window = range(max(0, at - reach), min(len(words), at + reach + 1))
        free = (n for n in sorted(window, key=lambda n: abs(n - at)) if n not in places)
        place = next((n for n in free if piece.fits(words[n], is_accented=is_accented)), None)
        if place is None:
            return None
        places.add(place)
    return places if max(places) - min(places) <= reach else None


# --- scripts without spaces ------------------------------------------------------------------


def _find_unspaced(tight: str) -> set[str]:
    index = _unspaced_index()
    silent = SHARES_SIGNS_WITH_JAPANESE if re.search(_SIGNS["ja"], tight) else JAPANESE
    found: set[str] = set()
    for at, sign in enumerate(tight):
        for key in (sign, tight[at : at + 2]):
            for spelling, phrases in index.get(key, {}).items():
                if not tight.startswith(spelling, at) or not _is_run(tight, spelling, at):
                    continue
                for phrase in phrases:
                    if (
                        phrase.category not in found
                        and phrase.tag not in silent
                        and _matches_characters(phrase, tight, (at, at + len(spelling)))
                    ):
                        found.add(phrase.category)
    return found


def _matches_characters(phrase: AlarmPhrase, text: str, span: tuple[int, int]) -> bool:
    first, last = span
    spans = [span]
    for piece in phrase.pieces[1:]:
        length = piece.longest
        start = last if phrase.is_ordered else max(0, first - phrase.reach - length)
        end = last + phrase.reach + length
        window = text[start:end]
        hits = [
            (at, it)
            for it in piece.spellings
            if it in window and (at := _find_run(text, it, start, end, spans)) >= 0
        ]
        if not hits:
            return False
        place, found = min(hits, key=lambda hit: (abs(hit[0] - span[0]), hit))
        spans.append((place, place + len(found)))
        first, last = min(first, place), max(last, place + len(found))
    if _is_negated_within(phrase.negation, text, spans):
        return False
    if phrase.beside:
        before = text[max(0, first - BESIDE[phrase.tag]) : first]
        if any(_find_run(_STOP.split(before)[-1], it) >= 0 for it in phrase.beside):
            return False
    near = text[max(0, first - phrase.reach) : last + phrase.reach]
    return not any(it in near and _find_run(near, it) >= 0 for it in phrase.unless)


def _is_run(text: str, spelling: str, at: int) -> bool:
    """Tell whether a run stands here and cuts no syllable at its beginning or end."""
    return (
        text.startswith(spelling, at)
        and not _GOES_ON.match(text, at + len(spelling))
        and (at == 0 or text[at - 1] not in _OPENS)
    )


def _find_run(
    text: str,
    spelling: str,
    start: int = 0,
    end: int | None = None,
    taken: Iterable[tuple[int, int]] = (),
) -> int:
    """Return where a run stands first between two places and outside what is taken, or -1."""
    at = text.find(spelling, start, end)
    while at >= 0 and not (
        _is_run(text, spelling, at)
        and all(at >= last or at + len(spelling) <= first for first, last in taken)
    ):
        at = text.find(spelling, at + 1, end)
    return at


def _is_negated_within(negation: Negation, text: str, spans: list[tuple[int, int]]) -> bool:
    last = max(end for _, end in spans)
    if any(_is_negated_before(negation, text, start, spans) for start, _ in spans):
        return True
    if text.startswith(negation.after, last):
        return True
    for head, tail in negation.after_apart:
        if (
            text.startswith(head, last)
            and tail
            in _STOP.split(
                text[last + len(head) : last + len(head) + AFTER_CHARACTERS + len(tail)]
            )[0]
        ):
            return True
    return any(
        text.endswith(head, 0, start) and tail in text[end : end + len(tail) + NEGATION_CHARACTERS]
        for head, tail in negation.around
        for start, end in spans
    )


def _is_negated_before(
    negation: Negation, text: str, start: int, spans: list[tuple[int, int]]
) -> bool:
    """Tell whether a run is negated: only runs of `between` stand before it, then a negation."""
    while True:
        if text.endswith(negation.before, 0, start):
            return True
        small = next((it for it in negation.between if text.endswith(it, 0, start)), "")
        if not small or any(first < start <= last for first, last in spans):
            return False
        start -= len(small)


def _in_list_spelling(text: str) -> str:
    """Return text in the spelling of the lists: Chinese simplified, variants as in `[same]`."""
    table, variants, pattern = _spellings()
    text = text.translate(table)
    return pattern.sub(lambda it: variants[it[0]], text) if pattern else text


# --- the files -------------------------------------------------------------------------------


def load_phrases(tag: str, folder: Path = LOCALES) -> list[AlarmPhrase]:
    """Return the phrases of one language.

    Raises:
        AlarmPhrasesError: the file is no TOML, has an unknown category, or a phrase that is empty
            or too short to be looked up.
    """
    content = _read_file(tag, folder)
    sibling = _read_file(SIBLINGS[tag], folder) if tag in SIBLINGS else {}
    lists = _Lists(
        tag,
        content.get("words", {}),
        _merge(content.get("negation", {}), sibling.get("negation", {})),
    )
    return [
        _parse_phrase(category, phrase, lists, counter)
        for category in CATEGORIES
        for name, kind in _kinds(content.get(category, {}))
        for counter in [_merge(kind, dict(_kinds(sibling.get(category, {}))).get(name, {}))]
        for phrase in kind.get("phrases", ())
    ]


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
            tuple(
                _parse_piece(word, keeps_accents=False)
                for word in _plain(_fill(it, words), tag).split()
            )
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


class _Lists(NamedTuple):
    """What all phrases of a language share."""

    tag: str
    words: dict[str, list[str]]
    negation: dict[str, list[str]]


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
    return _in_list_spelling(folded) if tag in REACH else folded


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
    category: str, written: str, lists: _Lists, counter: dict[str, list[str]]
) -> AlarmPhrase:
    tag, words, negation = lists
    phrase = _fill(written, words)
    reach = 0 if phrase.isascii() else REACH.get(tag, 0)  # romanised: words with spaces
    marks = phrase[: len(phrase) - len(phrase.lstrip("=!"))]
    pieces = [
        _parse_piece(word, keeps_accents="!" in marks)
        for word in _plain(phrase.lstrip("=!"), tag).split()
    ]
    if not pieces:
        raise AlarmPhrasesError(f"[{category}] an empty phrase")
    if any(len(it) < SHORTEST for piece in pieces for it in piece.prefixes):
        raise AlarmPhrasesError(f"[{category}] a beginning in {phrase!r} is too short")
    is_ordered = "=" in marks
    if not is_ordered:  # looked up by the longest word: the rarest
        pieces.sort(key=lambda piece: -min(map(len, piece.spellings)))
    plain = partial(_plain, tag=tag) if reach else fold_accents
    own = {plain(spelling) for piece in pieces for spelling in piece.spellings}
    unless = counter.get("unless", ())
    return AlarmPhrase(
        category,
        tuple(pieces),
        is_ordered,
        reach,
        tuple(_plain(word, tag) if reach else _delimit(fold(word)) for word in unless),
        tuple(_delimit(fold_accents(word)) for word in unless),
        frozenset(map(plain, counter.get("beside", ()))),
        frozenset(map(plain, words.get("me", ()))),
        _parse_negation(negation, "".join(own) if reach else own, plain),
        tag,
    )


def _delimit(words: str) -> str:
    """Return words as they stand in a line of words: whole, or with `*` as a beginning."""
    return f" {words[:-1]}" if words.endswith("*") else f" {words} "


def _parse_negation(
    lists: dict[str, list[str]], own: Container[str], plain: Callable[[str], str]
) -> Negation:
    """Return the negations of a language but those a phrase itself is made of ("cannot leave")."""
    fold_one = fold if plain is fold_accents else plain  # negations keep their accents
    after = [plain(it).split() for it in lists.get("after", ())]
    around = (plain(pair).split() for pair in lists.get("around", ()))
    return Negation(
        tuple({fold_one(it) for it in lists.get("before", ()) if plain(it) not in own}),
        frozenset(map(plain, lists.get("between", ()))),
        tuple(it[0] for it in after if len(it) == 1),
        tuple((it[0], it[1]) for it in after if len(it) > 1),
        tuple((head, tail) for head, tail in around),
    )


def _parse_piece(word: str, *, keeps_accents: bool) -> Piece:
    spellings = word.split("/")
    whole = frozenset(it for it in spellings if not it.endswith("*"))
    prefixes = tuple(it[:-1] for it in spellings if it.endswith("*"))
    every = (*whole, *prefixes)
    plain_whole = frozenset() if keeps_accents else frozenset(map(fold_accents, whole))
    plain_prefixes = () if keeps_accents else tuple(map(fold_accents, prefixes))
    return Piece(whole, prefixes, plain_whole, plain_prefixes, every, max(map(len, every)))


@cache
def _spaced_index() -> SpacedIndex:
    phrases = [it for tag in LANGUAGES for it in load_phrases(tag) if not it.reach]
    often = Counter(it for phrase in phrases for piece in phrase.pieces for it in piece.spellings)
    index = SpacedIndex({}, {}, {}, {}, {})
    bit_of: dict[Piece, int] = {}
    for phrase in phrases:
        pieces = phrase.pieces
        if not phrase.is_ordered:
            pieces = tuple(sorted(pieces, key=lambda it: max(often[each] for each in it.spellings)))
        bits = 0
        for piece in pieces:
            bits |= bit_of.setdefault(piece, 1 << len(bit_of))
        first = pieces[0]
        keys = {f"{fold_accents(it)[:SHORTEST]}*" for it in first.prefixes}
        for key in keys.union(map(fold_accents, first.whole)):
            index.phrases.setdefault(key, []).append((bits, replace(phrase, pieces=pieces)))
    harmless = tuple(_numbered(load_harmless(tag), bit_of) for tag in LANGUAGES if tag not in REACH)
    for piece, bit in bit_of.items():
        _add_piece(index, piece, bit)
    return index._replace(harmless=harmless)


def _numbered(known: Harmless[tuple[Piece, ...]], bit_of: dict[Piece, int]) -> Harmless[int]:
    """Return every phrase as the bits of its pieces; pieces without a bit get one."""

    def bits(frames: Iterable[tuple[Piece, ...]]) -> tuple[int, ...]:
        return tuple(
            sum({bit_of.setdefault(piece, 1 << len(bit_of)) for piece in frame}) for frame in frames
        )

    return Harmless(*(bits(getattr(known, it.name)) for it in fields(known)))


def _add_piece(index: SpacedIndex, piece: Piece, bit: int) -> None:
    for table, words in ((index.whole, piece.whole), (index.plain_whole, piece.plain_whole)):
        for word in words:
            table[word] = table.get(word, 0) | bit
    for buckets, prefixes in (
        (index.prefixes, piece.prefixes),
        (index.plain_prefixes, piece.plain_prefixes),
    ):
        for prefix in prefixes:
            bucket = buckets.setdefault(fold_accents(prefix)[:SHORTEST], [])
            place = next((n for n, known in enumerate(bucket) if known[0] == prefix), len(bucket))
            bucket[place : place + 1] = [
                (prefix, bit | (bucket[place][1] if place < len(bucket) else 0))
            ]


@cache
def _unspaced_index() -> dict[str, dict[str, list[AlarmPhrase]]]:
    """Return the phrases of languages without spaces, by how their first word begins, and by it."""
    index: dict[str, dict[str, list[AlarmPhrase]]] = {}
    known = set()  # both Chinese lists hold most phrases
    for tag in sorted(LANGUAGES.keys() & REACH.keys()):
        for phrase in load_phrases(tag):
            same = (phrase.category, phrase.pieces, frozenset(phrase.unless), phrase.beside)
            if same in known or not phrase.reach:
                continue
            known.add(same)
            for spelling in phrase.pieces[0].spellings:
                index.setdefault(spelling[:2], {}).setdefault(spelling, []).append(phrase)
    return index


@cache
def _unspaced_harmless() -> tuple[tuple[str, Harmless[tuple[Piece, ...]]], ...]:
    return tuple((tag, load_harmless(tag)) for tag in LANGUAGES if tag in REACH)


@cache
def _spellings() -> tuple[dict[int, str], dict[str, str], re.Pattern[str] | None]:
    """Return how to write text as the lists are written: by sign, and by run of signs."""
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
    longest_first = sorted(variants, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, longest_first))) if variants else None
    return table, variants, pattern
