"""Lines in which someone says that the phone is not theirs, from `locales/*/other_hands.toml`.

"I am her boss, why do you write to my maid" is not written by the person whom we know: what a
caseworker wrote is not for these eyes. A clause counts that holds nothing but words of the lists:
one of `claims`, with words of `around` before, between and behind. In an entry, `a/b` means either
word, and `@roles` any entry of that list. All languages are tried, because people mix them. Accents
do not count. So "he said I am her boss" and "I write for my sister" say nothing of the kind.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FILE_NAME = "other_hands.toml"
NAMED = ("roles", "workers", "them")
"""Lists that an entry of `claims` may name: employers, who works for them, how they are named."""
LISTS = (*NAMED, "claims", "around")
"""The lists that every file has."""
LONGEST = 120
"""Characters of such a line; a longer text is a story."""
MOST_PIECES = 6
"""Claims and words around them in one clause."""
_SPACED = re.compile("[a-z]")
_QUESTION_MARKS = re.compile("[?\uff1f]")


def says_other_hands(text: str) -> bool:
    """Tell whether a clause of a short text says that someone else writes, as an employer does."""
    if len(text) > LONGEST or not _words().may_hold(fold_typed(text)):
        return False
    clauses = clauses_of(_QUESTION_MARKS.sub(".", text))
    return any(_claims(tag, it) for it in clauses for tag in LANGUAGES)


def any_says_other_hands(texts: str) -> bool:
    """Tell whether one of several texts, a line each, says it."""
    return any(says_other_hands(it) for it in texts.splitlines() if it.strip())


def _claims(tag: str, clause: str) -> bool:
    found = _pattern(tag).fullmatch(clause)
    return found is not None and found["claim"] is not None


def load_other_hands(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _words() -> WordFilter:
    """Return the words of which each such line holds one."""
    lists = [load_other_hands(tag) for tag in LANGUAGES]
    return WordFilter(it for words in lists for it in _telling_words(words))


def _telling_words(words: dict[str, list[str]]) -> Iterator[str]:
    """Yield what the claims say themselves; the entries of a list where one says nothing else."""
    for entry in words["claims"]:
        own = [it for it in entry.split() if it[1:] not in NAMED]
        yield from [" ".join(own)] if own else words[entry.split()[0][1:]]


@cache
def _pattern(tag: str) -> re.Pattern[str]:
    """Return the pattern of a clause of these words; a group says whether more than `around`."""
    words = load_other_hands(tag)
    # Words written together need no space between them; elsewhere one is needed.
    space = " " if all(map(_SPACED.search, words["roles"])) else " *"
    named = {f"@{name}": any_of(words[name], space) for name in NAMED}

    def claim(entry: str) -> str:
        return space.join(named.get(it) or any_of([it], space) for it in entry.split())

    longest_first = sorted(words["claims"], key=len, reverse=True)
    claims, around = "|".join(map(claim, longest_first)), any_of(words["around"], space)
    return re.compile(rf"(?:(?:(?P<claim>{claims})|{around})(?:{space}|$)){{1,{MOST_PIECES}}}")
