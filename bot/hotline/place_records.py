"""Records of cases with the fields that a place adds, and what connects them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.record.catalogue import with_place_fields
from bot.cases.record.store import RecordEntries
from bot.hotline.connections.store import CaseConnections

if TYPE_CHECKING:
    from bot.places.place import Place
    from bot.settings import Settings
    from bot.vault import Vault


def records_of(vault: Vault, place: Place) -> RecordEntries:
    """Return the entries of records as they are read and written in a place."""
    return RecordEntries(vault, with_place_fields(place.record_fields), place.country)


def connections_of(vault: Vault, place: Place, settings: Settings) -> CaseConnections:
    """Return what connects cases in a place; nothing is stored without a reason in the settings."""
    return CaseConnections(vault, place.country, is_on=bool(settings.connections))
