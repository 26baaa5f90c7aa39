"""Lines that ask that one other person is not told, from `locales/*/one_other.toml`.

Asked whether a caseworker may be told, "please do not tell my mother" is no refusal: it says who
must not know. A clause counts that holds one of `denials`, one of `telling`, and one of `bosses`,
of `people` or of `unnamed` ("him"), in any order. A word of `anyone` ("no one", "them") speaks
against it: "do not tell them" may mean the caseworkers, and refuses. In an entry, `a/b` means
either word. All languages are tried, because people mix them. Accents do not count.
"""

from __future__ import annotations

import re
from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "one_other.toml"
LISTS = ("denials", "telling", "bosses", "people", "unnamed", "anyone")
"""The lists that every file has."""
LONGEST = 120
"""Characters of such a line; a longer text is a story."""
_SPACED = re.compile("[a-z]")


class Other(IntEnum):
    """Who must not know; who is named most clearly has the highest number."""

    UNNAMED = 1
    """ "Him": in some languages that may also mean the caseworkers."""
    NAMED = 2
    BOSS = 3
    """An employer or a broker."""


class PleaAboutOther(NamedTuple):
    """A line that asks that one other person is not told."""

    other: Other
    rest: str
    """Its other clauses."""


class _PleaPatterns(NamedTuple):
    """The patterns of one language."""

    denials: re.Pattern[str]
    telling: re.Pattern[str]
    bosses: re.Pattern[str]
    people: re.Pattern[str]
    unnamed: re.Pattern[str]
    anyone: re.Pattern[str]


def find_plea_about_other(text: str) -> PleaAboutOther | None:
    """Return who must not be told by a line; None for nearly all texts, and for a question."""
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return None
    if not _telling().may_hold(fold_typed(text)):
        return None
    found = [(clause, _find_other(clause)) for clause in clauses_of(text)]
    others = [it for _clause, it in found if it is not None]
    if not others:
        return None
    return PleaAboutOther(max(others), ", ".join(clause for clause, it in found if it is None))


def _find_other(clause: str) -> Other | None:
    """Return who must not know, by a clause in any language."""
    found = (_find_in(_patterns(tag), clause) for tag in LANGUAGES)
    return max((it for it in found if it is not None), default=None)


def _find_in(patterns: _PleaPatterns, clause: str) -> Other | None:
    if not (patterns.denials.search(clause) and patterns.telling.search(clause)):
        return None
    without_bosses = patterns.bosses.sub(" ", clause)
    left = patterns.people.sub(" ", without_bosses)
    if patterns.anyone.search(left):
        return None
    if without_bosses != clause:
        return Other.BOSS
    if left != clause:
        return Other.NAMED
    return Other.UNNAMED if patterns.unnamed.search(left) else None


def load_one_other(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _telling() -> WordFilter:
    """Return the words for telling."""
    return WordFilter(it for tag in LANGUAGES for it in load_one_other(tag)["telling"])


@cache
def _patterns(tag: str) -> _PleaPatterns:
    words = load_one_other(tag)
    space = " " if all(map(_SPACED.search, words["anyone"])) else " *"
    return _PleaPatterns(*(re.compile(any_of(words[it], space)) for it in LISTS))
