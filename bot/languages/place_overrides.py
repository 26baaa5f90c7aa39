"""A language as one country speaks it: its own sentence in place of each that holds elsewhere."""

from __future__ import annotations

import gettext
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text

    Key = tuple[str | None, str]
    """The context and the English of a phrase."""


class Instead(gettext.NullTranslations):
    """A catalogue in which some phrases are others."""

    def __init__(self, own: gettext.NullTranslations, words: Mapping[Key, Text]) -> None:
        super().__init__()
        self._own = own
        self._words = words

    def gettext(self, message: str) -> str:
        """Return the phrase, or what is said in its place."""
        found = self._words.get((None, message))
        return self._own.gettext(message) if found is None else found.read_in(self._own)

    def pgettext(self, context: str, message: str) -> str:
        """Return the phrase as that context means it, or what is said in its place."""
        found = self._words.get((context, message))
        return self._own.pgettext(context, message) if found is None else found.read_in(self._own)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        """Return the phrase in the form for that number."""
        return self._own.ngettext(msgid1, msgid2, n)
