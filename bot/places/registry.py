"""The supported places, by the name in `HAVEN_PLACE`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import SettingError
from bot.places.checks import with_checks
from bot.places.taiwan import TAIWAN

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.places.checks import FactCheck
    from bot.places.directory import Recipient
    from bot.places.place import Place

PLACES: dict[str, Place] = {place.name: place for place in (TAIWAN,)}
"""A new country is a new package, and an entry here."""
_CHECKS: list[FactCheck] = []
_BODIES_ABROAD: dict[str, Recipient] = {}


def use_checks(checks: Iterable[FactCheck]) -> None:
    """Have every place say from now on what two people found, and nothing they found before."""
    _CHECKS[:] = checks


def use_bodies_abroad(bodies: Mapping[str, Recipient]) -> None:
    """Have cases be referred to these bodies abroad from now on, and to no others."""
    _BODIES_ABROAD.clear()
    _BODIES_ABROAD.update(bodies)


def bodies_abroad() -> Mapping[str, Recipient]:
    """Return the bodies abroad of this deployment, by code."""
    return _BODIES_ABROAD


def find_place(name: str) -> Place:
    """Return the place of a deployment, as two people last checked it.

    Raises:
        SettingError: there is none of that name; the text lists those there are.
    """
    found = PLACES.get(name)
    if found is None:
        raise SettingError(f"HAVEN_PLACE: there is no such place; one of: {', '.join(PLACES)}")
    return with_checks(found, tuple(_CHECKS))
