"""The directory: numbers people can be shown, who answers there, and how we know it.

Only what was read in a public text, completely, and not too long ago, is shown to a person. The
rest waits in the same list, and `haven directory todo` says what each still lacks.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from bot.text import Catalogue, Text

PHONE = "\u260e"
"""A telephone: of the oldest signs there are, so that old phones have it."""
GROWS_OLD = timedelta(days=90)
"""After this long somebody should read it again, though it is still shown."""


class Evidence(StrEnum):
    """How a fact is known."""

    READ = "V"
    """Read in a public text."""
    OLD = "V-old"
    """Read, but the text is old, or tells it at second hand."""
    HEARSAY = "GK"
    """Known in general, read nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """Something that is true, as far as anybody has looked."""

    evidence: Evidence
    source: str
    """Where it was read; what was looked for in vain."""
    verified_on: date
    """When somebody looked last."""
    expires_on: date
    """From this day it is hidden until somebody has looked again."""
    lacks: str = ""
    """What has to be found out before anybody is shown it."""

    def is_shown(self, today: date) -> bool:
        """Tell whether people may be shown it."""
        return self.is_sound and today < self.expires_on

    @property
    def is_sound(self) -> bool:
        """Whether it was read, and nothing is missing."""
        return self.evidence is Evidence.READ and not self.lacks

    def to_do(self, today: date) -> str | None:
        """Return what somebody has to do about it; None for nothing."""
        if self.lacks:
            return f"find out {self.lacks}"
        if self.evidence is not Evidence.READ:
            return f"read it in a public text of this year ({self.evidence})"
        if today >= self.expires_on:
            return "expired and hidden: read it again"
        if today - self.verified_on > GROWS_OLD:
            return "read it again soon"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry(Checked):
    """One number, or another way to reach somebody."""

    number: str
    """As it is dialled; a string that no formatter touches."""
    answers: Text
    """Who answers, as it stands beside the number."""
    hours: str
    """When, as staff read it."""
    languages: tuple[str, ...] = ()
    """Tags of the languages somebody there speaks; empty where that is not known."""
    happens: Text | None = None
    """What happens when somebody calls, in one message with the blank {number}."""

    def line(self, read_in: Catalogue) -> str:
        """Return it as it stands in a list of numbers, with a sign for who does not read well."""
        return f"{PHONE} {self.number} - {self.answers.read_in(read_in)}"

    def calling(self, read_in: Catalogue) -> str:
        """Return what happens when somebody calls; who answers, where no more is known."""
        if self.happens is None:
            return self.line(read_in)
        return self.happens.read_in(read_in, {"number": self.number})
