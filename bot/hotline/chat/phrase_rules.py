"""What a text of the phrasebook must be, so that a person reads it as it is meant."""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.languages import FALLBACK
from bot.languages.style_rules import (
    FORBIDDEN,
    INVISIBLE,
    MARKUP,
    PLAIN_BLANK,
    blanks_in,
    forbidden_on_lock_screen,
    forbidden_words,
)
from bot.text import is_zawgyi

if TYPE_CHECKING:
    from collections.abc import Collection

MAX_LENGTH = 300
"""Characters of a text: more is not read on a small phone."""
BURMESE = "my"
_CODE = re.compile(r"[a-z][a-z0-9_]{0,31}")
_SPACES = re.compile(r"[^\S\n]+")
_DIGITS = re.compile(r"\d+(?:-\d+)?")


class TextFault(StrEnum):
    """Why a text cannot be stored."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    NO_SUCH_BLANK = "no_such_blank"
    BLANK_MISSING = "blank_missing"
    BRACES = "braces"
    OTHER_DIGITS = "other_digits"
    MARKUP = "markup"
    ZAWGYI = "zawgyi"


class FoundFault(NamedTuple):
    """A fault, and what it is about."""

    fault: TextFault
    about: str = ""
    """Blanks with their braces, digits, or how many characters it has."""


def is_code(code: str) -> bool:
    """Whether a code can be typed in the Telegram group, where capitals do not count."""
    return _CODE.fullmatch(code) is not None


def clean_text(typed: str) -> str:
    """Return a typed text without invisible characters and stray spaces."""
    lines = INVISIBLE.sub("", unicodedata.normalize("NFC", typed)).splitlines()
    return "\n".join(_SPACES.sub(" ", line).strip() for line in lines).strip()


def find_english_fault(text: str, known_blanks: Collection[str]) -> FoundFault | None:
    """Return what is wrong with the English of a new phrase."""
    unknown = [it for it in blanks_in(text) if it not in known_blanks]
    return _find_fault(text, FALLBACK, unknown, [])


def find_text_fault(text: str, language: str, english: str) -> FoundFault | None:
    """Return what is wrong with a text: it has the blanks and digits of the English."""
    wanted, found = blanks_in(english), blanks_in(text)
    unknown = [it for it in found if it not in wanted]
    missing = [it for it in wanted if it not in found]
    fault = _find_fault(text, language, unknown, missing)
    if fault is None and language != FALLBACK and _digits(text) != _digits(english):
        return FoundFault(TextFault.OTHER_DIGITS, ", ".join(_digits(english)))
    return fault


def _find_fault(
    text: str, language: str, unknown: list[str], missing: list[str]
) -> FoundFault | None:
    checks = (
        (TextFault.EMPTY, not text, ""),
        (TextFault.TOO_LONG, len(text) > MAX_LENGTH, str(len(text))),
        (TextFault.NO_SUCH_BLANK, unknown, _braced(unknown)),
        (TextFault.BLANK_MISSING, missing, _braced(missing)),
        (TextFault.BRACES, not {"{", "}"}.isdisjoint(PLAIN_BLANK.sub("", text)), ""),
        (TextFault.MARKUP, MARKUP.search(text) or not _is_printable(text), ""),
        (TextFault.ZAWGYI, language == BURMESE and is_zawgyi(text), ""),
    )
    return next((FoundFault(fault, about) for fault, failed, about in checks if failed), None)


def find_warnings(text: str, language: str) -> list[str]:
    """Return the words of a text that a person should not be shown, or not on a locked screen."""
    if language not in FORBIDDEN:
        return []
    found = [*forbidden_words(language, text), *forbidden_on_lock_screen(language, text)]
    return list(dict.fromkeys(found))


def _is_printable(text: str) -> bool:
    return all(it == "\n" or it.isprintable() for it in text)


def _digits(text: str) -> list[str]:
    return sorted(_DIGITS.findall(text))


def _braced(names: list[str]) -> str:
    return ", ".join(f"{{{it}}}" for it in dict.fromkeys(names))
