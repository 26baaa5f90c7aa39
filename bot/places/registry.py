"""The supported places, by the name in `HAVEN_PLACE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.places.taiwan import TAIWAN

if TYPE_CHECKING:
    from bot.places.place import Place

PLACES: dict[str, Place] = {place.name: place for place in (TAIWAN,)}
"""A new country is a new package, and an entry here."""


def find_place(name: str) -> Place:
    """Return the place of a deployment.

    Raises:
        SettingError: there is none of that name; the text lists those there are.
    """
    found = PLACES.get(name)
    if found is None:
        raise SettingError(f"HAVEN_PLACE: there is no such place; one of: {', '.join(PLACES)}")
    return found
