"""Splitting a long text into messages without breaking a visible character.

Telegram counts UTF-16 units. A text is cut after a line, otherwise after a word, otherwise between
two characters; never inside a surrogate pair, before a combining mark, next to a joiner, or between
the two halves of a flag. The rules are stricter than Unicode's (UAX 29), so they need no tables but
those of the standard library.
"""

from __future__ import annotations

import unicodedata

MAX_UNITS = 4096
"""UTF-16 units of one message."""
BMP = 0xFFFF
VIRAMA = 9
"""Combining class of marks that join the letters before and after them."""
JOINERS = frozenset("\u200d\u200c\u2060\ufeff\u034f")
PREFIX_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
ATTACHED_LETTERS = frozenset("\u0e33\u0eb3\uff9e\uff9f")
"""Letters that attach to the letter before them: Thai and Lao am, voiced katakana."""


def utf16_length(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text) if text.isascii() else len(text) + sum(ord(char) > BMP for char in text)


def split_text(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Return the parts of a text, each of at most `limit` UTF-16 units."""
    parts = []
    while utf16_length(text) > limit:
        cut = _best_cut(text, _end(text, limit))
        parts.append(text[:cut])
        text = text[cut:]
    return [*parts, text]


def _end(text: str, limit: int) -> int:
    """Return how many characters fit, at least one."""
    end = used = 0
    while (used := used + (2 if ord(text[end]) > BMP else 1)) <= limit:
        end += 1
    return max(end, 1)


def _best_cut(text: str, end: int) -> int:
    """Return the best place to cut, if possible in the second half of what fits.

    A letter with thousands of marks has no good place and is cut at the limit.
    """
    possible = [at for at in range(end, end // 2, -1) if _may_cut(text, at)]
    for kind in ("\n", None):
        for at in possible:
            if text[at - 1] == kind or (kind is None and text[at - 1].isspace()):
                return at
    for at in possible or range(end // 2, 0, -1):
        if _may_cut(text, at):
            return at
    return end


def _may_cut(text: str, at: int) -> bool:
    before, after = text[at - 1], text[at]
    if before == "\r" and after == "\n":
        return False
    if before in JOINERS or after in JOINERS or before in PREFIX_SIGNS or _is_attached(after):
        return False
    if _is_regional(after) and _is_half_a_flag(text, at):
        return False
    if _is_vowel_or_final(after) or (_is_initial(before) and after >= "\u1100"):
        return False
    return not (after.isalpha() and _ends_joined(text, at))


def _is_attached(char: str) -> bool:
    """Tell whether a character belongs to the one before it: marks, skin tones, tags."""
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in ATTACHED_LETTERS
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_half_a_flag(text: str, at: int) -> bool:
    """Tell whether the cut has an odd number of flag letters before it."""
    begin = at
    while begin and _is_regional(text[begin - 1]):
        begin -= 1
    return (at - begin) % 2 == 1


def _is_initial(char: str) -> bool:
    """Tell whether this is the first letter of a Hangul syllable written as letters."""
    return "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97f"


def _is_vowel_or_final(char: str) -> bool:
    """Tell whether this letter continues a Hangul syllable written as letters."""
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"


def _ends_joined(text: str, at: int) -> bool:
    """Tell whether the marks before the cut join the letter after it, as in Indic conjuncts."""
    index = at - 1
    while index > 0 and _is_attached(text[index]) and unicodedata.combining(text[index]) != VIRAMA:
        index -= 1
    return unicodedata.combining(text[index]) == VIRAMA
