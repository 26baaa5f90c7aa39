"""Which names of partners and campaigns may be shown to people and printed.

A name is written by one organisation and read by others under our bot's name: a hidden sign can
turn what is read around, and a link in it would lead to a chat that is not ours.
"""

from __future__ import annotations

import re
import unicodedata
from enum import StrEnum

from bot.errors import HavenError
from bot.settings.formats import ADDRESS_PATTERN, hidden_signs

MAX_NAME_LENGTH = 40
"""Characters of a partner's or a campaign's name, so that it fits into a message."""
_ADDRESS = re.compile(ADDRESS_PATTERN, re.IGNORECASE)


class NameProblem(StrEnum):
    """Why a name is refused, for pages that say it in other languages."""

    HIDDEN = "hidden"
    LENGTH = "length"
    ADDRESS = "address"


class NameRefusedError(HavenError):
    """A name of a partner or a campaign that must not be shown or printed."""

    def __init__(self, problem: NameProblem, text: str) -> None:
        super().__init__(text)
        self.problem = problem


def check_name(name: str) -> str:
    """Return a name with single spaces.

    Raises:
        NameRefusedError: it is empty or too long, has hidden signs, or reads as a link.
    """
    if hidden := hidden_signs(name):
        which = ", ".join(sorted({f"U+{ord(sign):04X}" for sign in hidden}))
        raise NameRefusedError(
            NameProblem.HIDDEN,
            f"this name has hidden signs ({which}), which can change how it reads: type it again",
        )
    found = unicodedata.normalize("NFC", " ".join(name.split()))
    if not 0 < len(found) <= MAX_NAME_LENGTH:
        raise NameRefusedError(
            NameProblem.LENGTH, f"a name has 1 to {MAX_NAME_LENGTH} characters, not {len(found)}"
        )
    if address := _ADDRESS.search(unicodedata.normalize("NFKC", found)):
        raise NameRefusedError(
            NameProblem.ADDRESS,
            f"a name holds no link or account ({address[0]}): people would take it for the bot's. "
            "Leave it out; the link of the bot is printed by itself",
        )
    return found
