"""Rows as CSV and JSON, written so that no spreadsheet takes a cell for a formula, and read.

A cell that begins like a formula gets an apostrophe before it, and loses it when it is read. So
does a cell that begins with an apostrophe: what was written comes back equal.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

import msgspec

from bot.exports.tables.model import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    FileRefusedError,
    Heading,
    ReadRow,
    ReadTable,
)
from bot.repeated_keys import find_repeated_key
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"
MAX_SHOWN = 60
"""Characters of a key of a file that are shown."""
_DELIMITERS = ",;\t"

NOT_UTF_8 = _('The file is not in Unicode. Save it as "CSV UTF-8" and import it again.')
NO_TABLE = _("The file holds no table: its first row has to name the columns.")
NO_JSON = _("The file is no JSON of the form that Haven exports: a list of cases.")
KEY_TWICE = _('The file has "{key}" twice in one place: which of the two counts? Take one out.')
TOO_MANY_ROWS = _("The file has more than {most} rows. Divide it.")
TOO_MANY_COLUMNS = _("The file has more than {most} columns.")
CELL_TOO_LONG = _("Row {row} has a cell of more than {most} characters.")


def guard(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return QUOTE + cell if cell.startswith((*FORMULA_STARTS, QUOTE)) else cell


def unguard(cell: str) -> str:
    """Return a cell as it was before `guard`."""
    is_guarded = cell.startswith(QUOTE) and cell[1:].startswith((*FORMULA_STARTS, QUOTE))
    return cell[1:] if is_guarded else cell


def write_csv(columns: Sequence[str], rows: Iterable[Mapping[str, str]]) -> bytes:
    """Return rows as CSV in UTF-8, with the mark by which spreadsheets recognise it."""
    out = io.StringIO()
    table = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    table.writerow(columns)
    for row in rows:
        table.writerow([guard(row.get(name, "")) for name in columns])
    return out.getvalue().encode("utf-8-sig")


def write_json(
    header: Mapping[str, str], rows: Iterable[Mapping[str, str]], lists: Collection[str]
) -> bytes:
    """Return rows as JSON, without empty values; columns in `lists` as lists of codes."""
    cases = [
        {name: text.split(";") if name in lists else text for name, text in row.items() if text}
        for row in rows
    ]
    return msgspec.json.format(msgspec.json.encode({"header": header, "cases": cases}))


def read_csv(data: bytes) -> ReadTable:
    """Return the table in a CSV file.

    Raises:
        FileRefusedError: it is none, or larger than allowed.
    """
    try:
        text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig")
    except UnicodeDecodeError:
        raise FileRefusedError(NOT_UTF_8) from None
    first = text.partition("\n")[0]
    delimiter = max(_DELIMITERS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return _table([(number, list(line)) for number, line in enumerate(_capped(lines), 1)])
    except csv.Error:
        raise FileRefusedError(NO_TABLE) from None


def _capped(lines: Iterable[list[str]]) -> Iterable[list[str]]:
    for place, line in enumerate(lines):
        if place > MAX_ROWS:
            raise FileRefusedError(TOO_MANY_ROWS, most=str(MAX_ROWS))
        if len(line) > MAX_COLUMNS:
            raise FileRefusedError(TOO_MANY_COLUMNS, most=str(MAX_COLUMNS))
        yield line


def _table(lines: Sequence[tuple[int, list[str]]]) -> ReadTable:
    filled = [(number, line) for number, line in lines if any(cell.strip() for cell in line)]
    if not filled:
        raise FileRefusedError(NO_TABLE)
    (_number, names), *rest = filled
    read = [
        ReadRow(number, {
            place: text for place, cell in enumerate(line) if (text := _cell(number, cell)).strip()
        })
        for number, line in rest
    ]  # fmt: skip
    return ReadTable([Heading(unguard(name)) for name in names], read)


def _cell(row: int, cell: str) -> str:
    if len(cell) > MAX_CELL:
        raise FileRefusedError(CELL_TOO_LONG, row=str(row), most=str(MAX_CELL))
    return unguard(cell)


def read_json(data: bytes) -> ReadTable:
    """Return the table in a JSON file: a list of cases, or an object that has it as `cases`.

    Raises:
        FileRefusedError: it is none, or larger than allowed.
    """
    whole = _parse_json(data)
    cases = whole.get("cases") if isinstance(whole, dict) else whole
    if not isinstance(cases, list) or not all(isinstance(it, dict) for it in cases):
        raise FileRefusedError(NO_JSON)
    if len(cases) > MAX_ROWS:
        raise FileRefusedError(TOO_MANY_ROWS, most=str(MAX_ROWS))
    header = whole.get("header") if isinstance(whole, dict) else None
    shared = (
        {name: header[key] for key, name in _HEADER.items() if key in header}
        if isinstance(header, dict)
        else {}
    )
    places: dict[str, int] = {}
    rows = []
    for number, case in enumerate(cases, 1):
        cells = {}
        for name, value in (shared | case).items():
            text = _plain(value)
            if len(text) > MAX_CELL:
                raise FileRefusedError(CELL_TOO_LONG, row=str(number), most=str(MAX_CELL))
            if text.strip():
                cells[places.setdefault(name, len(places))] = text
        rows.append(ReadRow(number, cells))
    if len(places) > MAX_COLUMNS:
        raise FileRefusedError(TOO_MANY_COLUMNS, most=str(MAX_COLUMNS))
    return ReadTable([Heading(name) for name in places], rows)


def _parse_json(data: bytes) -> Any:
    try:
        whole, repeated = msgspec.json.decode(data), find_repeated_key(data)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        raise FileRefusedError(NO_JSON) from None
    if repeated is not None:
        raise FileRefusedError(KEY_TWICE, key=repeated[:MAX_SHOWN])
    return whole


_HEADER = {"standard": "x_Standard", "mapping": "x_Mapping"}
"""What the header of a JSON file says of all its cases."""


def _plain(value: Any) -> str:
    """Return a value of JSON as a cell."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "true" if value else "false"
        case list() if all(isinstance(it, str) for it in value):
            return ";".join(value)
        case _:
            return msgspec.json.encode(value).decode()
