"""What can connect two cases, and which fields of a record hold it."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping


class ConnectionKind(StrEnum):
    """What agrees in two records."""

    NAME = "name"
    """Of a suspect, an employer, a captain: of a human or an organisation."""
    PHONE = "phone"
    PLATE = "plate"
    VESSEL = "vessel"
    """Its name, IMO number or registration."""
    ADDRESS = "address"


KIND_NAMES: Mapping[ConnectionKind, Text] = {
    ConnectionKind.NAME: pgettext("connection", "the same name"),
    ConnectionKind.PHONE: pgettext("connection", "the same telephone"),
    ConnectionKind.PLATE: pgettext("connection", "the same number plate"),
    ConnectionKind.VESSEL: pgettext("connection", "the same vessel"),
    ConnectionKind.ADDRESS: pgettext("connection", "the same address"),
}

COMPARED_FIELDS: Mapping[str, ConnectionKind] = {
    "suspect.name": ConnectionKind.NAME,
    "suspect.alias": ConnectionKind.NAME,
    "suspect.company": ConnectionKind.NAME,
    "employer.name": ConnectionKind.NAME,
    "employer.boss": ConnectionKind.NAME,
    "vessel.captain": ConnectionKind.NAME,
    "vessel.owner": ConnectionKind.NAME,
    "vehicle.driver": ConnectionKind.NAME,
    "suspect.phone": ConnectionKind.PHONE,
    "employer.phone": ConnectionKind.PHONE,
    "vehicle.plate": ConnectionKind.PLATE,
    "vessel.name": ConnectionKind.VESSEL,
    "vessel.imo": ConnectionKind.VESSEL,
    "vessel.registration": ConnectionKind.VESSEL,
    "suspect.street": ConnectionKind.ADDRESS,
    "employer.street": ConnectionKind.ADDRESS,
    "place.street": ConnectionKind.ADDRESS,
}
"""The fields that are compared, by code. Names of people in need and of those who told the hotline
are not among them."""
AROUND_ADDRESS = ("county", "city")
"""Fields of the same subject that an address is compared with."""
WISH_FIELD = "person.told_of_others"
"""Whether the person wants to be told if others reported the same."""
