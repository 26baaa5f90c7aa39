"""Parsing of typed commands: name and arguments. Pure."""

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

    @property
    def first_word(self) -> str:
        """Return the first word after the name."""
        return self.text.partition(" ")[0].partition("\n")[0]

    @property
    def rest(self) -> str:
        """Return the text after the first word."""
        return self.text[len(self.first_word) :].strip()


def parse_command(text: str, username: str = "") -> TypedCommand | None:
    """Return the command of a message; None for no command, or for another bot's."""
    found = _COMMAND.match(text)
    if found is None:
        return None
    name, whose = found.groups()
    if whose and username and whose.casefold() != username.casefold():
        return None
    return TypedCommand(name.lower(), text[found.end() :].strip())


def parse_values(text: str, blanks: Iterable[str]) -> dict[str, str]:
    """Return the values of blanks: `place=Main station, time=10:00`.

    A value ends at the next blank's name; text before the first name is ignored. A single blank
    needs no name.
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
    """Return the colleagues that the beginning of a text names, and the rest of the text.

    An id is preferred to a name, and a longer name to a shorter one.
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
