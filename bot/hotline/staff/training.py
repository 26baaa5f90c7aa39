"""Training of staff: courses with their certificates, due again in a year, and look-alongs.

A look-along is a supervisor's time next to a colleague, in practice or in a case, with written
feedback. It names no person. The colleague reads it, and so do supervisors and administrators.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

import msgspec

from bot.errors import DecryptionError
from bot.store.statements import delete_by, insert, select_by
from bot.store.tables.training import training_records
from bot.vault import Purpose

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work
    from bot.vault import Vault

DUE_AFTER = timedelta(days=365)
"""A course is due again a year after it was taken."""
DUE_SOON = timedelta(days=30)
MAX_COURSE, MAX_CERTIFICATE, MAX_FEEDBACK = 120, 60, 4000
"""Characters."""


class TrainingKind(StrEnum):
    """What a record is about."""

    COURSE = "course"
    LOOK_ALONG = "look_along"


class TrainingContent(msgspec.Struct, frozen=True, kw_only=True):
    """What was written down. Sealed."""

    course: str
    certificate: str = ""
    feedback: str = ""


@dataclass(frozen=True, slots=True)
class TrainingRecord:
    """One course, or one look-along."""

    id: int
    staff: str
    kind: TrainingKind
    day: date
    content: TrainingContent
    added_by: str

    @property
    def due(self) -> date | None:
        """Return when a course is due again; None for a look-along."""
        return self.day + DUE_AFTER if self.kind is TrainingKind.COURSE else None

    def is_overdue(self, today: date) -> bool:
        """Return whether the course should have been taken again."""
        return self.due is not None and self.due <= today

    def is_due_soon(self, today: date) -> bool:
        """Return whether the course is due within a month."""
        return self.due is not None and today < self.due <= today + DUE_SOON


_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(TrainingContent).decode
_EPOCH = date(1970, 1, 1)
_COLUMNS = ("id", "staff_id", "kind", "done_on", "sealed", "added_by")
_ADD = insert(training_records, "staff_id", "kind", "done_on", "sealed", "added_by", "added_at")
_ALL = select_by(training_records, *_COLUMNS, order_by=("staff_id", "done_on", "id"))
_OF = select_by(training_records, *_COLUMNS, by="staff_id", order_by=("done_on", "id"))
_REMOVE = delete_by(training_records, by=("id", "staff_id"))


class TrainingRecords:
    """The records as rows, used inside units of work."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def add(self, work: Work, new: TrainingRecord, now: int) -> None:
        """Store a record; its id is chosen by the database."""
        done_on = (new.day - _EPOCH).days
        data = _associated_data(new.staff, new.kind, done_on)
        sealed = self._vault.seal(Purpose.STAFF, data, _encode(new.content))
        work.run(_ADD, new.staff, new.kind.value, done_on, sealed, new.added_by, now)

    def all(self, work: Work) -> list[TrainingRecord]:
        """Return every record, by colleague, oldest first."""
        return [it for it in map(self._open, work.rows(_ALL)) if it is not None]

    def of(self, work: Work, who: str) -> list[TrainingRecord]:
        """Return the records of one colleague, oldest first."""
        return [it for it in map(self._open, work.rows(_OF, who)) if it is not None]

    @staticmethod
    def remove(work: Work, number: int, who: str) -> bool:
        """Remove a record that was entered by mistake; return whether it was there."""
        return bool(work.run(_REMOVE, number, who))

    def _open(self, row: Any) -> TrainingRecord | None:
        number, who, kind, done_on, sealed, added_by = row
        try:
            plain = self._vault.open(
                Purpose.STAFF, _associated_data(who, kind, done_on), bytes(sealed)
            )
            content = _decode(plain)
        except (DecryptionError, msgspec.MsgspecError):  # one damaged row must not stop all others
            return None
        day = _EPOCH + timedelta(days=done_on)
        return TrainingRecord(int(number), who, TrainingKind(kind), day, content, added_by)


def current_courses(records: Iterable[TrainingRecord]) -> list[TrainingRecord]:
    """Return the newest record of each course; only these are due again."""
    newest: dict[str, TrainingRecord] = {}
    for it in sorted(records, key=lambda each: (each.day, each.id)):
        if it.kind is TrainingKind.COURSE:
            newest[it.content.course.casefold()] = it
    return list(newest.values())


def _associated_data(who: str, kind: str, done_on: int) -> bytes:
    return f"training/{who}/{kind}/{done_on}".encode()
