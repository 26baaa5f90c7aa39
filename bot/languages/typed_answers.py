"""Typed answers: what people write in place of pressing a button, from `locales/*/answers.toml`.

A file lists, for the English label of a button, other ways to say it in that language. A label
stands in one kind of question, so "no" can mean *I am alone* in one and *Age 18 or over* in
another. `#<18`, `#>=18`, `#2-5` stand for any such number, in digits or in words (`[numbers]`).
A synonym after `=` counts only as the whole text: `=help me` is no part of "help me delete this".
Words of politeness ("please", "po", "ครับ") and punctuation do not count, nor does case, nor
accents. `[same]` lists other spellings of a word ("ga", "gak" for "tidak"), and `negations` what
turns a shorter synonym round ("di safe").

The language the person chose is tried first, then English, then all others: people mix languages.
"""

from __future__ import annotations

import math
import re
import tomllib
import unicodedata
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import TypedAnswersError
from bot.languages import FALLBACK, LANGUAGES, LOCALES
from bot.text import fold_accents

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from pathlib import Path

LONGEST = 60
"""Characters of an answer that can be a synonym; a longer message is a story."""
MOST_WORDS, MOST_CHARACTERS = 6, 24
"""Of an answer in which a synonym may stand among other words, by script."""
SHORTEST = 2
"""Characters of a synonym that may stand among other words, at least."""
LARGEST_SHARE = 5
"""A synonym is at least this part of its text (1/5): a "no" in a long sentence answers nothing."""
OLDEST = 99
_RANGE = re.compile(r"#(<|>=|>)?(\d+)(?:-(\d+))?")
_NUMBER = re.compile(r"(?<!\d)(\d{1,2})(?!\d)")
_UNSPACED = re.compile("[\u0e00-\u0e7f\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]")
"""Scripts without spaces between words: there a space means nothing."""


class AnswerList(NamedTuple):
    """The synonyms of one language."""

    particles: tuple[str, ...]
    labels: Mapping[str, frozenset[str]]
    """By plain typed words: the English labels they may mean."""
    exact: Mapping[str, frozenset[str]]
    """The same by whole texts, in which words of politeness count."""
    numbers: Mapping[str, range]
    """English labels that mean a number: which ones."""
    in_digits: Mapping[str, str]
    """By number words: their digits."""
    same: Mapping[str, str]
    """By another spelling of a word: the spelling in the lists."""
    negations: tuple[str, ...]

    def plain(self, typed: str, particles: Iterable[str] = ()) -> str:
        """Return an answer in plain words, each in the spelling of the lists."""
        return plain_answer(_respell(plain_answer(typed), self.same), particles)

    def before(self, words: str) -> str:
        """Return what stands before a synonym, without words of politeness ("hindi po ligtas")."""
        if _UNSPACED.search(words):
            return words
        kept = words.split()
        while kept and kept[-1] in self.particles:
            kept.pop()
        return f" {' '.join(kept)}"

    def with_digits(self, plain: str) -> str:
        """Return an answer with the longest number words in digits."""
        if not self.in_digits:
            return plain
        is_unspaced = _UNSPACED.search(plain) is not None
        longest_first = sorted(self.in_digits, key=len, reverse=True)
        words = "|".join(map(re.escape, longest_first))
        pattern = words if is_unspaced else rf"\b(?:{words})\b"
        return re.sub(pattern, lambda it: f" {self.in_digits[it[0]]} ", plain)


def match_label(
    typed: str, labels: Collection[str], language: str, *, whole: bool = False
) -> str | None:
    """Return which of these English labels was typed; None for none of them, or for several.

    Args:
        typed: what a person wrote.
        labels: the labels of the buttons they could press instead.
        language: the language they chose.
        whole: whether a synonym among other words counts for nothing, as where a person agrees to
            something: "do not tell them now" holds "tell them now".
    """
    if len(typed) > LONGEST:
        return None
    read = ((language,), (FALLBACK,))
    others = sorted(LANGUAGES.keys() - {language, FALLBACK})
    ways = [(_whole_meanings, tags) for tags in (*read, others)]
    if not whole:  # a short word of another language within a text means nothing: "so" is no "sợ"
        ways += [(_contained_meanings, tags) for tags in read]
    for meanings, tags in ways:
        found = {it for tag in tags for it in meanings(typed, tag, labels)}
        if found:
            return found.pop() if len(found) == 1 else None
    return None


def match_agreement(typed: str, labels: Collection[str], language: str) -> str | None:
    """Return the label of a yes or no that stands in a few words which deny nothing.

    "Ok, let them read" agrees; "do not tell them", or a question, does not.
    """
    if any(sign in typed for sign in ("?", "\uff1f")):
        return None
    for tag in (language, FALLBACK):
        known = load_answers(tag)
        plain = known.plain(typed)
        is_unspaced = _UNSPACED.search(plain) is not None
        within = plain if is_unspaced else f" {plain} "
        denials = [it if is_unspaced else f" {it} " for it in known.negations]
        found = _contained_meanings(typed, tag, labels)
        if len(found) == 1 and not any(it in within for it in denials):
            return found.pop()
    return None


