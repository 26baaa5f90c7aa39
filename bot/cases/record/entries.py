"""One entry of a record: a value, its source, and what it replaces. Entries are only ever added."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

import msgspec

from bot.cases.record.fields import CHOSEN, SINGLE, RecordField, SubjectKind
from bot.cases.record.values import parse_value
from bot.text import Text, pgettext

if TYPE_CHECKING:
    from collections.abc import Mapping

SEPARATOR = ":"
"""Between the kind of a subject and its token: `suspect:3f9a2b1c`."""
MAX_SUBJECT = 40
MAX_VALUE = 2000
"""Characters of one value."""


class EntrySource(StrEnum):
    """By what way a value came."""

    ANSWER = "answer"
    """The person answered a question of the bot."""
    WORDS = "words"
    """The person's words: a message, which the entry names."""
    SPOKEN = "spoken"
    """The person said it to a caseworker."""
    CASEWORKER = "caseworker"
    """A caseworker saw or found out."""
    DOCUMENT = "document"
    INTERPRETER = "interpreter"
    PARTNER = "partner"
    """A partner or an authority."""
    MACHINE = "machine"
    """Translated or heard by a machine, unchecked."""
    IMPORT = "import"
    """A file of another system (`bot.exports`); staff cannot name it themselves."""


SOURCE_NAMES: Mapping[EntrySource, Text] = {
    EntrySource.ANSWER: pgettext("source", "Answer of the person"),
    EntrySource.WORDS: pgettext("source", "Message of the person"),
    EntrySource.SPOKEN: pgettext("source", "The person said it"),
    EntrySource.CASEWORKER: pgettext("source", "Seen or found out by a caseworker"),
    EntrySource.DOCUMENT: pgettext("source", "A document"),
    EntrySource.INTERPRETER: pgettext("source", "An interpreter"),
    EntrySource.PARTNER: pgettext("source", "A partner or an authority"),
    EntrySource.MACHINE: pgettext("source", "A machine, unchecked"),
    EntrySource.IMPORT: pgettext("source", "Imported from a file"),
}


class EntryContent(msgspec.Struct, frozen=True, kw_only=True):
    """What an entry says. Sealed to the case."""

    subject: str
    """Its kind, and a token where a case can have several: `person`, `suspect:3f9a2b1c`."""
    field: str
    """The code of a field, e.g. `suspect.phone`."""
    typed: str = ""
    """The value as it was typed; the code of a choice."""
    parsed: str = ""
    """Its parsed form (`values.py`); empty if there is none."""
    source: EntrySource = EntrySource.CASEWORKER
    message: int = 0
    """The number of the person's message that says it; 0 for none."""
    by: str = ""
    """The id of the caseworker who entered it; empty for the person's own answer."""
    uses: dict[str, bool] = {}
    """What the person decided for this value alone, by use."""
    supersedes: tuple[str, ...] = ()
    """The entries it corrects or withdraws."""
    is_withdrawal: bool = False
    reason: str = ""
    """Why it was corrected or withdrawn."""


@dataclass(frozen=True, slots=True)
class RecordEntry:
    """One entry, as it is stored."""

    id: str
    at: int
    content: EntryContent
    number: int = 0
    """Its place among all entries; those that answers make come before the stored ones."""


def subject_kind(subject: str) -> SubjectKind | None:
    """Return the kind of a subject; None for what names none."""
    kind, separator, token = subject.partition(SEPARATOR)
    if kind not in set(SubjectKind) or len(subject) > MAX_SUBJECT:
        return None
    found = SubjectKind(kind)
    if found in SINGLE:
        return None if separator else found
    return found if token.isascii() and token.isalnum() else None


def entry_for(  # noqa: PLR0913 - the parts of an entry
    field: RecordField, subject: str, typed: str, source: EntrySource, *, by: str = "",
    region: str = "", message: int = 0, supersedes: tuple[str, ...] = (),
) -> EntryContent:  # fmt: skip
    """Return what an entry says, its value parsed as its field is read."""
    return EntryContent(
        subject=subject, field=field.code, typed=typed, source=source, by=by, message=message,
        parsed="" if field.type in CHOSEN else parse_value(field.type, typed, region),
        supersedes=supersedes,
    )  # fmt: skip
