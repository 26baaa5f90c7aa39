"""Sentences that ask for the chat to be cleared now, from `locales/*/clear_requests.toml`.

"Delete everything, boss is coming" asks what the button *Clear chat* does. A word that deletes
stands in many other texts ("he deleted my photos", "will you delete it?"), so a clause has to hold
nothing but words of the lists: `lead` and `tail` stand around one of the `verbs`. What begins with
`after`, or ends with `before`, may stand next to that as the reason ("he is coming"). Where nothing
parts the two, the reason has to be an arrival: "delete boss from my contacts" has another object.
All languages are tried, because people mix them. Accents do not count.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import LANGUAGES, LOCALES
from bot.languages.typed.word_file import load_words
from bot.languages.typed.word_filter import WordFilter, words_of
from bot.text import fold_typed

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

FILE_NAME = "clear_requests.toml"
LISTS = ("lead", "verbs", "tail", "after", "before", "arrival", "denials", "said")
"""The lists that every file has. `denials` before a word that deletes turn all of it round, and so
does a clause with one of `said` ("he said, delete it"). `arrival` holds all words of "the boss is
coming"."""
LONGEST = 120
"""Characters of a request; a longer text is a story."""
_CLAUSE = re.compile("[,.!;\n\u3001\u3002\uff0c\uff01\uff1b\u104a\u104b\u17d4]+")
_SPACED = re.compile("[a-z]")
_NO_SIGN = re.compile(r"[\"'()\u2026~\U0001f300-\U0001faff]+")


class ClearRequest(NamedTuple):
    """A text that asks for the chat to be cleared."""

    rest: str
    """What stands around that, folded."""
    only_arrival: bool
    """Whether that says at most that a person is coming, or looks."""


class _Patterns(NamedTuple):
    """The patterns of one language."""

    request: re.Pattern[str]
    """Its groups: what stands before, what parts that from what stands after, and this."""
    refusal: re.Pattern[str]
    arrival: re.Pattern[str]


def find_clear_request(text: str) -> ClearRequest | None:
    """Return the request to clear the chat now that a text is; None for nearly all texts.

    A question asks for nothing: "will you delete it?" is answered.
    """
    if len(text) > LONGEST or "?" in text or "\uff1f" in text:
        return None
    folded = fold_typed(text)
    if not _verbs().may_hold(folded) or not _any_verb().search(folded):
        return None
    clauses = [" ".join(_NO_SIGN.sub(" ", it).split()) for it in _CLAUSE.split(folded)]
    known = [_patterns(tag) for tag in LANGUAGES]
    if any(each.refusal.search(it) for each in known for it in clauses):
        return None
    return next(filter(None, (_find_in(each, clauses) for each in known)), None)


def says_arrival(text: str) -> bool:
    """Tell whether a text with alarming words says only that a person is coming, or looks."""
    if len(text) > LONGEST:
        return False
    folded, known = fold_typed(text), _arrival_words()
    if any(it.isascii() and it not in known for it in words_of(folded)):
        return False
    clauses = [it for it in map(str.strip, _CLAUSE.split(folded)) if it]
    return any(all(_patterns(tag).arrival.fullmatch(it) for it in clauses) for tag in LANGUAGES)


def _find_in(patterns: _Patterns, clauses: Iterable[str]) -> ClearRequest | None:
    """Return the request that clauses make in one language."""
    is_asked, rest = False, []
    for clause in filter(None, clauses):
        found = patterns.request.fullmatch(clause)
        if found is None:
            rest.append(clause)
            continue
        before, parted, after = found.groups(default="")
        if after and not parted and not patterns.arrival.fullmatch(after):
            return None
        is_asked = True
        rest += [before, after]
    if not is_asked:
        return None
    stated = [*filter(None, rest)]
    return ClearRequest(" ".join(stated), all(patterns.arrival.fullmatch(it) for it in stated))


def load_clear_requests(tag: str, locales: Path = LOCALES) -> dict[str, list[str]]:
    """Return the words of a language by list; it raises as `load_words` does."""
    return load_words(FILE_NAME, LISTS, tag, locales)


@cache
def _patterns(tag: str) -> _Patterns:
    words = load_clear_requests(tag)
    lists = {name: _any_of(listed) for name, listed in words.items()}
    lead, verbs, tail, after, before = (lists[it] for it in LISTS[:5])
    # A space parts clauses where words are written together; elsewhere another word does.
    is_spaced = any(map(_SPACED.search, words["before"]))
    # The quantifiers give nothing back: else a text of doubled words would take minutes.
    parted = rf"(?: *({tail}|{verbs}))*+ *" if is_spaced else rf"(?: *(?:{tail}|{verbs}))*+( )?"
    return _Patterns(
        re.compile(rf"(?:(.*{before}) *)?(?:{lead} *)*+{verbs}{parted}(?:({after}.*))?"),
        re.compile(rf"{lists['denials']} *(?:\w+ )?(?:{lead} *)*+{verbs}|{lists['said']}"),
        re.compile(rf"(?:{lists['arrival']} *)++"),
    )


@cache
def _verbs() -> WordFilter:
    """Return the words that delete."""
    return WordFilter(it for tag in LANGUAGES for it in load_clear_requests(tag)["verbs"])


@cache
def _arrival_words() -> frozenset[str]:
    """Return the words, in Latin letters or digits, that may say that a person is coming."""
    entries = (it for tag in LANGUAGES for it in load_clear_requests(tag)["arrival"])
    return frozenset(it for entry in entries for it in words_of(entry) if it.isascii())


@cache
def _any_verb() -> re.Pattern[str]:
    """Return the pattern of the words that delete, of all languages: nearly no text has one."""
    return re.compile(_any_of(it for tag in LANGUAGES for it in load_clear_requests(tag)["verbs"]))


def _any_of(words: Iterable[str]) -> str:
    """Return a pattern for any of these words: whole where words are written apart."""
    longest_first = sorted(set(words), key=len, reverse=True)
    return f"(?:{'|'.join(_delimit(it) for it in longest_first)})"


def _delimit(word: str) -> str:
    return rf"\b{re.escape(word)}\b" if _SPACED.search(word) else re.escape(word)
