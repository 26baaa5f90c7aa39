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

PHONE_SIGN = "\u260e"
"""A telephone: of the oldest signs there are, so that old phones have it."""
RECHECK_AFTER = timedelta(days=90)
"""After this long somebody should read it again, though it is still shown."""


class SourceQuality(StrEnum):
    """How a fact is known."""

    READ = "V"
    """Read in a public text."""
    OLD = "V-old"
    """Read, but the text is old, or tells it at second hand."""
    HEARSAY = "GK"
    """Known in general, read nowhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourcedFact:
    """Something that is true, as far as anybody has looked."""

    quality: SourceQuality
    source: str
    """Where it was read; what was looked for in vain."""
    verified_on: date
    """When somebody looked last."""
    expires_on: date
    """From this day it is hidden until somebody has looked again."""
    missing: str = ""
    """What has to be found out before anybody is shown it."""

    def is_shown(self, today: date) -> bool:
        """Tell whether people may be shown it."""
        return self.is_verified and today < self.expires_on

    @property
    def is_verified(self) -> bool:
        """Whether it was read, and nothing is missing."""
        return self.quality is SourceQuality.READ and not self.missing

    def todo(self, today: date) -> str | None:
        """Return what somebody has to do about it; None for nothing."""
        if self.missing:
            return f"find out {self.missing}"
        if self.quality is not SourceQuality.READ:
            return f"read it in a public text of this year ({self.quality})"
        if today >= self.expires_on:
            return "expired and hidden: read it again"
        if today - self.verified_on > RECHECK_AFTER:
            return "read it again soon"
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryEntry(SourcedFact):
    """One number, or another way to reach somebody."""

    number: str
    """As it is dialled; a string that no formatter touches."""
    answered_by: Text
    """Who answers, as it stands beside the number."""
    hours: str
    """When, as staff read it."""
    languages: tuple[str, ...] = ()
    """Tags of the languages somebody there speaks; empty where that is not known."""
    call_text: Text | None = None
    """What happens when somebody calls, in one message with the blank {number}."""

    def line(self, catalogue: Catalogue) -> str:
        """Return it as it stands in a list of numbers, with a sign for who does not read well."""
        return f"{PHONE_SIGN} {self.number} - {self.answered_by.render(catalogue)}"

    def call_description(self, catalogue: Catalogue) -> str:
        """Return what happens when somebody calls; who answers, where no more is known."""
        if self.call_text is None:
            return self.line(catalogue)
        return self.call_text.render(catalogue, {"number": self.number})
