"""Taiwan: fields of the record that other countries do not have."""

from __future__ import annotations

from bot.places.place import PlaceField
from bot.text import pgettext

RECORD_FIELDS = (
    PlaceField("person", "residence_number", pgettext("record", "Residence card number (ARC)")),
    PlaceField("employer", "tax_number", pgettext("record", "Unified business number")),
    PlaceField("suspect", "licence", pgettext("record", "Licence number of the agency")),
    PlaceField("vessel", "ct_number", pgettext("record", "CT number of the fishing vessel")),
)
