"""A long message in several: each then has a number, so that each can be answered."""

from __future__ import annotations

import unicodedata

from msgspec.structs import replace

from bot.messages import CopyMessage, SendFile, SendText

MAX_PART_LENGTH = 2000
"""Characters of one part: whatever they are, Telegram counts no more than 4,096."""
COMBINING_CATEGORIES = frozenset({"Mn", "Me", "Mc", "Cf", "Lm"})
"""Signs that belong to the one before them."""

Message = SendText | SendFile | CopyMessage


def split_message(body: Message) -> list[Message]:
    """Return a message the desk remembers in parts that each have a number; others whole."""
    if not isinstance(body, SendText) or not body.post_kind or len(body.text) <= MAX_PART_LENGTH:
        return [body]
    *before, last = split_into_parts(body.text)
    first: list[Message] = [replace(body, text=text, rows=()) for text in before]
    return [*first, replace(body, text=last)]


def split_into_parts(text: str) -> list[str]:
    """Return a text in parts; joined they are the text."""
    parts = []
    while len(text) > MAX_PART_LENGTH:
        end = _split_position(text)
        parts.append(text[:end])
        text = text[end:]
    return [*parts, text]


def _split_position(text: str) -> int:
    for sign in ("\n", " "):
        found = text.rfind(sign, MAX_PART_LENGTH // 2, MAX_PART_LENGTH)
        if found > 0:
            return found + 1
    end = MAX_PART_LENGTH
    while end > MAX_PART_LENGTH // 2 and unicodedata.category(text[end]) in COMBINING_CATEGORIES:
        end -= 1
    return end
