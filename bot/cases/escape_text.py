"""Words as they stand at a terminal or in a group: what could move a cursor is shown instead."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from bot.conversation import FileNote, Moment, Where

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.conversation import Answer

MOVES_THE_CURSOR = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""Unicode's categories of controls, halves of a pair, and separators of lines."""
TURNS = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})
"""Unicode's classes of characters that turn the direction of what follows."""
MARKS = frozenset("\u061c\u200e\u200f\ufeff")
"""Invisible ones that take part in it. Joiners are not among them: scripts need those."""
TAGS = range(0xE0000, 0xE0080)
"""An alphabet nobody sees, in which words could be hidden."""


def visible(words: str) -> str:
    """Return words with control and direction characters shown instead of obeyed."""
    return "".join(sign if _is_harmless(sign) else escaped(sign) for sign in words)


def in_a_line(words: str) -> str:
    """Return the same for what must stay on its line, such as a file's name."""
    return visible(words).replace("\n", escaped("\n"))


def unturned(words: str) -> str:
    """Return words without what would turn the direction of others, or say what nobody sees."""
    return "".join(sign for sign in words if not _turns(sign))


def escaped(sign: str) -> str:
    """Return a character by its number, in Python's own spelling."""
    return sign.encode("ascii", "backslashreplace").decode() if sign > "\x7f" else repr(sign)[1:-1]


def _is_harmless(sign: str) -> bool:
    if sign == "\n" or " " <= sign <= "~":
        return True
    return not (unicodedata.category(sign) in MOVES_THE_CURSOR or _turns(sign))


def _turns(sign: str) -> bool:
    return unicodedata.bidirectional(sign) in TURNS or sign in MARKS or ord(sign) in TAGS


def plainly(answer: Answer) -> tuple[str, ...]:
    """Return an answer whose question is gone, without the labels its codes once had."""
    if isinstance(answer, Where | Moment):
        day = answer.date if isinstance(answer, Moment) else None
        code = answer.code if isinstance(answer, Moment) else answer.county
        return tuple(filter(None, (code, answer.words or day)))
    parts = answer if isinstance(answer, tuple) else (answer,)
    return tuple(" ".join(_file(p)) if isinstance(p, FileNote) else str(p) for p in parts)


def _file(note: FileNote) -> Iterator[str]:
    yield in_a_line(note.name) or note.kind
    if note.caption:
        yield note.caption


def point(answer: Answer) -> list[str]:
    """Return where a shared point lies: whoever goes there needs the numbers."""
    if not isinstance(answer, Where) or answer.latitude is None:
        return []
    return [f"{answer.latitude}, {answer.longitude}"]
