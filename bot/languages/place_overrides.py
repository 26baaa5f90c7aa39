"""A language as one country speaks it: its own sentence in place of each that holds elsewhere."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

    MessageKey = tuple[str | None, str]
    """The context and the English of a phrase."""


class OverridingCatalogue(gettext.NullTranslations):
    """A catalogue in which some phrases are others."""

    def __init__(
        self, base: gettext.NullTranslations, overrides: Mapping[MessageKey, Text]
    ) -> None:
        super().__init__()
        self._base = base
        self._overrides = overrides

    def gettext(self, message: str) -> str:
        """Return the phrase, or what is said in its place."""
        found = self._overrides.get((None, message))
        return self._base.gettext(message) if found is None else found.render(self._base)

    def pgettext(self, context: str, message: str) -> str:
        """Return the phrase as that context means it, or what is said in its place."""
        found = self._overrides.get((context, message))
        return self._base.pgettext(context, message) if found is None else found.render(self._base)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the phrase in the form for that number."""
        return self._base.ngettext(msgid1, msgid2, n)
