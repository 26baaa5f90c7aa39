"""Lines that say that someone is near or reads along, from `locales/*/someone_near.toml`.

"Do not write yet, the employer is here" answers no question, and the employer would read a long
reply. A clause counts that holds nothing but words of the lists: one of `people` with one of `near`
behind it or of `near_first` before it, or one of `silence` ("do not write"). `around` holds what
may stand before, between and behind these. That one of `people` is `coming` is a cry for help, and
counts here only next to "do not write". So "the boss is at the factory" and "do not write to my
family" say nothing of the kind. In an entry, `a/b` means either word. All languages are tried,
because people mix them. Accents do not count.

Such a line raises no priority: that someone stands there is no danger by itself, and the words
that are have their phrases in `alarms.toml`, which come first.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_NAME = "someone_near.toml"
LISTS = ("people", "near", "near_first", "coming", "silence", "around")
"""The lists that every file has."""
LONGEST = 120
"""Characters of such a line; a longer text is a story."""
MOST_WORDS, MOST_CHARACTERS = 3, 24
"""Of other clauses in a line that does not ask for silence."""
MOST_BETWEEN = 6
"""Words of `around` between "the boss" and "is here": each doubles the ways to read some texts."""
_CLAUSE = re.compile("[,.!;:\n\u3001\u3002\uff0c\uff01\uff1b\u104a\u104b\u17d4]+")
_SPACED = re.compile("[a-z]")
_PLAIN = re.compile("[a-z]+")
"""A word that is written apart from others, and has one spelling."""
_NO_SIGN = re.compile(r"[\"()\u2026~\U0001f300-\U0001faff]+")


class SomeoneNear(NamedTuple):
    """A line that says that someone is near."""

    asks_for_silence: bool
    """Whether it says that nothing should be written now, or that the person cannot write."""
    rest: str
    """Its other clauses."""


def find_someone_near(text: str) -> SomeoneNear | None:
    """Return what a line says of someone near; None for nearly all texts, and for a question."""
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return None
    if not _words().may_hold(fold_typed(text)):
        return None
    found = [(it, _match(it)) for it in clauses_of(text)]
    fits = [it for _clause, it in found if it is not None]
    asks_for_silence = any(it["silence"] for it in fits)
    if not asks_for_silence and not any(it["near"] for it in fits):
        return None
    rest = ", ".join(clause for clause, it in found if it is None)
    return SomeoneNear(asks_for_silence, rest) if asks_for_silence or _is_short(rest) else None


def says_someone_arrives(text: str) -> bool:
    """Tell whether a text says that someone is coming, and nothing else."""
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return False
    if not _arrivals().may_hold(fold_typed(text)):
        return False
    clauses = clauses_of(text)
    return any(
        all(found) and any(it["arrives"] for it in found if it is not None)
        for tag in LANGUAGES
        if (found := [_pattern(tag).fullmatch(it) for it in clauses])
    )


def clauses_of(text: str) -> list[str]:
    """Return the clauses of a text, folded, without signs."""
    folded = fold_typed(text)
    clauses = (" ".join(_NO_SIGN.sub(" ", it).split()) for it in _CLAUSE.split(folded))
    return [it for it in clauses if it]


def warns_of_someone(texts: str) -> bool:
    """Tell whether one of several texts, a line each, says that someone is near or comes."""
    lines = [it for it in texts.splitlines() if it.strip()]
    return any(find_someone_near(it) is not None or says_someone_arrives(it) for it in lines)


def _is_short(rest: str) -> bool:
    """Tell whether other clauses are few words: "she is here, you can ask her" tells more."""
    return len(rest.split()) <= MOST_WORDS and (rest.isascii() or len(rest) <= MOST_CHARACTERS)


def _match(clause: str) -> re.Match[str] | None:
    """Return how a clause says it, in the first language in which it does.

    Where none does, the match of one whose words may stand around that; None where there is none.
    """
    fits = [it for it in (_pattern(tag).fullmatch(clause) for tag in LANGUAGES) if it is not None]
    return next((it for it in fits if it["near"] or it["silence"]), next(iter(fits), None))


def load_near_words(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _pattern(tag: str) -> re.Pattern[str]:
    """Return the pattern of a clause of these words; a group says which of them were in it."""
    words = load_near_words(tag)
    # Words written together need no space between them; elsewhere one is needed.
    space = " " if all(map(_SPACED.search, words["people"])) else " *"
    around = any_of(words["around"], space)
    gap = rf"{space}(?:{around}{space}){{0,{MOST_BETWEEN}}}"
    people, near, near_first, coming = (any_of(words[it], space) for it in LISTS[:4])
    someone = rf"{people}{gap}{near}|{near_first}{gap}{people}"
    arrives = rf"(?P<arrives>{people}{gap}{coming}|{coming}{gap}{people})"
    silence = _any_beginning([it.split() for it in longest_first(words["silence"])], gap)
    piece = rf"(?:(?P<near>{someone})|(?P<silence>{silence})|{arrives}|{around})"
    # What a piece took it does not give back: a text of doubled words would take minutes.
    return re.compile(rf"(?:{piece}(?:{space}|$))++")


@cache
def _words() -> WordFilter:
    """Return the words of which each such line holds one."""
    lists = [load_near_words(tag) for tag in LANGUAGES]
    names = ("near", "near_first", "silence")
    return WordFilter(entry for words in lists for name in names for entry in words[name])


@cache
def _arrivals() -> WordFilter:
    """Return the words of which each line holds one that says that someone is coming."""
    return WordFilter(entry for tag in LANGUAGES for entry in load_near_words(tag)["coming"])


def _any_beginning(entries: Iterable[list[str]], gap: str) -> str:
    """Return a pattern for any of these entries, in which what they begin with stands once.

    The gap is long, and was in the pattern for each word of each entry: to compile that took 11 MB.
    """
    behind: dict[str, list[list[str]]] = {}
    for first, *rest in entries:
        behind.setdefault(first, []).append(rest)
    ways = []
    for first, rests in behind.items():
        longer = [it for it in rests if it]
        tail = gap + _any_beginning(longer, gap) if longer else ""
        ways.append(_word(first) + (f"(?:{tail})?" if tail and [] in rests else tail))
    return f"(?:{'|'.join(ways)})"


def any_of(entries: Iterable[str], gap: str) -> str:
    """Return a pattern for any of these entries, the longest first; `gap` parts the words."""
    ordered = longest_first(entries)
    plain = [it for it in ordered if _PLAIN.fullmatch(it)]
    ways = [gap.join(map(_word, it.split())) for it in ordered if not _PLAIN.fullmatch(it)]
    if plain:
        ways.append(_whole(plain))
    return f"(?:{'|'.join(ways)})"


def longest_first(entries: Iterable[str]) -> list[str]:
    """Return entries, each once, the longest first."""
    return sorted(set(entries), key=len, reverse=True)


def _word(word: str) -> str:
    """Return a pattern for a word, or for one of several."""
    spellings = sorted(word.split("/"), key=len, reverse=True)
    if all(map(_PLAIN.fullmatch, spellings)):
        return _whole(spellings)
    return f"(?:{'|'.join(map(_delimit, spellings))})"


def _whole(words: Iterable[str]) -> str:
    """Return a pattern for any of these words; one pair of boundaries keeps it short."""
    return rf"\b(?:{'|'.join(words)})\b"


def _delimit(word: str) -> str:
    return rf"\b{re.escape(word)}\b" if _SPACED.search(word) else re.escape(word)
