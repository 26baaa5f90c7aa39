"""Lines that say that someone comes back soon, or that the person writes later.

From `locales/*/comes_back.toml`. "He comes back in a moment" is no goodbye, no answer and no place:
the person still writes, and is in a hurry. "I write when she is gone" means that nothing may come
until then. Such a line holds nothing but words of the lists: a time (`when`) and one of the
`people` of `someone_near.toml` with a word of `returning`; or a time and words of `writes`, or the
time alone. `around` holds what may stand between these, and numbers may. So "I come back later" and
"he comes from Hanoi" say nothing of the kind. All languages are tried, because people mix them.
Accents do not count.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of, load_near_words
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "comes_back.toml"
LISTS = ("returning", "when", "writes", "around")
"""The lists that every file has."""
LONGEST = 60
"""Characters of such a line; a longer text is a story."""
_SPACED = re.compile("[a-z]")
_NUMBER = r"\d{1,2}(?:[:.]?\d\d)?"


class _ReturnWords(NamedTuple):
    """The patterns of one language."""

    people: re.Pattern[str]
    returning: re.Pattern[str]
    when: re.Pattern[str]
    line: re.Pattern[str]
    """A clause of these words."""


def says_comes_back(text: str) -> bool:
    """Tell whether a text says that someone comes back soon, and nothing else."""
    return any(
        words.people.search(it) and words.returning.search(it)
        for words, clauses in _fitting(text)
        for it in clauses
    )


def puts_off(text: str) -> bool:
    """Tell whether a text says that the person writes later, or that someone comes back soon."""
    return bool(_fitting(text))


def load_comes_back(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@lru_cache(maxsize=1)
def _fitting(text: str) -> list[tuple[_ReturnWords, list[str]]]:
    """Return the languages in which a text is of these words and names a time, with its clauses.

    A turn asks several times of the same text.
    """
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return []
    if not _times().may_hold(fold_typed(text)):
        return []
    clauses, known = clauses_of(text), map(_words, LANGUAGES)
    return [(words, clauses) for words in known if _fits(words, clauses)]


def _fits(words: _ReturnWords, clauses: list[str]) -> bool:
    is_of_them = all(words.line.fullmatch(it) for it in clauses)
    return is_of_them and any(words.when.search(it) for it in clauses)


@cache
def _times() -> WordFilter:
    """Return the words of which each such line holds one."""
    return WordFilter(entry for tag in LANGUAGES for entry in load_comes_back(tag)["when"])


@cache
def _words(tag: str) -> _ReturnWords:
    lists = load_comes_back(tag) | {"people": load_near_words(tag)["people"]}
    space = " " if all(map(_SPACED.search, lists["people"])) else " *"
    # The longest entry of all lists first: what it took is not given back, for a text of doubled
    # words would take minutes else.
    word = any_of((it for listed in lists.values() for it in listed), space)
    line = re.compile(rf"(?:(?:{word}|{_NUMBER})(?:{space}|$))++")
    one = {name: any_of(words, space) for name, words in lists.items()}
    people, returning, when = (re.compile(one[it]) for it in ("people", "returning", "when"))
    return _ReturnWords(people, returning, when, line)
