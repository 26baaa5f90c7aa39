"""The record of a case as a page shows it, in the language of the caseworker. Not escaped."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.record.catalogue import USES
from bot.cases.record.display import county_text, display_parsed, display_value
from bot.cases.record.entries import SOURCE_NAMES, EntrySource
from bot.cases.record.fields import SINGLE, SUBJECT_NAMES
from bot.cases.record.record import comparable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.cases.record.entries import RecordEntry
    from bot.cases.record.fields import RecordField
    from bot.cases.record.record import CaseRecord, FieldState, RecordSubject
    from bot.desks.web.request import DeskRequest

NAMING = ("name", "organisation", "alias", "given_name", "plate", "number", "type", "relation")
"""Fields by which a subject is told from others, the best first."""


@dataclass(frozen=True, slots=True)
class RecordValueView:
    """One entry."""

    id: str
    text: str
    typed: str
    """As it was typed; the code of a choice."""
    parsed: str
    """How it was read, where that says more than the text; else empty."""
    source: str
    by: str
    """Who entered it; empty for the person's own answer."""
    at: int
    message: int
    """The number of the message that says it; 0 for none."""
    uses: tuple[tuple[str, bool], ...]
    """What the person decided for this value alone."""
    refused_uses: frozenset[str]
    """Codes of the uses that the person refused for this value."""
    reason: str
    is_standing: bool
    is_withdrawal: bool
    is_unchecked: bool
    """Whether a machine translated or heard it."""
    replaces: str = ""
    """The ids of the standing entries that say the same, as a correction names them."""


@dataclass(frozen=True, slots=True)
class RecordFieldView:
    """One field of a subject."""

    code: str
    name: str
    label: str
    values: tuple[RecordValueView, ...]
    """What holds, each value once."""
    history: tuple[RecordValueView, ...]
    """Every entry, the newest first."""
    is_contradicting: bool
    replaces: str
    """The ids of the standing entries, as a correction names them."""


@dataclass(frozen=True, slots=True)
class RecordSubjectView:
    """One human, thing or happening."""

    id: str
    kind: str
    title: str
    """What it is, numbered where there are several: `Suspect or intermediary 2`."""
    name: str
    """By what it is told from others; empty for none."""
    fields: tuple[RecordFieldView, ...]


@dataclass(frozen=True, slots=True)
class RecordView:
    """The record of a case."""

    subjects: tuple[RecordSubjectView, ...]
    contradictions: tuple[tuple[RecordSubjectView, RecordFieldView], ...]

    def subject(self, name: str) -> RecordSubjectView | None:
        """Return a subject by its id."""
        return next((it for it in self.subjects if it.id == name), None)


@dataclass(frozen=True, slots=True)
class RecordPainter:
    """Renders a record for one request."""

    request: DeskRequest
    names: Mapping[str, str]
    """Of caseworkers, by id."""

    def view(self, record: CaseRecord) -> RecordView:
        """Return a record; subjects whose values were all withdrawn come last."""
        subjects = sorted(record.subjects, key=lambda it: it.is_empty)
        views = tuple(self._subject(it, record) for it in subjects)
        return RecordView(
            views,
            tuple((it, field) for it in views for field in it.fields if field.is_contradicting),
        )

    def _subject(self, it: RecordSubject, record: CaseRecord) -> RecordSubjectView:
        title = self.request.locale(SUBJECT_NAMES[it.kind])
        if it.kind not in SINGLE and len(record.of_kind(it.kind)) > 1:
            title = f"{title} {it.number}"
        fields = tuple(self._field(state) for state in it.fields)
        return RecordSubjectView(it.id, it.kind.value, title, _naming(fields), fields)

    def _field(self, state: FieldState) -> RecordFieldView:
        field, standing = state.field, {it.id for it in state.standing}
        same: dict[str, list[str]] = {}
        for it in state.standing:
            same.setdefault(comparable(it), []).append(it.id)
        history = [
            replace(
                self._value(field, it, is_standing=it.id in standing),
                replaces=" ".join(same.get(comparable(it), ())) if it.id in standing else "",
            )
            for it in state.history
        ]
        shown = {it.id for it in state.values}
        return RecordFieldView(
            field.code, field.name, self.request.locale(field.text),
            tuple(it for it in history if it.id in shown), tuple(reversed(history)),
            state.is_contradicting, " ".join(it.id for it in state.standing),
        )  # fmt: skip

    def _value(self, field: RecordField, it: RecordEntry, *, is_standing: bool) -> RecordValueView:
        locale, content = self.request.locale, it.content
        county = ""
        if field.name == "county":
            county = county_text(content, self.request.context.counties, locale.flow_catalogue)
        text = display_value(field, content, locale.staff_catalogue, locale.language)
        return RecordValueView(
            it.id, county or text, content.typed, display_parsed(field, content),
            locale(SOURCE_NAMES[content.source]), self.names.get(content.by, content.by), it.at,
            content.message,
            tuple((locale(USES[use]), given) for use, given in content.uses.items() if use in USES),
            frozenset(use for use, given in content.uses.items() if not given),
            content.reason, is_standing, content.is_withdrawal,
            content.source is EntrySource.MACHINE,
        )  # fmt: skip


def _naming(fields: Sequence[RecordFieldView]) -> str:
    by_name = {it.name: it for it in fields if it.values}
    found = next((by_name[name] for name in NAMING if name in by_name), None)
    return " / ".join(it.text for it in found.values) if found else ""
