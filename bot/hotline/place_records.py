"""Records of cases with the fields that a place adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.record.catalogue import with_place_fields
from bot.cases.record.store import RecordEntries

if TYPE_CHECKING:
    from bot.places.place import Place
    from bot.vault import Vault


def records_of(vault: Vault, place: Place) -> RecordEntries:
    """Return the entries of records as they are read and written in a place."""
    return RecordEntries(vault, with_place_fields(place.record_fields), place.country)
