"""Public holidays of a country, which the desk proposes as days without service."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import date


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day on which offices are closed. Staff decide about each; none holds by itself."""

    day: date
    name: str
    """In English."""
    local_name: str
    """In the language of the country."""

    def name_in(self, language: str) -> str:
        """Return the name for a language of the desk."""
        return self.name if language == "en" else self.local_name
