"""Languages and their catalogues. `locales/README.md` explains how to translate and review.

A language is offered if its catalogue is complete and has no fault (`availability`), and if
`HAVEN_LANGUAGES` does not exclude it. English is the source and always offered.

Why:

- Catalogues are read and checked at every start, so that only checked translations are shown, not a
  file compiled or changed later.
- A language that is incomplete is not offered, because a person who is answered half in English may
  take it for a trap.
- A review is a comment in the catalogue with a digest of what was reviewed (`reviews`), so it stays
  with the translation and expires when that changes.
"""

from __future__ import annotations

import gettext
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.text import Catalogue, Text

MessageKey = tuple[str | None, str]
"""Context and English of a phrase."""
LOCALES = Path(__file__).resolve().parents[2] / "locales"

SINGLE_FORM = (1, "0")
FILIPINO_PLURAL = "(n != 1 && n != 2 && n != 3 && (n % 10 == 4 || n % 10 == 6 || n % 10 == 9))"


@dataclass(frozen=True, slots=True)
class Language:
    """A language a person can choose."""

    tag: str
    """The name of the catalogue's folder: `id`, `zh_Hant`."""
    own_name: str
    iso639_2: str
    """Three letters, for reports to other organisations."""
    iso639_1: str
    """Two letters, for Telegram; the nearest language for one without such a code."""
    plurals: tuple[int, str] = SINGLE_FORM
    """Number of plural forms and their rule, from CLDR; Babel's are wrong for some languages."""


LANGUAGES: dict[str, Language] = {
    language.tag: language
    for language in (
        Language("id", "Bahasa Indonesia", "ind", "id"),
        Language("vi", "Tiếng Việt", "vie", "vi"),
        Language("en", "English", "eng", "en", (2, "(n != 1)")),
        Language("zh_Hant", "繁體中文", "zho", "zh"),
        Language("fil", "Filipino", "fil", "tl", (2, FILIPINO_PLURAL)),
        Language("th", "ไทย", "tha", "th"),
        Language("km", "ភាសាខ្មែរ", "khm", "km"),
        Language("my", "မြန်မာ", "mya", "my"),
        Language("zh_Hans", "简体中文", "zho", "zh"),
        Language("ja", "日本語", "jpn", "ja"),
    )
}
"""In the order of their buttons. Add new ones at the end: a button keeps its number for ever."""

FALLBACK = "en"

ALIASES = {"in": "id", "tl": "fil", "cmn": "zh", "yue": "zh", "nan": "zh", "hak": "zh"}
CHINESE = {
    "hant": "zh_Hant", "tw": "zh_Hant", "hk": "zh_Hant", "mo": "zh_Hant",
    "hans": "zh_Hans", "cn": "zh_Hans", "sg": "zh_Hans", "my": "zh_Hans",
}  # fmt: skip
"""The kind of Chinese, by script or else by region. The default is that of Taiwan."""
BOTH_CHINESE = ("zh_Hant", "zh_Hans")


def negotiate(code: str, offered: Collection[str] = LANGUAGES.keys()) -> str:
    """Return the offered language for the code an app reports; English if there is none."""
    first, *others = code[:35].lower().replace("_", "-").split("-")
    tag = ALIASES.get(first, first)
    wanted: tuple[str, ...] = (tag,)
    if tag == "zh":
        kind = next((CHINESE[part] for part in others if part in CHINESE), BOTH_CHINESE[0])
        wanted = (kind, *BOTH_CHINESE)
    return next((tag for tag in wanted if tag in offered and tag in LANGUAGES), FALLBACK)


STAFF_LANGUAGES = ("en", "zh_Hant")

_CHECKED: dict[str, gettext.NullTranslations] = {}
_OVERRIDES: dict[MessageKey, Text] = {}


class OverridingCatalogue(gettext.NullTranslations):
    """A catalogue in which a country replaces phrases with its own."""

    def __init__(
        self, base: gettext.NullTranslations, overrides: Mapping[MessageKey, Text]
    ) -> None:
        super().__init__()
        self._info = base.info()
        self._base = base
        self._overrides = overrides

    def gettext(self, message: str) -> str:
        """Return the translation of the phrase or of its replacement."""
        override = self._overrides.get((None, message))
        return self._base.gettext(message) if override is None else override.render(self._base)

    def pgettext(self, context: str, message: str) -> str:
        """Return the translation for that context, of the phrase or of its replacement."""
        override = self._overrides.get((context, message))
        if override is None:
            return self._base.pgettext(context, message)
        return override.render(self._base)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the translation in the plural form for `n`."""
        return self._base.ngettext(msgid1, msgid2, n)


def use_catalogues(
    checked: Mapping[str, gettext.NullTranslations],
    overrides: Mapping[MessageKey, Text] | None = None,
) -> None:
    """Use these checked catalogues and no others; with none, use all compiled ones.

    A person who reads another language then gets English. `overrides` are phrases that this country
    replaces.
    """
    _CHECKED.clear()
    _CHECKED.update(checked)
    _OVERRIDES.clear()
    _OVERRIDES.update(overrides or {})
    catalogue.cache_clear()


@cache
def catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return the catalogue of a language, with the phrases this country replaces."""
    if _OVERRIDES and domain == "messages":
        return OverridingCatalogue(base_catalogue(tag, domain), _OVERRIDES)
    return base_catalogue(tag, domain)


def language_of(read_in: Catalogue) -> str:
    """Return the tag of the language a catalogue is in; English for one that does not say."""
    described = read_in.info() if isinstance(read_in, gettext.NullTranslations) else {}
    return described.get("language", FALLBACK)


def base_catalogue(tag: str, domain: str = "messages") -> gettext.NullTranslations:
    """Return the catalogue of a language without replacements."""
    if tag == FALLBACK:
        return gettext.NullTranslations()
    if _CHECKED and domain == "messages":
        return _CHECKED.get(tag) or gettext.NullTranslations()
    return gettext.translation(domain, LOCALES, [tag])
