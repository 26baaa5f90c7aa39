"""Kinds of subjects and values of a record, and one field of it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping


class SubjectKind(StrEnum):
    """What or whom an entry is about."""

    PERSON = "person"
    """The one whom the case is about, who may be another than the one who wrote."""
    IDENTIFICATION = "identification"
    """What authorities decided about the person."""
    EXPLOITATION = "exploitation"
    SUSPECT = "suspect"
    """Whom the person accuses, and everyone in between: broker, recruiter, driver."""
    EMPLOYER = "employer"
    COMPANION = "companion"
    """Another person to whom it happens."""
    CHILD = "child"
    INFORMANT = "informant"
    """Who told the hotline, if not the person: a partner, an officer, a neighbour."""
    PLACE = "place"
    VESSEL = "vessel"
    VEHICLE = "vehicle"
    DOCUMENT = "document"
    """A document that others keep from the person."""
    PAYMENT = "payment"
    JOURNEY = "journey"
    EVENT = "event"
    NEED = "need"


SINGLE = frozenset({
    SubjectKind.PERSON, SubjectKind.IDENTIFICATION, SubjectKind.EXPLOITATION, SubjectKind.NEED,
})  # fmt: skip
"""Kinds of which a case has one; their subject is named by the kind alone."""
SUBJECT_NAMES: Mapping[SubjectKind, Text] = {
    SubjectKind.PERSON: pgettext("record", "The person concerned"),
    SubjectKind.IDENTIFICATION: pgettext("record", "Identification"),
    SubjectKind.EXPLOITATION: pgettext("record", "What is done to the person"),
    SubjectKind.SUSPECT: pgettext("record", "Suspect or intermediary"),
    SubjectKind.EMPLOYER: pgettext("record", "Employer"),
    SubjectKind.COMPANION: pgettext("record", "Another person affected"),
    SubjectKind.CHILD: pgettext("record", "Child"),
    SubjectKind.INFORMANT: pgettext("record", "Who told us"),
    SubjectKind.PLACE: pgettext("record", "Place"),
    SubjectKind.VESSEL: pgettext("record", "Vessel"),
    SubjectKind.VEHICLE: pgettext("record", "Vehicle"),
    SubjectKind.DOCUMENT: pgettext("record", "Document withheld"),
    SubjectKind.PAYMENT: pgettext("record", "Payment or debt"),
    SubjectKind.JOURNEY: pgettext("record", "Journey"),
    SubjectKind.EVENT: pgettext("record", "Event"),
    SubjectKind.NEED: pgettext("record", "Needs"),
}


class ValueType(StrEnum):
    """How a value is read."""

    TEXT = "text"
    NAME = "name"
    """Names in several scripts do not contradict each other; two in one script do."""
    PHONE = "phone"
    DATE = "date"
    """A day, a month, a year, or words."""
    AMOUNT = "amount"
    NUMBER = "number"
    CHOICE = "choice"
    CHOICES = "choices"
    """One entry holds one choice, so that each has a source of its own."""
    COUNTRY = "country"
    LANGUAGE = "language"


CHOSEN = frozenset({ValueType.CHOICE, ValueType.CHOICES})


@dataclass(frozen=True, slots=True)
class RecordField:
    """One field of a kind of subject."""

    kind: SubjectKind
    name: str
    text: Text
    type: ValueType = ValueType.TEXT
    choices: Mapping[str, Text] | None = None
    """The choices, by code; in a field that is not chosen: codes that answers may hold."""
    is_list: bool = False
    """Whether several values stand next to each other without contradiction."""
    htcds: tuple[str, ...] = ()
    """Fields of HTCDS 2.0 that it fills."""

    @property
    def code(self) -> str:
        """Return its code in the whole record, e.g. `suspect.phone`."""
        return f"{self.kind}.{self.name}"

    @property
    def holds_many(self) -> bool:
        """Whether several values stand next to each other without contradiction."""
        return self.is_list or self.type is ValueType.CHOICES
