"""Texts that say that no one is in danger, from `locales/*/no_danger.toml`.

"No one is in danger" holds a word of danger, and is none. `denied` holds a negation with a word of
danger; where `...` stands between two words, words of `between` may. `not_yet` holds the same for
what denies it for the moment only: it says neither that there is danger nor that there is none.
`around` holds what may stand before and behind. In an entry, `a/b` means either word. A negation of
something else denies no danger: "no one helps me, danger", "no, I am in danger". All languages are
tried, because people mix them. Accents do not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of
from bot.languages.typed.typed_answers import TypedAnswer
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

FILE_NAME = "no_danger.toml"
LISTS = ("denied", "not_yet", "between", "around")
"""The lists that every file has."""
LONGEST = 120
"""Characters of such a text; a longer one is a story."""
IN_DANGER = frozenset({"I am not safe", "They are in danger", "Someone is in danger"})
"""English labels of buttons that a word of danger means."""
NO_DANGER = frozenset({"I am safe here", "Not at this moment", "Nobody is in danger"})
"""English labels of buttons that its negation means."""
_OPEN = " ... "
_SPACED = re.compile("[a-z]")


class DeniedDanger(NamedTuple):
    """What a text says of danger that is not there."""

    is_all: bool
    """Whether it says nothing else, and asks nothing."""
    rest: str
    """What is left of it without that."""


def find_denied_danger(text: str) -> DeniedDanger | None:
    """Return what a text denies; None where it denies no danger."""
    if len(text) > LONGEST:
        return None
    if not _words().may_hold(fold_typed(text)):
        return None
    clauses = clauses_of(text)
    for tag in LANGUAGES:
        denied, whole = _patterns(tag)
        rest = [" ".join(denied.sub(" ", it).split()) for it in clauses]
        if rest == clauses:
            continue
        is_all = all(map(whole.fullmatch, clauses)) and not any(it in text for it in "?\uff1f")
        return DeniedDanger(is_all, "" if is_all else ", ".join(filter(None, rest)))
    return None


def denies_danger(text: str, labels: Collection[str]) -> bool:
    """Tell whether one of these labels asks for danger, and a text denies it."""
    return not IN_DANGER.isdisjoint(labels) and find_denied_danger(text) is not None


def label_beside_denial(
    text: str, labels: Collection[str], language: str, *, whole: bool, is_cry: bool
) -> str | None:
    """Return which of these labels a text means in which danger is denied; None for none surely.

    What stands next to the denial may still be a danger: "not in danger, but I am scared".

    Args:
        text: what was written.
        labels: the English labels of the buttons they could press instead.
        language: the language they chose.
        whole: whether a part of the text means nothing.
        is_cry: whether the text has an alarm: then no one is surely safe.
    """
    denied = find_denied_danger(text)
    if denied is None:
        return None
    calm = next((it for it in labels if it in NO_DANGER), None)
    is_listed = TypedAnswer(text).label_of(labels, language, whole=True) == calm
    if calm is not None and not is_cry and (denied.is_all or is_listed):
        return calm
    said = None if whole else TypedAnswer(denied.rest).label_of(labels, language)
    return said if said in IN_DANGER else None


def load_no_danger_words(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _words() -> WordFilter:
    """Return the words of which each denial holds one."""
    lists = [load_no_danger_words(tag) for tag in LANGUAGES]
    entries = (it for words in lists for it in (*words["denied"], *words["not_yet"]))
    return WordFilter(it.replace(_OPEN, " ") for it in entries)


@cache
def _patterns(tag: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the pattern of a denial, and that of a clause that holds nothing else."""
    words = load_no_danger_words(tag)
    space = " " if all(map(_SPACED.search, words["around"])) else " *"
    # The quantifiers give nothing back: else a text of doubled words would take minutes.
    gap = rf"{space}(?:{any_of(words['between'], space)}{space})*+"
    denied, not_yet = (
        _any_with_gaps(entries, space, gap) for entries in (words["denied"], words["not_yet"])
    )
    piece = rf"(?:{denied}|{any_of(words['around'], space)})"
    return re.compile(f"{denied}|{not_yet}"), re.compile(rf"(?:{piece}(?:{space}|$))++")


def _any_with_gaps(entries: list[str], space: str, gap: str) -> str:
    """Return a pattern for any of these entries; one that never fits where there is none."""
    each = [gap.join(any_of([part], space) for part in it.split(_OPEN)) for it in entries]
    return f"(?:{'|'.join(each)})" if each else "(?!)"
