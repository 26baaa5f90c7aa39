"""Questions in words for staff: what a person reads, without what is filled in for a person."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.text import Catalogue, Text

NOT_FILLED = "\u2026"
"""Stands where a blank of a question is not filled in for staff."""
_BLANK = re.compile(r"\{\w+\}")


def question_name(short: Text, catalogue: Catalogue, organisation: str = "") -> str:
    """Return a question as staff read it, with no blank left.

    Lines that hold only a blank, such as telephone numbers, are left out. A question that is
    nothing else is NOT_FILLED.
    """
    words = short.render(catalogue, {"organisation": organisation or NOT_FILLED})
    lines = [it for it in words.splitlines() if not _BLANK.fullmatch(it.strip())]
    return _BLANK.sub(NOT_FILLED, "\n".join(lines)) or NOT_FILLED


def name_question(text: str, short: Text, name: str) -> str:
    """Return the text of an answer, which begins with the source of its question, with its name."""
    source = f"{short.source}: "
    return f"{name}: {text.removeprefix(source)}" if text.startswith(source) else text
