"""The record as of now, computed from its entries. Pure.

An entry stands until another one of the same subject and field, stored later, supersedes it. Two
people who correct one entry at the same time therefore both stand. Two standing values that differ
contradict each other where a field holds one value; nothing is chosen between them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations
from typing import TYPE_CHECKING

from bot.cases.record.entries import subject_kind
from bot.cases.record.fields import RecordField, SubjectKind, ValueType
from bot.cases.record.values import script_of
from bot.text import fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.cases.record.entries import RecordEntry


@dataclass(frozen=True, slots=True)
class FieldState:
    """What is known of one field of one subject."""

    field: RecordField
    standing: tuple[RecordEntry, ...]
    """Values that hold, oldest first; one value from two sources stands twice."""
    history: tuple[RecordEntry, ...]
    """Every entry, withdrawals included, oldest first."""
    is_contradicting: bool = False

    @property
    def newest(self) -> RecordEntry | None:
        """Return the newest standing entry; None for a field whose values were withdrawn."""
        return self.standing[-1] if self.standing else None

    @property
    def values(self) -> tuple[RecordEntry, ...]:
        """Return the standing entries without those that repeat an earlier value."""
        found: dict[str, RecordEntry] = {}
        for it in self.standing:
            found.setdefault(comparable(it), it)
        return tuple(found.values())


@dataclass(frozen=True, slots=True)
class RecordSubject:
    """One human, thing or happening of a record."""

    id: str
    kind: SubjectKind
    number: int
    """Among those of its kind, from 1, in the order in which they were entered."""
    fields: tuple[FieldState, ...]
    """Fields with a history, in the order of the catalogue."""

    @property
    def is_empty(self) -> bool:
        """Whether all of its values were withdrawn."""
        return not any(it.standing for it in self.fields)

    def field(self, name: str) -> FieldState | None:
        """Return what is known of a field of this subject, by its name within the kind."""
        code = f"{self.kind}.{name}"
        return next((it for it in self.fields if it.field.code == code), None)


@dataclass(frozen=True, slots=True)
class CaseRecord:
    """The record of a case."""

    subjects: tuple[RecordSubject, ...] = ()
    """By kind in the order of `SubjectKind`, then as they were entered."""

    def of_kind(self, kind: SubjectKind) -> list[RecordSubject]:
        """Return the subjects of a kind."""
        return [it for it in self.subjects if it.kind is kind]

    def states(self, code: str) -> list[FieldState]:
        """Return what is known of a field (`suspect.phone`), for each subject that has it."""
        return [
            state for it in self.subjects for state in it.fields if state.field.code == code
        ]  # fmt: skip

    def values(self, code: str) -> list[RecordEntry]:
        """Return the standing values of a field, without repetitions within a subject."""
        return [entry for state in self.states(code) for entry in state.values]

    @property
    def contradictions(self) -> list[FieldState]:
        """Return the fields whose values contradict each other."""
        return [state for it in self.subjects for state in it.fields if state.is_contradicting]


def fold_entries(entries: Iterable[RecordEntry], fields: Mapping[str, RecordField]) -> CaseRecord:
    """Return the record that entries, in any order, amount to.

    Entries of a field that is not in the catalogue any more, or of no known subject, are left out.
    """
    known = [
        it
        for it in sorted(entries, key=lambda entry: (entry.number, entry.id))
        if it.content.field in fields and _fits(it, fields[it.content.field])
    ]
    superseded = _superseded(known)
    by_subject: dict[str, dict[str, list[RecordEntry]]] = {}
    for it in known:
        by_subject.setdefault(it.content.subject, {}).setdefault(it.content.field, []).append(it)
    places = {code: place for place, code in enumerate(fields)}
    numbers: dict[SubjectKind, int] = {}
    found = []
    for subject, by_field in by_subject.items():
        kind = fields[next(iter(by_field))].kind
        numbers[kind] = numbers.get(kind, 0) + 1
        states = tuple(
            _field_state(fields[code], by_field[code], superseded)
            for code in sorted(by_field, key=places.__getitem__)
        )
        found.append(RecordSubject(subject, kind, numbers[kind], states))
    kinds = list(SubjectKind)
    found.sort(key=lambda it: (kinds.index(it.kind), it.number))
    return CaseRecord(tuple(found))


def _fits(it: RecordEntry, field: RecordField) -> bool:
    return subject_kind(it.content.subject) is field.kind


def _superseded(entries: Sequence[RecordEntry]) -> set[str]:
    """Return the ids of entries that a later one of the same subject and field replaces."""
    earlier: dict[str, tuple[str, str]] = {}
    found = set()
    for it in entries:
        about = (it.content.subject, it.content.field)
        found |= {each for each in it.content.supersedes if earlier.get(each) == about}
        earlier[it.id] = about
    return found


def _field_state(
    field: RecordField, history: Sequence[RecordEntry], superseded: set[str]
) -> FieldState:
    standing = tuple(
        it for it in history if it.id not in superseded and not it.content.is_withdrawal
    )
    return FieldState(field, standing, tuple(history), contradict(field, standing))


def contradict(field: RecordField, standing: Sequence[RecordEntry]) -> bool:
    """Tell whether values that stand contradict each other."""
    if field.holds_many:
        return False
    return any(not _agree(field.type, *pair) for pair in combinations(standing, 2))


def _agree(kind: ValueType, one: RecordEntry, other: RecordEntry) -> bool:
    first, second = comparable(one), comparable(other)
    if first == second:
        return True
    if kind is ValueType.NAME:
        scripts = {script_of(it.content.typed) for it in (one, other)}
        return len(scripts) > 1
    if kind is ValueType.DATE and one.content.parsed and other.content.parsed:
        return first.startswith(second) or second.startswith(first)  # 2024 and 2024-05-03
    return False


def comparable(entry: RecordEntry) -> str:
    """Return the value in the form in which it is compared with others."""
    return entry.content.parsed or " ".join(fold(entry.content.typed).split())
