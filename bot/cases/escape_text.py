"""Words as they stand at a terminal or in a group: what could move a cursor is shown instead."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from bot.conversation import FileRef, PlaceAnswer, TimeAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Answer

CONTROL_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, halves of a pair, and separators of lines."""
BIDI_CLASSES = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode's classes of characters that turn the direction of what follows."""
BIDI_MARKS = frozenset("\u061c\u200e\u200f\ufeff")
"""Invisible ones that take part in it. Joiners are not among them: scripts need those."""
TAG_CHARACTERS = range(0xE0000, 0xE0080)
"""An alphabet nobody sees, in which words could be hidden."""


def escape_text(text: str) -> str:
    """Return words with control and direction characters shown instead of obeyed."""
    return "".join(sign if _is_harmless(sign) else escape_char(sign) for sign in text)


def escape_line(text: str) -> str:
    """Return the same for what must stay on its line, such as a file's name."""
    return escape_text(text).replace("\n", escape_char("\n"))


def strip_direction(text: str) -> str:
    """Return words without what would turn the direction of others, or say what nobody sees."""
    return "".join(sign for sign in text if not _is_hidden(sign))


def escape_char(char: str) -> str:
    """Return a character by its number, in Python's own spelling."""
    return char.encode("ascii", "backslashreplace").decode() if char > "\x7f" else repr(char)[1:-1]


def _is_harmless(sign: str) -> bool:
    if sign == "\n" or " " <= sign <= "~":
        return True
    return not (unicodedata.category(sign) in CONTROL_CATEGORIES or _is_hidden(sign))


def _is_hidden(sign: str) -> bool:
    return (
        unicodedata.bidirectional(sign) in BIDI_CLASSES
        or sign in BIDI_MARKS
        or ord(sign) in TAG_CHARACTERS
    )


def plain_answer(answer: Answer) -> tuple[str, ...]:
    """Return an answer whose question is gone, without the labels its codes once had."""
    if isinstance(answer, PlaceAnswer | TimeAnswer):
        day = answer.date if isinstance(answer, TimeAnswer) else None
        code = answer.code if isinstance(answer, TimeAnswer) else answer.county
        return tuple(filter(None, (code, answer.text or day)))
    parts = answer if isinstance(answer, tuple) else (answer,)
    return tuple(" ".join(_describe_file(p)) if isinstance(p, FileRef) else str(p) for p in parts)


def _describe_file(note: FileRef) -> Iterator[str]:
    yield escape_line(note.name) or note.kind
    if note.caption:
        yield note.caption


def coordinates(answer: Answer) -> list[str]:
    """Return where a shared point lies: whoever goes there needs the numbers."""
    if not isinstance(answer, PlaceAnswer) or answer.latitude is None:
        return []
    return [f"{answer.latitude}, {answer.longitude}"]
