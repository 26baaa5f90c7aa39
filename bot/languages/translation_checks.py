"""Checks that a translation keeps blanks, digits, commands and lines, and has no odd characters.

Phone numbers and blanks must not depend on a translator. Rules of style are in `style_rules`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter

INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that are invisible or change the writing direction: a search would miss the word."""
MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
BLANK = re.compile(r"\{[^{}]*\}")
PLAIN_BLANK = re.compile(r"\{[a-z_]+\}")
CONTROL_CATEGORIES = frozenset({"Cc", "Co", "Cs", "Cn"})
"""Unicode categories of control, private-use, surrogate and unassigned characters."""
MAX_LENGTH = 4096
"""Characters of a message Telegram accepts."""


def find_faults(source: str, translation: str) -> list[str]:
    """Return the names of the checks that a translation fails."""
    checks = {
        "other blanks": blanks_in(source) != blanks_in(translation) or _has_bad_braces(translation),
        "other digits": digits_in(source) != digits_in(translation),
        "other commands": commands_in(source) != commands_in(translation),
        "other lines": source.count("\n") != translation.count("\n"),
        "not NFC": not unicodedata.is_normalized("NFC", translation),
        "invisible characters": INVISIBLE.search(translation) is not None
        or _has_controls(translation),
        "markup": MARKUP.search(translation) is not None,
        "stray spaces": translation != translation.strip() or "  " in translation,
        "too long": len(translation) > MAX_LENGTH,
    }
    return [fault for fault, failed in checks.items() if failed]


def blanks_in(text: str) -> list[str]:
    """Return the texts in braces."""
    return sorted(blank[1:-1] for blank in BLANK.findall(text))


def digits_in(text: str) -> Counter[str]:
    """Return the numbers and ranges, with the digits they are written in."""
    return Counter(re.findall(r"\d+(?:-\d+)?", text))


def commands_in(text: str) -> list[str]:
    """Return the commands, such as /danger."""
    return sorted(re.findall(r"(?<![\w/])/\w+", text))


def _has_bad_braces(text: str) -> bool:
    rest = PLAIN_BLANK.sub("", text)
    return "{" in rest or "}" in rest


def _has_controls(text: str) -> bool:
    return any(unicodedata.category(char) in CONTROL_CATEGORIES for char in text if char != "\n")
