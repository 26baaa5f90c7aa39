"""A long message in several: each then has a number, so that each can be answered."""

from __future__ import annotations

import unicodedata

from msgspec.structs import replace

from bot.messages import Copy, Enclose, Say

LONGEST = 2000
"""Characters of one part: whatever they are, Telegram counts no more than 4,096."""
JOINED = frozenset({"Mn", "Me", "Mc", "Cf", "Lm"})
"""Signs that belong to the one before them."""

Message = Say | Enclose | Copy


def in_parts(body: Message) -> list[Message]:
    """Return a message the desk remembers in parts that each have a number; others whole."""
    if not isinstance(body, Say) or not body.mark or len(body.text) <= LONGEST:
        return [body]
    *before, last = cut(body.text)
    first: list[Message] = [replace(body, text=text, rows=()) for text in before]
    return [*first, replace(body, text=last)]


def cut(text: str) -> list[str]:
    """Return a text in parts; joined they are the text."""
    parts = []
    while len(text) > LONGEST:
        end = _end(text)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _end(text: str) -> int:
    for sign in ("\n", " "):
        found = text.rfind(sign, LONGEST // 2, LONGEST)
        if found > 0:
            return found + 1
    end = LONGEST
    while end > LONGEST // 2 and unicodedata.category(text[end]) in JOINED:
        end -= 1
    return end
