"""An entry of the directory: one number people can be shown, and how we know it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date

    from bot.text import Text


@dataclass(frozen=True, slots=True)
class Entry:
    """One number. Only what was read in a public text is ever shown to a person."""

    number: str
    """As it is dialled; a string that no formatter touches."""
    answers: Text
    """Who answers, and when."""
    source: str
    """Where it was read."""
    read_on: date
    """When it was read there."""
    expires_on: date
    """From this day it is hidden until somebody has read it again."""

    def is_shown(self, today: date) -> bool:
        """Tell whether people may be shown it."""
        return today < self.expires_on
