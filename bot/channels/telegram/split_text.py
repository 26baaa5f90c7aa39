"""A long text cut into pieces Telegram takes, where no character a person sees is broken.

Telegram counts UTF-16 units. A cut is made behind a line, else behind a word, else between two
characters; never inside a surrogate pair, before a combining mark, beside a joiner, or between the
two halves of a flag. The rules here are stricter than Unicode's (UAX 29), so they need no tables
beyond the standard library's.
"""

from __future__ import annotations

import unicodedata

MAX_UNITS = 4096
"""UTF-16 units Telegram takes in one message."""
BMP = 0xFFFF
VIRAMA = 9
"""Combining class of marks that join the letter before to the letter behind."""
JOINERS = frozenset("\u200d\u200c\u2060\ufeff\u034f")
PREFIX_SIGNS = frozenset("\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2")
ATTACHED_LETTERS = frozenset("\u0e33\u0eb3\uff9e\uff9f")
"""Letters by category that stand on the letter before them: Thai and Lao am, voiced katakana."""


def utf16_length(text: str) -> int:
    """Return the length of a text as Telegram counts it."""
    return len(text) if text.isascii() else len(text) + sum(ord(char) > BMP for char in text)


def split_text(text: str, limit: int = MAX_UNITS) -> list[str]:
    """Return the text in pieces of at most `longest` UTF-16 units; joined they are the text."""
    found = []
    while utf16_length(text) > limit:
        end = _end(text, limit)
        cut = _best_cut(text, end)
        found.append(text[:cut])
        text = text[cut:]
    return [*found, text]


def _end(text: str, longest: int) -> int:
    """Return how many characters fit, at least one."""
    end = used = 0
    while (used := used + (2 if ord(text[end]) > BMP else 1)) <= longest:
        end += 1
    return max(end, 1)


def _best_cut(text: str, end: int) -> int:
    """Return where to cut: in the second half of what fits, as kindly as possible.

    A flood of marks on one letter has no good place; then the cut is made where the room ends.
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
    """Say whether a character belongs to the one before it: marks, skin tones, tags."""
    return (
        unicodedata.category(char) in {"Mn", "Me", "Mc"}
        or char in ATTACHED_LETTERS
        or "\U0001f3fb" <= char <= "\U0001f3ff"
        or "\U000e0020" <= char <= "\U000e007f"
    )


def _is_regional(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _is_half_a_flag(text: str, at: int) -> bool:
    """Say whether an odd number of a flag's letters stands before the cut."""
    begin = at
    while begin and _is_regional(text[begin - 1]):
        begin -= 1
    return (at - begin) % 2 == 1


def _is_initial(char: str) -> bool:
    """Say whether a Hangul syllable begins with this letter, written in letters."""
    return "\u1100" <= char <= "\u115f" or "\ua960" <= char <= "\ua97f"


def _is_vowel_or_final(char: str) -> bool:
    """Say whether a Hangul syllable written in letters goes on with this one."""
    return "\u1160" <= char <= "\u11ff" or "\ud7b0" <= char <= "\ud7ff"


def _ends_joined(text: str, at: int) -> bool:
    """Say whether the marks before the cut join to the letter behind it, as in Indic conjuncts."""
    index = at - 1
    while index > 0 and _is_attached(text[index]) and unicodedata.combining(text[index]) != VIRAMA:
        index -= 1
    return unicodedata.combining(text[index]) == VIRAMA
