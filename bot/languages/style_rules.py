"""Checks of translations: what must be kept, words never used, words a locked screen must not show.

Anyone near the phone can read a locked screen. Forbidden words put the reader down, label them as
others do, or sound like a machine. The lists are in `locales/TAG/glossary.toml`.
A translation keeps blanks, digits, commands and lines: phone numbers must not depend on it.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections import Counter

from bot.languages import FALLBACK, LANGUAGES, LOCALES

PREVIEW_LENGTH = 40
"""Characters of a message that a locked screen shows."""
INFIX_MIN_LENGTH = 4
"""Longer words are also searched for within other words."""

FRAGMENT_FILES = frozenset(
    {"bot/places/taiwan/recipients.py", "bot/places/taiwan/directory.py", "bot/places/place.py"}
)
"""Files whose phrases are parts of a message, never its beginning."""

_GLOSSARIES = {
    tag: tomllib.loads((LOCALES / tag / "glossary.toml").read_text(encoding="utf-8"))
    for tag in LANGUAGES
    if tag != FALLBACK
}
LOCK_SCREEN_FORBIDDEN = {tag: tuple(it["not_on_locked_screen"]) for tag, it in _GLOSSARIES.items()}
FORBIDDEN = {tag: tuple(it["never_used"]) for tag, it in _GLOSSARIES.items()}

UNSPACED = ("THAI", "CJK", "KHMER", "MYANMAR", "HIRAGANA", "KATAKANA")
"""Scripts without spaces between words, as in the Unicode names of their characters."""
STACKING_MARKS = "\u17d2\u1039"
"""Characters after which a consonant is written below the previous one."""
LOUD_PUNCTUATION = re.compile(r"[!\uff01]|\.\.\.")

INVISIBLE = re.compile("[\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
"""Characters that are invisible or change the writing direction: a search would miss the word."""
MARKUP = re.compile(r"<[a-zA-Z/!]|&#?\w+;")
BLANK = re.compile(r"\{[^{}]*\}")
DIGITS = re.compile(r"\d+(?:-\d+)?")
COMMAND = re.compile(r"(?<![\w/])/\w+")
PLAIN_BLANK = re.compile(r"\{[a-z_]+\}")
CONTROL_CATEGORIES = frozenset({"Cc", "Co", "Cs", "Cn"})
MAX_LENGTH = 4096
"""Characters of a message Telegram accepts."""


def contains_word(text: str, word: str) -> bool:
    """Return whether a word occurs in a text, as a reader of the language sees it.

    Scripts without spaces are compared by characters with their marks, because a mark makes another
    word.
    """
    text, word = text.casefold(), word.casefold()
    if unicodedata.name(word[0]).startswith(UNSPACED):
        starts = [match.start() for match in re.finditer(f"(?={re.escape(word)})", text)]
        return any(_is_whole(text, at, at + len(word)) for at in starts)
    return re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text) is not None


def _is_whole(text: str, begin: int, end: int) -> bool:
    """Return whether the part splits no character from its stacked letter or mark."""
    stacked = begin > 0 and text[begin - 1] in STACKING_MARKS
    return not stacked and not unicodedata.category(text[end : end + 1] or " ").startswith("M")


def _contains_inside(text: str, word: str) -> bool:
    """Return whether a long Latin word occurs within another: `korban` in `korbannya`."""
    return len(word) > INFIX_MIN_LENGTH and word.isascii() and word in text.casefold()


def forbidden_on_lock_screen(tag: str, text: str) -> list[str]:
    """Return the words at the beginning of a message that a locked screen must not show."""
    preview = text[:PREVIEW_LENGTH]
    return [
        word
        for word in LOCK_SCREEN_FORBIDDEN.get(tag, ())
        if contains_word(preview, word) or _contains_inside(preview, word)
    ]


def forbidden_words(tag: str, text: str) -> list[str]:
    """Return the words and marks of a message that are never used towards a person."""
    words = [word for word in FORBIDDEN[tag] if contains_word(text, word)]
    return words + LOUD_PUNCTUATION.findall(text)


def find_faults(source: str, translation: str) -> list[str]:
    """Return the names of the checks that a translation fails."""
    checks = {
        "other blanks": blanks_in(source) != blanks_in(translation)
        or not {"{", "}"}.isdisjoint(PLAIN_BLANK.sub("", translation)),
        "other digits": _digits_in(source) != _digits_in(translation),
        "other commands": _commands_in(source) != _commands_in(translation),
        "other lines": source.count("\n") != translation.count("\n"),
        "not NFC": not unicodedata.is_normalized("NFC", translation),
        "invisible characters": INVISIBLE.search(translation) is not None
        or _has_control_characters(translation),
        "markup": MARKUP.search(translation) is not None,
        "stray spaces": translation != translation.strip() or "  " in translation,
        "too long": len(translation) > MAX_LENGTH,
    }
    return [fault for fault, failed in checks.items() if failed]


def _has_control_characters(text: str) -> bool:
    text = text.replace("\n", "")
    return not text.isprintable() and any(  # few texts need the second look
        unicodedata.category(character) in CONTROL_CATEGORIES for character in text
    )


def blanks_in(text: str) -> list[str]:
    """Return the texts in braces."""
    return sorted(blank[1:-1] for blank in BLANK.findall(text)) if "{" in text else []


def _digits_in(text: str) -> Counter[str]:
    return Counter(DIGITS.findall(text))


def _commands_in(text: str) -> list[str]:
    return sorted(COMMAND.findall(text)) if "/" in text else []
