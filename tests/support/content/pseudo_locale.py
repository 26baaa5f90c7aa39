"""A language nobody speaks: every phrase in brackets and half as long again.

What is not translated, or cut, shows itself.
"""

from __future__ import annotations

import gettext
import re

OPEN, CLOSE, MORE = "\u27e6", "\u27e7", "\u00b7"
_ACCENTS = str.maketrans("aeiouAEIOU", "áéíóúÁÉÍÓÚ")
_KEPT = re.compile(r"(\{[^}]*\}|/\w+)")
"""Blanks and commands stay as they are."""


class PseudoTranslations(gettext.NullTranslations):
    """Translates into it."""

    def gettext(self, message: str) -> str:
        """Return a phrase in brackets, with accents, longer."""
        parts = _KEPT.split(message)
        words = "".join(
            part if _KEPT.fullmatch(part) else part.translate(_ACCENTS) for part in parts
        )
        return f"{OPEN}{words}{MORE * (len(message) // 2)}{CLOSE}"

    def pgettext(self, _context: str, message: str) -> str:
        return self.gettext(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


def untranslated_parts(shown: str) -> str:
    """Return what stands in no brackets: it was not translated."""
    depth, found = 0, []
    for sign in shown:
        depth += sign == OPEN
        if depth == 0:
            found.append(sign)
        depth -= sign == CLOSE
    return "".join(found)


def has_lost_bracket(shown: str) -> bool:
    """Tell whether a bracket was lost."""
    return shown.count(OPEN) != shown.count(CLOSE)