def _whole_meanings(typed: str, tag: str, labels: Collection[str]) -> set[str]:
    """Return the labels all of whose words were typed, and the ages."""
    known = load_answers(tag)
    plain = known.plain(typed, known.particles)
    meant = known.labels.get(plain, frozenset()) | known.exact.get(known.plain(typed), frozenset())
    found = meant.intersection(labels)
    if found or not known.numbers.keys() & labels or not _is_short(plain):
        return set(found)
    numbers = {int(it) for it in _NUMBER.findall(known.with_digits(plain))}
    if len(numbers) != 1:
        return set()
    number = numbers.pop()
    return {it for it in known.numbers if it in labels and number in known.numbers[it]}


def _contained_meanings(typed: str, tag: str, labels: Collection[str]) -> set[str]:
    """Return the labels of the longest synonym within a few words."""
    known = load_answers(tag)
    plain = known.plain(typed)
    asks_a_number = bool(known.numbers.keys() & labels)
    if not _is_short(plain) or (asks_a_number and len(_NUMBER.findall(plain)) > 1):
        return set()
    is_unspaced = _UNSPACED.search(plain) is not None
    within = plain if is_unspaced else f" {plain} "
    least = max(SHORTEST, math.ceil(len(plain) / LARGEST_SHARE))
    longest = 0
    found: set[str] = set()
    for synonym, meant in known.labels.items():
        if len(synonym) < max(longest, least) or meant.isdisjoint(labels):
            continue
        place = within.find(synonym if is_unspaced else f" {synonym} ")
        if place >= 0 and not known.before(within[:place]).endswith(known.negations):
            if len(synonym) > longest:
                longest, found = len(synonym), set()
            found |= meant.intersection(labels)
    return found


def _is_short(plain: str) -> bool:
    is_unspaced = _UNSPACED.search(plain) is not None
    return len(plain.split()) <= MOST_WORDS and not (is_unspaced and len(plain) > MOST_CHARACTERS)


def plain_answer(typed: str, particles: Iterable[str] = ()) -> str:
    """Return an answer without case, accents, punctuation, and words of politeness at its ends."""
    folded = fold_accents(typed.replace("\u2019", "'"))
    kept = (sign if _is_kept(sign) else " " for sign in folded)
    words = "".join(kept).split()
    plain = ("" if _UNSPACED.search(folded) else " ").join(words)
    for word in particles:
        space = " " if word.isascii() else ""
        plain = plain.removeprefix(word + space).removesuffix(space + word).strip() or plain
    return plain


def _respell(plain: str, same: Mapping[str, str]) -> str:
    if _UNSPACED.search(plain):
        for variant, word in same.items():
            plain = plain.replace(variant, word)
        return plain
    return " ".join(same.get(word, word) for word in plain.split())


def _is_kept(sign: str) -> bool:
    """Tell whether a character is a letter, a mark on one, a digit or an apostrophe."""
    return sign == "'" or unicodedata.category(sign)[0] in "LMN"


@cache
def load_answers(tag: str, folder: Path = LOCALES) -> AnswerList:
    """Return the synonyms of one language; none where it has no file.

    Raises:
        TypedAnswersError: the file is no TOML, or a synonym has no words.
    """
    path = folder / tag / "answers.toml"
    if not path.exists():
        return AnswerList((), {}, {}, {}, {}, {}, ())
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise TypedAnswersError(f"{path}: {error}") from None
    particles = tuple(plain_answer(word) for word in content.get("particles", ()))
    same = {
        plain_answer(variant): plain_answer(word)
        for word, variants in content.get("same", {}).items()
        for variant in variants
    }
    negations = map(plain_answer, content.get("negations", ()))
    in_digits = {
        plain_answer(word): number
        for number, words in content.get("numbers", {}).items()
        for word in words
    }
    known = AnswerList(
        particles,
        {},
        {},
        {},
        in_digits,
        same,
        tuple(it if _UNSPACED.search(it) else f" {it}" for it in negations),
    )
    labels: dict[str, set[str]] = {}
    exact: dict[str, set[str]] = {}
    numbers: dict[str, range] = {}
    for label, synonyms in content.get("synonyms", {}).items():
        for synonym in synonyms:
            if meant := _RANGE.fullmatch(synonym):
                numbers[label] = _numbers(meant)
                continue
            is_exact = synonym.startswith("=")
            plain = known.plain(synonym, () if is_exact else particles)
            if not plain:
                raise TypedAnswersError(f"{path}: {label!r} has an empty synonym")
            (exact if is_exact else labels).setdefault(plain, set()).add(label)
    return known._replace(labels=_frozen(labels), exact=_frozen(exact), numbers=numbers)


def _frozen(labels: dict[str, set[str]]) -> dict[str, frozenset[str]]:
    return {words: frozenset(meant) for words, meant in labels.items()}


def _numbers(written: re.Match[str]) -> range:
    sign, first, last = written[1], int(written[2]), int(written[3] or written[2])
    bounds = {"<": (0, first), ">=": (first, OLDEST + 1), ">": (first + 1, OLDEST + 1)}
    return range(*bounds.get(sign, (first, last + 1)))
