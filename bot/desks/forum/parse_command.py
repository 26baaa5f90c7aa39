"""What was typed, taken apart: a command and what stands behind it. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.hotline.staff.staff import Caseworker

_COMMAND = re.compile(r"/([A-Za-z][A-Za-z_]{0,31})(?:@(\w+))?(?=\s|$)")
_VALUE = re.compile(r"(?:^|(?<=[\s,;]))(\w+)\s*[=\uff1d]\s*")


@dataclass(frozen=True, slots=True)
class Typed:
    """A command as it was typed."""

    name: str
    words: str
    """Everything behind it."""

    @property
    def first(self) -> str:
        """Return the first word behind it."""
        return self.words.partition(" ")[0].partition("\n")[0]

    @property
    def rest(self) -> str:
        """Return what stands behind the first word."""
        return self.words[len(self.first) :].strip()


def command(words: str, username: str = "") -> Typed | None:
    """Return the command a message is, None for one that is none, or is meant for another bot."""
    found = _COMMAND.match(words)
    if found is None:
        return None
    name, whose = found.groups()
    if whose and username and whose.casefold() != username.casefold():
        return None
    return Typed(name.lower(), words[found.end() :].strip())


def values(words: str, blanks: Iterable[str]) -> dict[str, str]:
    """Return what fills the blanks: `place=Main station, time=10:00`.

    A value goes on until the next blank's name; what stands before the first one fills nothing. A
    lone blank needs no name.
    """
    known = list(blanks)
    marks = [found for found in _VALUE.finditer(words) if found[1] in known]
    if not marks:
        return {known[0]: words.strip()} if len(known) == 1 and words.strip() else {}
    ends = [mark.start() for mark in marks[1:]] + [len(words)]
    return {
        mark[1]: words[mark.end() : end].strip().rstrip(",;").strip("\"' ")
        for mark, end in zip(marks, ends, strict=True)
    }


def colleague(words: str, staff: Sequence[Caseworker]) -> tuple[list[Caseworker], str]:
    """Return who is meant at the beginning of some words, and the words behind the name.

    An id is meant before a name, and the longest name that fits before a shorter one.
    """
    first, _space, rest = words.partition(" ")
    if by_id := [each for each in staff if each.id == first]:
        return by_id, rest.strip()
    fitting = [each for each in staff if each.name and _begins(words, each.name)]
    longest = max((len(each.name) for each in fitting), default=0)
    meant = [each for each in fitting if len(each.name) == longest]
    return meant, words[longest:].lstrip(" ,:").strip()


def _begins(words: str, name: str) -> bool:
    begins = fold(words[: len(name)]) == fold(name)
    return begins and not words[len(name) : len(name) + 1].isalnum()
