"""Phrases that wait to be translated until we know who is reading them."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

IGNORABLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
"""Characters nobody sees: zero-width spaces and joiners, the byte order mark."""

_ZAWGYI = re.compile(
    "\u1039(?![\u1000-\u1021])|[\u1004\u101a\u101b\u101d\u101f\u1021]\u1039|(?<![\u1000-\u1021\u103b-\u103f])\u1031[\u1000-\u1021]"
)


class Catalogue(Protocol):
    """Anything that translates: `gettext.NullTranslations` and all that follow it."""

    def gettext(self, message: str, /) -> str:
        """Return the phrase in the catalogue's language."""

    def pgettext(self, context: str, message: str, /) -> str:
        """Return the phrase in the catalogue's language, as that context means it."""

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the phrase in the form the language wants for that number."""


@dataclass(frozen=True, slots=True)
class FilledCatalogue:
    """A catalogue that fills blanks as it translates: for those who read a flow on paper."""

    catalogue: Catalogue
    blanks: Mapping[str, str]

    def gettext(self, message: str, /) -> str:
        """Return the phrase with its blanks filled in."""
        return self._fill_blanks(self.catalogue.gettext(message))

    def pgettext(self, context: str, message: str, /) -> str:
        """Return the phrase with its blanks filled in, as that context means it."""
        return self._fill_blanks(self.catalogue.pgettext(context, message))

    def ngettext(self, msgid1: str, msgid2: str, n: int, /) -> str:
        """Return the phrase with its blanks filled in, in the form for that number."""
        return self._fill_blanks(self.catalogue.ngettext(msgid1, msgid2, n))

    def _fill_blanks(self, phrase: str) -> str:
        for blank, value in self.blanks.items():
            phrase = phrase.replace("{" + blank + "}", value)
        return phrase


@dataclass(frozen=True, slots=True)
class Text:
    """A phrase in English, our source language, and what translators need to know."""

    source: str
    """English, with blanks as `{name}`."""
    context: str | None = None
    """What tells two equal English phrases apart."""
    plural: str | None = None
    """English for any number but one; the number fills the blank `{n}`."""

    def render(
        self, catalogue: Catalogue, values: Mapping[str, str] | None = None, n: int | None = None
    ) -> str:
        """Return the phrase in the catalogue's language with its blanks filled in.

        Filling in is plain replacement: a translator's braces reach no attribute, and a number
        stays the string it came as.
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
    """Mark a phrase whose English alone would be ambiguous."""
    return Text(source, context)


def ngettext(one: str, many: str) -> Text:
    """Mark a phrase that changes with a number `{n}`."""
    return Text(one, plural=many)


def is_zawgyi(text: str) -> bool:
    """Tell whether Burmese was probably typed in Zawgyi, where the same codes are other letters.

    Two things stand everywhere in it and nowhere in Unicode: a virama with no letter to put below,
    and the vowel e before its letter.
    """
    return _ZAWGYI.search(text) is not None


def fold_accents(text: str) -> str:
    """Return words in their plainest spelling: `khong chac` for its marks, one of two Tai signs."""
    folded = fold(text).replace("\u81fa", "\u53f0")
    if folded.isascii():
        return folded
    apart = unicodedata.normalize("NFD", folded.replace("\u0111", "d"))
    return "".join(sign for sign in apart if not "\u0300" <= sign <= "\u036f")


def fold(text: str) -> str:
    """Return words as they are compared: no case, no accents' spelling, no invisible characters."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text).translate(IGNORABLE)
    return text.casefold().strip()
