"""Escaping of people's text: control and direction characters are shown, not obeyed."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from bot.conversation import Answer, FileRef, PlaceAnswer, TimeAnswer

CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode categories of controls, surrogates and line separators."""
BIDI_CLASSES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode classes of characters that change the direction of what follows."""
BIDI_MARKS = frozenset("\u061c\u200e\u200f\ufeff")
"""Invisible direction marks. Joiners are not among them: scripts need those."""
TAG_CHARACTERS = range(0xE0000, 0xE0080)
"""An invisible alphabet in which text could be hidden."""
_NOT_PLAIN = re.compile(r"[^\n -~]")
"""Characters that have to be looked at; all others are shown as they are."""


def escape_text(text: str) -> str:
    """Return a text with control and direction characters escaped."""
    return _NOT_PLAIN.sub(lambda found: _shown(found[0]), text)


def escape_line(text: str) -> str:
    """Return a text escaped, line breaks included: for file names and the like."""
    return escape_text(text).replace("\n", escape_char("\n"))


def strip_direction(text: str) -> str:
    """Return a text without direction marks and invisible characters."""
    return "".join(char for char in text if not _is_hidden(char))


def escape_char(char: str) -> str:
    """Return a character as a Python escape."""
    return char.encode("ascii", "backslashreplace").decode() if char > "\x7f" else repr(char)[1:-1]


@lru_cache(maxsize=4096)
def _shown(char: str) -> str:
    """Return a character that is not plain as it is shown; remembered, for scripts have few."""
    is_harmful = unicodedata.category(char) in CONTROL_CATEGORIES or _is_hidden(char)
    return escape_char(char) if is_harmful else char


def _is_hidden(char: str) -> bool:
    is_turning = unicodedata.bidirectional(char) in BIDI_CLASSES or char in BIDI_MARKS
    return is_turning or ord(char) in TAG_CHARACTERS


def plain_answer(answer: Answer) -> tuple[str, ...]:
    """Return the parts of an answer whose question no longer exists, as codes without labels."""
    if isinstance(answer, PlaceAnswer | TimeAnswer):
        day = answer.date if isinstance(answer, TimeAnswer) else None
        code = answer.code if isinstance(answer, TimeAnswer) else answer.county
        return tuple(filter(None, (code, answer.text or day)))
    parts = answer if isinstance(answer, tuple) else (answer,)
    return tuple(_describe_file(p) if isinstance(p, FileRef) else str(p) for p in parts)


def _describe_file(note: FileRef) -> str:
    return " ".join(filter(None, (escape_line(note.name) or note.kind, note.caption)))


def coordinates(answer: Answer) -> list[str]:
    """Return latitude and longitude of a shared location: people who go there need them."""
    if not isinstance(answer, PlaceAnswer) or answer.latitude is None:
        return []
    return [f"{answer.latitude}, {answer.longitude}"]
