"""What a translation must keep of its source: blanks, digits, commands, lines; and plain signs.

Numbers a person dials, and what we fill in, never depend on a translator. Nothing here knows what
words mean: how a language speaks to people is in `register`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

UNSEEN = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Signs that turn the direction of writing, or that nobody sees: a search would miss the word."""
TAG = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
BLANK = re.compile(r"\{[^{}]*\}")
PLAIN_BLANK = re.compile(r"\{[a-z_]+\}")
NO_SIGNS = frozenset({"Cc", "Co", "Cs", "Cn"})
"""Kinds of what is no sign: control codes, private and unassigned ones."""
LONGEST = 4096
"""What Telegram takes in one message."""


def faults(source: str, words: str) -> list[str]:
    """Return what a translation lost or added that is not words."""
    looks = {
        "other blanks": blanks_in(source) != blanks_in(words) or _is_strange(words),
        "other digits": digits_in(source) != digits_in(words),
        "other commands": commands_in(source) != commands_in(words),
        "other lines": source.count("\n") != words.count("\n"),
        "not NFC": not unicodedata.is_normalized("NFC", words),
        "unseen signs": UNSEEN.search(words) is not None or _has_controls(words),
        "markup": TAG.search(words) is not None,
        "stray spaces": words != words.strip() or "  " in words,
        "too long": len(words) > LONGEST,
    }
    return [fault for fault, is_so in looks.items() if is_so]


def blanks_in(words: str) -> list[str]:
    """Return everything that stands in braces."""
    return sorted(found[1:-1] for found in BLANK.findall(words))


def digits_in(words: str) -> Counter[str]:
    """Return numbers as they are dialled: no other digits than 0 to 9, ranges whole."""
    return Counter(re.findall(r"\d+(?:-\d+)?", words))


def commands_in(words: str) -> list[str]:
    """Return what begins with a stroke."""
    return sorted(re.findall(r"(?<![\w/])/\w+", words))


def _is_strange(words: str) -> bool:
    """Tell whether braces hold something else than a name, or stand alone."""
    left = PLAIN_BLANK.sub("", words)
    return "{" in left or "}" in left


def _has_controls(words: str) -> bool:
    return any(unicodedata.category(sign) in NO_SIGNS for sign in words if sign != "\n")
