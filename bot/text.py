"""Translatable phrases, and how texts are normalised to be compared."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

_INVISIBLE = re.compile("[\u200b\u200c\u200d\u2060\ufeff]+")
"""Zero-width spaces and joiners, the byte order mark."""
_ACCENTS = re.compile("[\u0300-\u036f]+")
VIETNAMESE_RIGHT = "\u0111\u00fang"
"""Without its accents it would be "do not": both are "dung" then."""
_RIGHT = re.compile(rf"\b{VIETNAMESE_RIGHT}\b")
_KEPT_SIGN = "\ue000"
"""Of no script: it stands for that word while accents are taken away."""

_ZAWGYI = re.compile(
    "\u1039(?![\u1000-\u1021])|[\u1004\u101a\u101b\u101d\u101f\u1021]\u1039|(?<![\u1000-\u1021\u103b-\u103f])\u1031[\u1000-\u1021]"
)


QUOTE_DIGEST_BYTES = 2
"""So few that no one can read from a digest what was marked."""


def quote_digest(words: str) -> int:
    """Return a number by which a marked part of a message is known in it, and not read from it."""
    marked = words.encode(errors="replace")
    return int.from_bytes(blake2b(marked, digest_size=QUOTE_DIGEST_BYTES).digest(), "big")


class Catalogue(Protocol):
    """A translation catalogue, such as `gettext.NullTranslations`."""

    def gettext(self, message: str, /) -> str:
        """Return the translation."""

    def pgettext(self, context: str, message: str, /) -> str:
        """Return the translation for that context."""

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the translation in the plural form for `n`."""


@dataclass(frozen=True, slots=True)
class FilledCatalogue:
    """A catalogue that also fills blanks, for printed flows."""

    catalogue: Catalogue
    blanks: Mapping[str, str]

    def gettext(self, message: str, /) -> str:
        """Return the translation with its blanks filled."""
        return self._fill_blanks(self.catalogue.gettext(message))

    def pgettext(self, context: str, message: str, /) -> str:
        """Return the translation for that context, with its blanks filled."""
        return self._fill_blanks(self.catalogue.pgettext(context, message))

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the translation in the plural form for `n`, with its blanks filled."""
        return self._fill_blanks(self.catalogue.ngettext(msgid1, msgid2, n))

    def _fill_blanks(self, phrase: str) -> str:
        for blank, value in self.blanks.items():
            phrase = phrase.replace("{" + blank + "}", value)
        return phrase


@dataclass(frozen=True, slots=True)
class Text:
    """A phrase in English, the source language."""

    source: str
    """English, with blanks as `{name}`."""
    context: str | None = None
    """Distinguishes two equal English phrases."""
    plural: str | None = None
    """English for every number but one; the number fills the blank `{n}`."""

    def render(
        self, catalogue: Catalogue, values: Mapping[str, str] | None = None, n: int | None = None
    ) -> str:
        """Return the translation with its blanks filled.

        Blanks are replaced as plain text, not by `str.format`: braces in a translation reach no
        attribute.
        """
        if n is not None and self.plural is not None:
            phrase = catalogue.ngettext(self.source, self.plural, n).replace("{n}", str(n))
        elif self.context is None:
            phrase = catalogue.gettext(self.source)
        else:
            phrase = catalogue.pgettext(self.context, self.source)
        if values and "{" in phrase:
            for blank, value in values.items():
                phrase = phrase.replace("{" + blank + "}", value)
        return phrase


def _(source: str) -> Text:
    return Text(source)


def pgettext(context: str, source: str) -> Text:
    """Mark a phrase whose English is ambiguous without a context."""
    return Text(source, context)


def ngettext(one: str, many: str) -> Text:
    """Mark a phrase with a number `{n}`."""
    return Text(one, plural=many)


def is_zawgyi(text: str) -> bool:
    """Return whether Burmese text was probably typed in Zawgyi, which uses codes for other letters.

    Two sequences occur in Zawgyi and never in Unicode: a virama without a consonant after it, and
    the vowel e before its consonant.
    """
    return _ZAWGYI.search(text) is not None


def fold_accents(text: str) -> str:
    """Return folded text without accents: `khong chac` for its Vietnamese spelling; 臺 as 台."""
    folded = fold(text).replace("\u81fa", "\u53f0")
    if folded.isascii():
        return folded
    decomposed = unicodedata.normalize("NFD", folded.replace("\u0111", "d"))
    return _ACCENTS.sub("", decomposed)


@lru_cache(maxsize=2)  # a turn compares the same text with many lists
def fold_typed(text: str) -> str:
    """Return what a person typed without accents, but for a word that would become its opposite.

    The lists with which this is compared have no accents.
    """
    folded = fold(text).replace("\u2019", "'")
    if VIETNAMESE_RIGHT not in folded:
        return fold_accents(folded)
    return fold_accents(_RIGHT.sub(_KEPT_SIGN, folded)).replace(_KEPT_SIGN, VIETNAMESE_RIGHT)


def fold(text: str) -> str:
    """Return text as it is compared: NFKC, case-folded, without invisible characters."""
    if not text.isascii():
        text = _INVISIBLE.sub("", unicodedata.normalize("NFKC", text))
    return text.casefold().strip()


def as_sentence(text: str) -> str:
    """Return a text that begins with a capital letter; all other letters stay."""
    return text[:1].upper() + text[1:]
