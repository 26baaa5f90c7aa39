"""The form that puts a value into the record: first about whom or what, then the value."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.cases.record.catalogue import USES
from bot.cases.record.entries import SEPARATOR, SOURCE_NAMES, EntrySource, subject_kind
from bot.cases.record.fields import CHOSEN, SINGLE, SUBJECT_NAMES, RecordField, SubjectKind
from bot.hotline.commands.record import NEW

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.desks.web.record.view import RecordSubjectView, RecordView
    from bot.desks.web.request import DeskRequest

OFTEN = (
    "suspect.name", "suspect.phone", "suspect.account", "employer.name", "employer.phone",
    "place.street", "vessel.name", "vehicle.plate", "payment.amount", "document.held_by",
    "person.name", "person.born", "person.mobile",
)  # fmt: skip
"""What the words of a person most often say; each is one button."""
MAX_LISTED = 3
"""Subjects of a kind that have a button of their own for each such field."""
CHOICE_MARK = "="
"""Between a field and a choice in the value of an option: `role=Exploiter`."""
OFFERED_SOURCES = (
    EntrySource.SPOKEN, EntrySource.WORDS, EntrySource.CASEWORKER, EntrySource.DOCUMENT,
    EntrySource.INTERPRETER, EntrySource.PARTNER, EntrySource.MACHINE,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FieldOptions:
    """Options of the question which field it is: a field, or a field's choices."""

    label: str
    """Of a field that is chosen; empty for the fields whose value is typed."""
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RecordForm:
    """What the form offers."""

    words: str
    """The value as it stands, or the words of the message."""
    message: int
    """The number of the message; 0 for none."""
    answer: str
    """The answer of a report, as the address names it; empty for none."""
    about: str
    """The subject; empty until it is chosen."""
    title: str
    field: str
    """The code of the field that is corrected, as in an option; empty for a new value."""
    replaces: str
    """The ids of the entries that are corrected."""
    source: str
    often: tuple[tuple[str, str], ...]
    """Subject and field of a button, and what it says."""
    subjects: tuple[tuple[str, str], ...]
    """Known subjects, then each kind of new one."""
    groups: tuple[FieldOptions, ...]
    sources: tuple[tuple[str, str], ...]
    uses: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class AskedForm:
    """Which form is asked for."""

    about: str = ""
    field: str = ""
    entry: str = ""
    """The value to correct; empty: all values of the field."""
    message: int = 0
    answer: str = ""
    """The answer of a report whose words they are, as the address names it; empty for none."""
    words: str = ""


def build_form(
    request: DeskRequest, fields: Mapping[str, RecordField], record: RecordView, asked: AskedForm
) -> RecordForm:
    """Return a form; an unknown subject or field is as if none were named."""
    locale = request.locale
    kind = subject_kind(asked.about)
    known = record.subject(asked.about)
    if kind is None or (known is None and not _is_new(asked.about, kind)):
        asked, kind = replace(asked, about="", field="", entry=""), None
    shown = next((it for it in known.fields if it.name == asked.field), None) if known else None
    value = next((it for it in shown.values if it.id == asked.entry), None) if shown else None
    if shown is not None and value is None and len(shown.values) == 1:
        value = shown.values[0]
    words = asked.words or (value.typed if value else "")
    replaces = value.replaces if value else shown.replaces if shown else ""
    return RecordForm(
        words, asked.message, asked.answer, asked.about if kind else "",
        _title(request, known, kind), asked.field if shown else "",
        replaces,
        EntrySource.WORDS.value if asked.words else EntrySource.SPOKEN.value,
        tuple(_often(request, fields, record)) if words and not kind else (),
        tuple(_subjects(request, record)) if not kind else (),
        tuple(_groups(request, fields.values(), kind, asked.field if shown else "")),
        tuple((it.value, locale(SOURCE_NAMES[it])) for it in OFFERED_SOURCES),
        tuple((use, locale(text)) for use, text in USES.items()),
    )  # fmt: skip


def _is_new(about: str, kind: SubjectKind) -> bool:
    return kind in SINGLE or about == f"{kind}{SEPARATOR}{NEW}"


def _title(request: DeskRequest, known: RecordSubjectView | None, kind: SubjectKind | None) -> str:
    if known is not None:
        return f"{known.title} \u00b7 {known.name}" if known.name else known.title
    return request.locale(SUBJECT_NAMES[kind]) if kind else ""


def new_subject(kind: SubjectKind) -> str:
    """Return the name of a subject of a kind that the record does not have yet."""
    return kind.value if kind in SINGLE else f"{kind}{SEPARATOR}{NEW}"


def _often(
    request: DeskRequest, fields: Mapping[str, RecordField], record: RecordView
) -> Iterable[tuple[str, str]]:
    for code in OFTEN:
        field = fields[code]
        label = request.locale(field.text)
        known = [it for it in record.subjects if it.kind == field.kind][:MAX_LISTED]
        for it in known:
            yield f"{it.id}/{field.name}", f"{it.name or it.title}: {label}"
        if field.kind not in SINGLE or not known:
            name = request.locale(SUBJECT_NAMES[field.kind])
            yield f"{new_subject(field.kind)}/{field.name}", f"{name}: {label}"


def _subjects(request: DeskRequest, record: RecordView) -> Iterable[tuple[str, str]]:
    for it in record.subjects:
        yield it.id, f"{it.title} \u00b7 {it.name}" if it.name else it.title
    known = {it.kind for it in record.subjects}
    for kind, text in SUBJECT_NAMES.items():
        if kind not in SINGLE or kind not in known:
            yield new_subject(kind), f"+ {request.locale(text)}"


def _groups(
    request: DeskRequest, fields: Iterable[RecordField], kind: SubjectKind | None, only: str
) -> Iterable[FieldOptions]:
    if kind is None:
        return
    own = [it for it in fields if it.kind is kind and only in {"", it.name}]
    typed = tuple((it.name, request.locale(it.text)) for it in own if it.type not in CHOSEN)
    if typed:
        yield FieldOptions("", typed)
    for it in own:
        if it.type in CHOSEN:
            options = (
                (f"{it.name}{CHOICE_MARK}{code}", request.locale(text))
                for code, text in (it.choices or {}).items()
            )
            yield FieldOptions(request.locale(it.text), tuple(options))
