"""Lines that say that no one is near any more, from `locales/*/alone_again.toml`.

"He is gone", "the boss sleeps now" and "you can write now" tell no story and are no place: the
person goes on where someone came in. A clause counts that holds nothing but words of the lists: one
of the `people` of `someone_near.toml` with one of `gone` behind it, or one of `free`. `around`
holds what may stand before, between and behind these. So "my friend is gone" and "he is gone with
my passport" say nothing of the kind. All languages are tried, because people mix them. Accents do
not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of, find_someone_near, load_near_words
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "alone_again.toml"
LISTS = ("gone", "free", "around")
"""The lists that every file has."""
LONGEST = 60
"""Characters of such a line; a longer text is a story."""
_SPACED = re.compile("[a-z]")


def says_alone_again(text: str) -> bool:
    """Tell whether a text says that no one is near any more, and nothing else.

    A question says nothing of the kind, and "he sleeps next to me" says that someone is near.
    """
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return False
    if not _words().may_hold(fold_typed(text)) or find_someone_near(text):
        return False
    clauses = clauses_of(text)
    return bool(clauses) and any(_all_say_it(tag, clauses) for tag in LANGUAGES)


def _all_say_it(tag: str, clauses: list[str]) -> bool:
    found = [_pattern(tag).fullmatch(it) for it in clauses]
    return all(found) and any(it["says"] for it in found if it is not None)


def load_alone_words(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _words() -> WordFilter:
    """Return the words of which each such line holds one."""
    lists = [load_alone_words(tag) for tag in LANGUAGES]
    return WordFilter(entry for words in lists for entry in (*words["gone"], *words["free"]))


@cache
def _pattern(tag: str) -> re.Pattern[str]:
    """Return the pattern of a clause of these words; a group says whether more than `around`."""
    words, people = load_alone_words(tag), load_near_words(tag)["people"]
    space = " " if all(map(_SPACED.search, people)) else " *"
    around = any_of(words["around"], space)
    # The quantifiers give nothing back: else a text of doubled words would take minutes.
    gap = rf"{space}(?:{around}{space})*+"
    person = any_of(people, space)
    gone, free = any_of(words["gone"], space), any_of(words["free"], space)
    says = rf"(?P<says>{person}{gap}{gone}|{gone}{gap}{person}|{free})"
    return re.compile(rf"(?:(?:{says}|{around})(?:{space}|$))++")
