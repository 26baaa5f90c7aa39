"""What a conversation must know about the country it is held in, handed in from outside."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.text import Text


@dataclass(frozen=True, slots=True)
class PlaceFacts:
    """One country, as far as flows speak of it."""

    code: str
    """ISO 3166-1, lower case: `tw`."""
    numbers: Text
    """The verified lines to call in danger: what fills the blank `{numbers}`."""
    counties: Mapping[str, Text] = field(default_factory=dict)
    """What `Place` offers, by code."""
