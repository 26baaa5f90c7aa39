"""The languages people may use, and their catalogues, read from disk once.

A language stands here as soon as somebody writes it. People are offered it when its catalogue is
whole and nothing in it is broken (`offering`), and the deployment wants it (`HAVEN_LANGUAGES`):
somebody who is answered half in English may take it for a trap. English is the source and always
there.

Why a catalogue is read again at the start: what was checked is what is said. A file that was
compiled earlier, or that is changed while we run, reaches nobody.

Why a review stands in the catalogue itself: it is a comment on the very words it was given for, and
says of which words (`reviews`). It travels with them, and lapses when they change.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.languages.place_overrides import OverridingCatalogue

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.languages.place_overrides import MessageKey
    from bot.text import Text

LOCALES = Path(__file__).resolve().parents[2] / "locales"

SINGLE_FORM = (1, "0")


@dataclass(frozen=True, slots=True)
class Language:
    """One language a person can choose."""

    tag: str
    """As the catalogue's folder is named: `id`, `zh_Hant`."""
    own_name: str
    """In its own script, for its own button."""
    iso639_2: str
    """Three letters, as reports to others want it."""
    iso639_1: str
    """ISO 639-1, as Telegram wants it; what has none there goes by its nearest kin."""
    plurals: tuple[int, str] = SINGLE_FORM
    """How many forms and which, from CLDR: what Babel writes into a new file is wrong for some."""


LANGUAGES: dict[str, Language] = {
    language.tag: language
    for language in (
        Language("id", "Bahasa Indonesia", "ind", "id"),
        Language("vi", "Tiếng Việt", "vie", "vi"),
        Language("en", "English", "eng", "en", (2, "(n != 1)")),
        Language("zh_Hant", "繁體中文", "zho", "zh"),
        Language(
            "fil",
            "Filipino",
            "fil",
            "tl",
            (2, "(n != 1 && n != 2 && n != 3 && (n % 10 == 4 || n % 10 == 6 || n % 10 == 9))"),
        ),
        Language("th", "ไทย", "tha", "th"),
        Language("km", "ភាសាខ្មែរ", "khm", "km"),
        Language("my", "မြန်မာ", "mya", "my"),
        Language("zh_Hans", "简体中文", "zho", "zh"),
        Language("ja", "日本語", "jpn", "ja"),
    )
}
"""In the order of their buttons. A new one stands last: a button keeps its number for ever."""

FALLBACK = "en"

ALIASES = {"in": "id", "tl": "fil", "cmn": "zh", "yue": "zh", "nan": "zh", "hak": "zh"}
"""What apps say where we say something else."""
CHINESE = {
    "hant": "zh_Hant", "tw": "zh_Hant", "hk": "zh_Hant", "mo": "zh_Hant",
    "hans": "zh_Hans", "cn": "zh_Hans", "sg": "zh_Hans", "my": "zh_Hans",
}  # fmt: skip
"""Which Chinese is written: by script, else where the reader is from. We are in Taiwan."""
BOTH_CHINESE = ("zh_Hant", "zh_Hans")


def negotiate(code: str, offered: Collection[str] = LANGUAGES.keys()) -> str:
    """Return the language to begin in for what an app says it speaks; English for the unknown."""
    first, *others = code[:35].lower().replace("_", "-").split("-")
    tag = ALIASES.get(first, first)
    wanted: tuple[str, ...] = (tag,)
    if tag == "zh":
        found = next((CHINESE[each] for each in others if each in CHINESE), BOTH_CHINESE[0])
        wanted = (found, *BOTH_CHINESE)
    return next((each for each in wanted if each in offered and each in LANGUAGES), FALLBACK)


STAFF_LANGUAGES = ("en", "zh_Hant")
"""What the hotline is read in; its own phrases stand in the domain `staff`."""

_CHECKED: dict[str, gettext.NullTranslations] = {}
_OVERRIDES: dict[MessageKey, Text] = {}


def use_catalogues(
    checked: Mapping[str, gettext.NullTranslations],
    overrides: Mapping[MessageKey, Text] | None = None,
) -> None:
    """Speak to people in these languages only, as they were checked; with none, in all there are.

    Whoever reads another one has English from here on. `instead` is what this country says in place
    of phrases that hold in another.
    """
    _CHECKED.clear()
    _CHECKED.update(checked)
    _OVERRIDES.clear()
    _OVERRIDES.update(overrides or {})
    catalogue.cache_clear()


@cache
def catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return the compiled catalogue of a language; English is the source itself."""
    if _OVERRIDES and domain == "messages":
        return OverridingCatalogue(base_catalogue(tag, domain), _OVERRIDES)
    return base_catalogue(tag, domain)


def base_catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return a language as it was translated, whatever a country says in place of it."""
    if tag == FALLBACK:
        return gettext.NullTranslations()
    if _CHECKED and domain == "messages":
        return _CHECKED.get(tag) or gettext.NullTranslations()
    return gettext.translation(domain, LOCALES, [tag])
