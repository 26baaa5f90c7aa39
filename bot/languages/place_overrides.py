"""A catalogue in which a country replaces phrases with its own."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

    MessageKey = tuple[str | None, str]
    """Context and English of a phrase."""


class OverridingCatalogue(gettext.NullTranslations):
    """A catalogue that translates a replacement instead of some phrases."""

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
