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
class TypedCommand:
    """A command as it was typed."""

    name: str
    text: str
    """Everything behind it."""

    @property
    def first_word(self) -> str:
        """Return the first word behind it."""
        return self.text.partition(" ")[0].partition("\n")[0]

    @property
    def rest(self) -> str:
        """Return what stands behind the first word."""
        return self.text[len(self.first_word) :].strip()


def parse_command(text: str, username: str = "") -> TypedCommand | None:
    """Return the command a message is, None for one that is none, or is meant for another bot."""
    found = _COMMAND.match(text)
    if found is None:
        return None
    name, whose = found.groups()
    if whose and username and whose.casefold() != username.casefold():
        return None
    return TypedCommand(name.lower(), text[found.end() :].strip())


def parse_values(text: str, blanks: Iterable[str]) -> dict[str, str]:
    """Return what fills the blanks: `place=Main station, time=10:00`.

    A value goes on until the next blank's name; what stands before the first one fills nothing. A
    lone blank needs no name.
    """
    known = list(blanks)
    marks = [found for found in _VALUE.finditer(text) if found[1] in known]
    if not marks:
        return {known[0]: text.strip()} if len(known) == 1 and text.strip() else {}
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    return {
        mark[1]: text[mark.end() : end].strip().rstrip(",;").strip("\"' ")
        for mark, end in zip(marks, ends, strict=True)
    }


def match_colleague(text: str, staff: Sequence[Caseworker]) -> tuple[list[Caseworker], str]:
    """Return who is meant at the beginning of some words, and the words behind the name.

    An id is meant before a name, and the longest name that fits before a shorter one.
    """
    first, _space, rest = text.partition(" ")
    if by_id := [each for each in staff if each.id == first]:
        return by_id, rest.strip()
    fitting = [each for each in staff if each.name and _starts_with(text, each.name)]
    longest = max((len(each.name) for each in fitting), default=0)
    meant = [each for each in fitting if len(each.name) == longest]
    return meant, text[longest:].lstrip(" ,:").strip()


def _starts_with(text: str, name: str) -> bool:
    begins = fold(text[: len(name)]) == fold(name)
    return begins and not text[len(name) : len(name) + 1].isalnum()
