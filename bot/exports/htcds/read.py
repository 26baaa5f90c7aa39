"""Rows of HTCDS 2.0 as cases, with an answer for every value that is not allowed. Pure.

Nothing is dropped. What fits a field of the record becomes an entry of it. What Haven keeps
elsewhere or does not know stays as it was told, in the field `informant.imported`: the status in
another hotline is not ours. What is not allowed is named, with what would be; if the caseworker
wants the case all the same, it is kept in the same field.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.record.entries import MAX_VALUE, SEPARATOR, EntryContent, EntrySource
from bot.cases.record.fields import SINGLE, SubjectKind
from bot.exports.htcds.columns import EXTENSION, HtcdsColumn, parse_column
from bot.exports.htcds.mapping import CODED, ValueForm, load_mapping
from bot.exports.htcds.standard import standard_fields
from bot.exports.htcds.values import (
    ALLOWED,
    BETWEEN_CODES,
    ReadValue,
    read_typed,
    read_value,
)
from bot.exports.htcds.write import IMPORTED, IS
from bot.exports.tables.model import FileRefusedError
from bot.text import Text, _, fold

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.exports.htcds.mapping import ExtraCode, FieldMapping
    from bot.exports.tables.model import ReadRow, ReadTable

MAX_CASES = 20
"""Cases of one file: each becomes a case in the queue."""
MAX_NAME = 100
"""Characters of the name of a column."""
NOT_ALLOWED = "x_NotAllowed_"
"""Before the name of a column whose value is kept although it is not allowed."""
OF_FILE = "file"
"""The token of the subject that holds what else the file says."""
OTHER_CODE = "Other"
_HEADERS = ("x_Standard", "x_Mapping", "x_Profile", "x_Attribution")
"""Columns that say what the file is, not what the case is."""

NO_HTCDS = _(
    "No column of HTCDS 2.0 is in the file. Its first row has to hold names such as prs_FirstName."
)
OTHER_STANDARD = _("The file is of {standard}. Only {ours} can be imported.")
NEWER_MAPPING = _("A newer release of Haven wrote this file ({theirs}). Upgrade first.")
TWICE = _("The column {column} is in the file twice.")
NO_CASES = _("The file has no case.")
TOO_MANY_CASES = _("The file has {found} cases; {most} can be imported at once. Divide it.")
# Translators: {most} is a number of characters.
TOO_LONG = _("at most {most} characters")


class Fault(NamedTuple):
    """A value that is not allowed."""

    row: int
    """In the file."""
    column: str
    value: str
    allowed: Text | tuple[str, ...]
    """In words, or the codes of which it has to be one."""


@dataclass(slots=True)
class ReadCase:
    """One case of a file."""

    row: int
    contents: list[EntryContent] = field(default_factory=list)
    """Entries of the record, without who imports them."""
    kept: list[tuple[str, str]] = field(default_factory=list)
    """What stands in no other field of the record, by column."""
    faults: list[Fault] = field(default_factory=list)

    def entries(self) -> list[EntryContent]:
        """Return all that is stored, also what is not allowed."""
        wrong = [(f"{NOT_ALLOWED}{it.column}", it.value) for it in self.faults]
        lines = (_told(name, text) for name, text in (*self.kept, *wrong))
        return [*self.contents, *(it for several in lines for it in several)]


@dataclass(frozen=True, slots=True)
class ReadFile:
    """The cases of a file."""

    cases: Sequence[ReadCase]

    @property
    def faults(self) -> list[Fault]:
        """Return every value that is not allowed, in the order of the file."""
        return [fault for case in self.cases for fault in case.faults]


class _Cell(NamedTuple):
    """One cell: its column, and the name under which it is shown."""

    column: HtcdsColumn | None
    name: str
    text: str


def read_cases(table: ReadTable, region: str = "") -> ReadFile:
    """Return the cases of a table; `region` is the country of telephone numbers without a prefix.

    Raises:
        FileRefusedError: it is no table of this standard, or has more cases than allowed.
    """
    rows = list(table.rows)
    labels = rows.pop(0).cells if rows and _is_label_row(table, rows[0]) else {}
    columns = _columns(table, labels)
    found = []
    for row in rows:
        cells = _cells(table, columns, row)
        _check_headers(cells)
        cells = [it for it in cells if it.name not in _HEADERS]
        if cells:
            found.append(_read_case(row.number, cells, region))
    if not found:
        raise FileRefusedError(NO_CASES)
    if len(found) > MAX_CASES:
        raise FileRefusedError(TOO_MANY_CASES, found=str(len(found)), most=str(MAX_CASES))
    return ReadFile(found)


def _is_label_row(table: ReadTable, row: ReadRow) -> bool:
    """Tell whether a row repeats the columns in words, as in the toolkit."""
    known = standard_fields()
    labels = {fold(it.label).strip() for it in known.values()}
    said = [fold(text).strip() for place, text in row.cells.items() if place < len(table.headings)]
    matching = sum(text in labels for text in said)
    return matching > 1 and matching * 2 >= len(said)


def _columns(
    table: ReadTable, labels: Mapping[int, str]
) -> dict[int, tuple[HtcdsColumn | None, str]]:
    """Return each column with the name under which it is shown.

    Raises:
        FileRefusedError: no column is known, or one is there twice.
    """
    found: dict[int, tuple[HtcdsColumn | None, str]] = {}
    for place, heading in enumerate(table.headings):
        column = parse_column(heading.name, labels.get(place, heading.label))
        name = str(column) if column else heading.name.strip() or labels.get(place, "")
        found[place] = (column, name)
    named = [name for _column, name in found.values() if name]
    if twice := next((name for name in named if named.count(name) > 1), None):
        raise FileRefusedError(TWICE, column=twice)
    if not any(column and not column.is_extension for column, _name in found.values()):
        raise FileRefusedError(NO_HTCDS)
    return found


def _cells(
    table: ReadTable, columns: Mapping[int, tuple[HtcdsColumn | None, str]], row: ReadRow
) -> list[_Cell]:
    """Return the cells of a row; a column without any name is a number before the row."""
    found = []
    for place, text in row.cells.items():
        column, name = columns.get(place, (None, ""))
        if not name and text.strip().isdecimal():
            continue
        shown = name or f"x_Column_{place + 1}"
        found.append(_Cell(column, shown, _as_day(table, column, _tidy(text))))
    return found


def _tidy(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def _as_day(table: ReadTable, column: HtcdsColumn | None, text: str) -> str:
    """Return the day that a spreadsheet stores as a number."""
    if table.first_day is None or column is None or column.is_extension:
        return text
    whole = text.partition(".")[0]
    is_date = load_mapping().fields[column.field].form is ValueForm.DATE
    if not (is_date and whole.isdecimal() and len(whole) == len("45000")):
        return text
    return (table.first_day + timedelta(days=int(whole))).isoformat()


def _check_headers(cells: Iterable[_Cell]) -> None:
    mapping = load_mapping()
    said = {it.name: it.text for it in cells}
    if said.get("x_Standard", mapping.standard) != mapping.standard:
        raise FileRefusedError(
            OTHER_STANDARD, standard=said["x_Standard"][:40], ours=mapping.standard
        )
    theirs = said.get("x_Mapping", "")
    number = theirs.removeprefix("haven-")
    if number.isdecimal() and len(number) < len("1000000") and int(number) > mapping.version:
        raise FileRefusedError(NEWER_MAPPING, theirs=theirs[:40])


def _read_case(number: int, cells: Sequence[_Cell], region: str) -> ReadCase:
    found, mapping = ReadCase(number), load_mapping()
    extras = _Extras()
    told = [it for it in cells if it.column is None and not extras.take(it)]
    known = [(it.column, it) for it in cells if it.column is not None]
    for column, cell in sorted(known, key=lambda it: it[0][1:]):
        _read_cell(found, cell, column, extras, region)
    for name, extra in extras.found:
        _add(found, mapping.fields[name], HtcdsColumn(name), ReadValue(extra.code))
    found.kept += [(it.name, it.text) for it in told]
    return found


class _Extras:
    """Codes that the standard lacks, and that columns of their own say."""

    def __init__(self) -> None:
        self.found: list[tuple[str, ExtraCode]] = []

    def take(self, cell: _Cell) -> bool:
        """Take what a column says; tell whether that is all it says."""
        known = [
            (name, extra)
            for name, it in load_mapping().fields.items()
            for extra in it.extra
            if extra.column == cell.name
        ]
        said = {fold(text).strip() for text in cell.text.split(BETWEEN_CODES)}
        taken = [(name, extra) for name, extra in known if fold(extra.value) in said]
        if len(taken) != len(said):
            return False
        self.found += taken
        return True

    def explain(self, name: str, code: str) -> bool:
        """Tell whether a code stands only because the standard lacks another one."""
        return code == OTHER_CODE and any(
            name == field and code in extra.written_as for field, extra in self.found
        )


def _read_cell(
    case: ReadCase, cell: _Cell, column: HtcdsColumn, extras: _Extras, region: str
) -> None:
    mapping = load_mapping().fields[column.standard_field]
    if mapping.record_field is None:
        _keep(case, cell, column, mapping)
        return
    for text in _split(column, mapping, cell.text):
        value = _read(column, mapping, text, region)
        if value is None:
            case.faults.append(Fault(case.row, cell.name, text, _allowed(column, mapping)))
        elif extras.explain(column.field, value.typed):
            continue
        elif mapping.form is ValueForm.LONG_TEXT:
            for piece in pieces(text, MAX_VALUE):
                _add(case, mapping, column, ReadValue(piece))
        elif len(value.typed) > MAX_VALUE:
            case.faults.append(Fault(case.row, cell.name, text, TOO_LONG))
        else:
            _add(case, mapping, column, value)


def _keep(case: ReadCase, cell: _Cell, column: HtcdsColumn, mapping: FieldMapping) -> None:
    """Keep what Haven has elsewhere: it is said of the case in another system."""
    if column.is_extension:
        case.kept.append((cell.name, cell.text))
        return
    value = read_value(column.field, mapping, cell.text, "")
    if value is None:
        case.faults.append(Fault(case.row, cell.name, cell.text, _allowed(column, mapping)))
        return
    name = EXTENSION + str(column) if mapping.deprecated else str(column)
    case.kept.append((name, value.parsed or value.typed))


def _split(column: HtcdsColumn, mapping: FieldMapping, text: str) -> list[str]:
    """Return the values of a cell; lists of codes are joined by `;`, whatever the standard says."""
    record = mapping.record_field
    holds_many = standard_fields()[column.standard_field].holds_many or (
        mapping.form in CODED and record is not None and record.holds_many
    )
    if not holds_many or (column.is_extension and mapping.form not in CODED):
        return [text]
    parts = [stripped for it in text.split(BETWEEN_CODES) if (stripped := it.strip())]
    words = text.split()  # as the survey form joins them
    return words if len(parts) == 1 and set(words) <= set(mapping.codes) else parts


def _read(column: HtcdsColumn, mapping: FieldMapping, text: str, region: str) -> ReadValue | None:
    record = mapping.record_field
    if column.is_extension and record is not None:
        return read_typed(record, text, region)
    return read_value(column.field, mapping, text, region)


def _allowed(column: HtcdsColumn, mapping: FieldMapping) -> Text | tuple[str, ...]:
    record = mapping.record_field
    if column.is_extension and record is not None:
        return tuple(record.choices or ())
    return mapping.codes or ALLOWED[mapping.form]


def _add(case: ReadCase, mapping: FieldMapping, column: HtcdsColumn, value: ReadValue) -> None:
    record = mapping.record_field
    if record is None:
        return
    case.contents.append(
        EntryContent(
            subject=_subject(record.kind, f"i{column.subject}"), field=record.code,
            typed=value.typed, parsed=value.parsed, source=EntrySource.IMPORT,
        )
    )  # fmt: skip


def _subject(kind: SubjectKind, token: str) -> str:
    return kind.value if kind in SINGLE else f"{kind}{SEPARATOR}{token}"


def _told(name: str, text: str) -> Iterator[EntryContent]:
    """Yield the entries that keep what a column says as it was told."""
    bare = " ".join(name.split())[:MAX_NAME].replace(IS, "=")
    for piece in pieces(text, MAX_VALUE - MAX_NAME - len(IS)):
        yield EntryContent(
            subject=_subject(SubjectKind.INFORMANT, OF_FILE), field=IMPORTED,
            typed=f"{bare}{IS}{piece}", source=EntrySource.IMPORT,
        )  # fmt: skip


def pieces(text: str, most: int) -> Iterator[str]:
    """Yield a text in pieces of at most so many characters, cut at the ends of lines if it can."""
    while len(text) > most:
        end = text.rfind("\n", 1, most + 1)
        cut = end if end > 0 else most
        yield text[:cut]
        text = text[cut:].removeprefix("\n")
    if text:
        yield text
