"""What a translation must keep of its source: blanks, digits, commands, lines; and plain signs.

Numbers a person dials, and what we fill in, never depend on a translator. Nothing here knows what
words mean: how a language speaks to people is in `register`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that turn the direction of writing, or that nobody sees: a search would miss the word."""
MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
BLANK = re.compile(r"\{[^{}]*\}")
PLAIN_BLANK = re.compile(r"\{[a-z_]+\}")
CONTROL_CATEGORIES = frozenset({"Cc", "Co", "Cs", "Cn"})
"""Kinds of what is no sign: control codes, private and unassigned ones."""
MAX_LENGTH = 4096
"""What Telegram takes in one message."""


def find_faults(source: str, translation: str) -> list[str]:
    """Return what a translation lost or added that is not words."""
    looks = {
        "other blanks": blanks_in(source) != blanks_in(translation) or _has_bad_braces(translation),
        "other digits": digits_in(source) != digits_in(translation),
        "other commands": commands_in(source) != commands_in(translation),
        "other lines": source.count("\n") != translation.count("\n"),
        "not NFC": not unicodedata.is_normalized("NFC", translation),
        "unseen signs": INVISIBLE.search(translation) is not None or _has_controls(translation),
        "markup": MARKUP.search(translation) is not None,
        "stray spaces": translation != translation.strip() or "  " in translation,
        "too long": len(translation) > MAX_LENGTH,
    }
    return [fault for fault, is_so in looks.items() if is_so]


def blanks_in(text: str) -> list[str]:
    """Return everything that stands in braces."""
    return sorted(found[1:-1] for found in BLANK.findall(text))


def digits_in(text: str) -> Counter[str]:
    """Return numbers as they are dialled: no other digits than 0 to 9, ranges whole."""
    return Counter(re.findall(r"\d+(?:-\d+)?", text))


def commands_in(text: str) -> list[str]:
    """Return what begins with a stroke."""
    return sorted(re.findall(r"(?<![\w/])/\w+", text))


def _has_bad_braces(text: str) -> bool:
    """Tell whether braces hold something else than a name, or stand alone."""
    left = PLAIN_BLANK.sub("", text)
    return "{" in left or "}" in left


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(sign) in CONTROL_CATEGORIES for sign in text if sign != "\n")
