"""The languages people may use, and their catalogues, read from disk once.

A language is offered only when it stands here; tests hold every one to the same completeness.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LOCALES = Path(__file__).resolve().parent.parent / "locales"


@dataclass(frozen=True, slots=True)
class Language:
    """One language a person can choose."""

    tag: str
    """As the catalogue's folder is named: `id`, `zh_Hant`."""
    own_name: str
    """In its own script, for its own button."""
    iso639_2: str
    """Three letters, as reports to others want it."""


LANGUAGES: dict[str, Language] = {
    language.tag: language
    for language in (
        Language("id", "Bahasa Indonesia", "ind"),
        Language("vi", "Tiếng Việt", "vie"),
        Language("en", "English", "eng"),
        Language("zh_Hant", "繁體中文", "zho"),
        Language("fil", "Filipino", "fil"),
        Language("th", "ไทย", "tha"),
    )
}

FALLBACK = "en"

ALIASES = {"in": "id", "tl": "fil", "zh": "zh_Hant"}
"""What apps say where we say something else. Every Chinese reads the one Chinese we have."""


def negotiate(code: str) -> str:
    """Return the language to begin in for what an app says it speaks; English for the unknown."""
    first = code[:35].replace("_", "-").split("-")[0].lower()
    tag = ALIASES.get(first, first)
    return tag if tag in LANGUAGES else FALLBACK


STAFF_LANGUAGES = ("en", "zh_Hant")
"""What the hotline is read in; its own phrases stand in the domain `staff`."""


@cache
def catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return the compiled catalogue of an offered language; English is the source itself."""
    if tag == FALLBACK:
        return gettext.NullTranslations()
    return gettext.translation(domain, LOCALES, [tag])
