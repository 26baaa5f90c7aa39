"""Lines that take back that staff may read, from `locales/*/taken_back.toml`.

"Please stop letting them read" is no address, and what follows it must not reach staff. A clause
counts that holds nothing but words of the lists: one of `deny` with one of `reading` behind it, or
one of `withdraws`. These take the reading back at any time. One of `deny` with one of `telling`
behind it, or one of `regrets` ("no need any more"), says so only right after the person agreed:
elsewhere "do not tell anyone" may be about others. Languages that deny behind the verb have all of
it in `withdraws` and `regrets`.

`around` holds what may stand before, between and behind these, and `them` the people who may stand
between and behind. No single other person is among them, and no employer or officer: "do not let
him read this" and "do not tell the police" take nothing back. Nor may `them` stand first: "they do
not let me read" and "they do not show it" tell of others. Clauses with other words may stand next
to one that takes back reading, unless they name a person who may be meant. In an entry, `a/b` means
either word, and `particles` may stand between any two of its words. All languages are tried,
because people mix them. Accents do not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.someone_near import any_of, clauses_of, load_near_words
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter
from bot.text import fold_typed

if TYPE_CHECKING:
    from pathlib import Path

FILE_NAME = "taken_back.toml"
LISTS = (
    "deny", "reading", "unread", "telling", "withdraws", "regrets", "particles", "around", "them",
    "others",
)  # fmt: skip
"""The lists that every file has."""
LONGEST = 120
"""Characters of such a line; a longer text is a story."""
_NEVER = "(?!)"
"""The pattern of a list that is empty."""
_SPACED = re.compile("[a-z]")


class TakenBack(NamedTuple):
    """A line that takes back what the person agreed to."""

    is_reading: bool
    """Whether it says so at any time: that staff read. Else only right after the person agreed."""
    rest: str
    """Its other clauses."""


class _ClausePatterns(NamedTuple):
    """The patterns of one language."""

    clause: re.Pattern[str]
    """A clause of words of the lists; its groups say which of them were in it."""
    others: re.Pattern[str]
    """A word for others who may be meant by "them"."""
    is_split: bool
    """Whether what a space parts is a clause: only where the verb does not come last."""


def find_taken_back(text: str) -> TakenBack | None:
    """Return what a line takes back; None for nearly all texts, and for a question."""
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return None
    if not _words().may_hold(fold_typed(text)):
        return None
    clauses = clauses_of(text)
    found = [it for it in (_find_in(tag, clauses) for tag in LANGUAGES) if it is not None]
    return max(found, key=lambda it: it.is_reading, default=None)


def _find_in(tag: str, clauses: list[str]) -> TakenBack | None:
    """Return what clauses take back in one language."""
    patterns, rest = _patterns(tag), []
    kinds: set[str] = set()
    for part in _parts(patterns, clauses):
        if (match := patterns.clause.fullmatch(part)) is None:
            rest.append(part)
        else:
            kinds.update(kind for kind, words in match.groupdict().items() if words)
    if "reading" in kinds:
        is_of_others = any(patterns.others.search(it) for it in rest)
        return None if is_of_others else TakenBack(is_reading=True, rest=", ".join(rest))
    if rest or not kinds:
        return None
    return TakenBack(is_reading="withdraws" in kinds, rest="")


def _parts(patterns: _ClausePatterns, clauses: list[str]) -> list[str]:
    """Return clauses; what a space parts counts as some where words are written together."""
    parts: list[str] = []
    for clause in clauses:
        is_whole = not patterns.is_split or patterns.clause.fullmatch(clause)
        parts += [clause] if is_whole else clause.split()
    return parts


def load_taking_back(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _words() -> WordFilter:
    """Return the words of which each such line holds one."""
    lists = [load_taking_back(tag) for tag in LANGUAGES]
    names = ("reading", "unread", "telling", "withdraws", "regrets")
    return WordFilter(entry for words in lists for name in names for entry in words[name])


@cache
def _patterns(tag: str) -> _ClausePatterns:
    words, people = load_taking_back(tag), load_near_words(tag)["people"]
    space = " " if all(map(_SPACED.search, words["around"])) else " *"
    inner = (
        rf"{space}(?:{any_of(words['particles'], space)}{space})*?" if words["particles"] else space
    )
    lists = {name: any_of(listed, inner) if listed else _NEVER for name, listed in words.items()}
    deny, reading, unread, telling, withdraws, regrets = (lists[it] for it in LISTS[:6])
    around = any_of({*words["around"]} - {*words["deny"]}, space)
    between = any_of({*words["around"], *words["them"]} - {*words["deny"]}, space)
    # The quantifiers give nothing back: else a text of doubled words would take minutes.
    gap = rf"{space}(?:(?!{reading}|{telling}){between}{space})*+"
    read, regret = rf"(?:{deny}{gap}{reading}|{unread})", rf"(?:{deny}{gap}{telling}|{regrets})"
    # "No, do not" is a regret, and in front of "let anyone read" only how the denial begins.
    comes = rf"(?:(?!{read}){around}{space})*+{read}"
    says = rf"(?:(?P<reading>{read})|(?P<withdraws>{withdraws})|(?!{comes})(?P<regrets>{regret}))"
    behind = rf"(?:{space}(?!{read}|{withdraws}|{regret}){between})*+"
    piece = rf"(?:{says}{behind}|{around})"
    return _ClausePatterns(
        re.compile(rf"(?:{piece}(?:{space}|$))++"),
        re.compile(any_of((*people, *words["others"]), space)),
        is_split=bool(words["deny"]) and space != " ",
    )
