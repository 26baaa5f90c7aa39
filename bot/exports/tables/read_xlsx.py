"""The first sheet of an xlsx workbook, read as if it came from an attacker.

Only four parts of the archive are opened: the workbook, where its parts are, the shared texts and
the sheet. Nothing is computed, followed or executed. Refused are archives that unpack to more than
a table of cases can be, document types and entities, formulas in a named column, and links to other
files. Macros are never read: the toolkit's spreadsheet with lists has some.

Why not openpyxl: it builds the whole workbook in memory before it can be judged, reads what we do
not need, and leaves entities to a further library. A table of texts takes these few functions.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING
from xml.parsers import expat

from bot.exports.tables.csv_json import (
    CELL_TOO_LONG,
    NO_TABLE,
    TOO_MANY_COLUMNS,
    TOO_MANY_ROWS,
)
from bot.exports.tables.model import (
    MAX_CELL,
    MAX_COLUMNS,
    MAX_ROWS,
    FileRefusedError,
    Heading,
    ReadRow,
    ReadTable,
)
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

MAX_PARTS, MAX_UNPACKED = 300, 20 * 1024 * 1024
"""Parts of an archive, and bytes of all of them unpacked."""
MAX_SHARED = 200_000
"""Shared texts."""
OLD_FORMAT = b"\xd0\xcf\x11\xe0"
"""How a workbook begins that has a password, or is of the format before 2007."""
_CHUNK = 64 * 1024
_FORBIDDEN = ("xl/externalLinks/", "xl/connections", "xl/queryTables/", "xl/embeddings/")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")

LOCKED = _(
    'The spreadsheet has a password, or is of the old format ".xls". Save it as ".xlsx" without a '
    "password and import it again."
)
NO_WORKBOOK = _("The file is no spreadsheet, or it is damaged.")
TOO_LARGE = _("The spreadsheet unpacks to more than {most} MB. Copy the cases into a new one.")
LINKED = _(
    "The spreadsheet has links to other files. Copy the values into a new one and import that."
)
# Translators: {cell} names a cell of a spreadsheet, e.g. C5.
FORMULA = _("Cell {cell} is a formula. Replace it by its value and import the file again.")


@dataclass(slots=True)
class _Workbook:
    """What is known of a workbook before its sheet is read."""

    sheets: list[str] = field(default_factory=list)
    """The relation of each sheet, in order."""
    targets: dict[str, str] = field(default_factory=dict)
    """Parts by relation."""
    shared: list[str] = field(default_factory=list)
    counts_from_1904: bool = False


def read_xlsx(data: bytes) -> ReadTable:
    """Return the table on the first sheet of a workbook.

    Raises:
        FileRefusedError: it is none, is larger than allowed, or holds more than values.
    """
    if data.startswith(OLD_FORMAT):
        raise FileRefusedError(LOCKED)
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _read(archive)
    except (zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, LookupError, ValueError,
            NotImplementedError, RuntimeError, OSError):  # fmt: skip
        raise FileRefusedError(NO_WORKBOOK) from None


def _read(archive: zipfile.ZipFile) -> ReadTable:
    _check(archive)
    book = _Workbook()
    names = set(archive.namelist())
    _parse(archive, "xl/workbook.xml", _workbook_reader(book))
    _parse(archive, "xl/_rels/workbook.xml.rels", _relation_reader(book))
    if "xl/sharedStrings.xml" in names:
        _parse(archive, "xl/sharedStrings.xml", _SharedReader(book.shared))
    sheet = _SheetReader(book.shared)
    target = book.targets[book.sheets[0]] if book.sheets else ""
    path = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
    _parse(archive, posixpath.normpath(path), sheet)
    first_day = date(1904, 1, 1) if book.counts_from_1904 else date(1899, 12, 30)
    _refuse_formulas(sheet)
    return _as_table(sheet.rows, first_day)


def _check(archive: zipfile.ZipFile) -> None:
    parts = archive.infolist()
    names = [it.filename for it in parts]
    if len(parts) > MAX_PARTS or len(set(names)) != len(names):
        raise FileRefusedError(NO_WORKBOOK)
    if sum(it.file_size for it in parts) > MAX_UNPACKED:
        raise FileRefusedError(TOO_LARGE, most=str(MAX_UNPACKED // 1024 // 1024))
    if any(name.startswith(_FORBIDDEN) for name in names):
        raise FileRefusedError(LINKED)


class _Reader:
    """Handlers of one part; names of elements come without their namespace."""

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Handle the beginning of an element."""

    def end(self, name: str) -> None:
        """Handle the end of an element."""

    def text(self, data: str) -> None:
        """Handle text."""


def _parse(archive: zipfile.ZipFile, name: str, reader: _Reader) -> None:
    """Parse a part in pieces; a part that declares types or entities is refused."""

    def refuse(*_given: object) -> None:
        raise FileRefusedError(NO_WORKBOOK)

    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = lambda tag, given: reader.start(_bare(tag), given)
    parser.EndElementHandler = lambda tag: reader.end(_bare(tag))
    parser.CharacterDataHandler = reader.text
    left = MAX_UNPACKED
    with archive.open(name) as part:
        while piece := part.read(_CHUNK):
            left -= len(piece)
            if left < 0:
                raise FileRefusedError(TOO_LARGE, most=str(MAX_UNPACKED // 1024 // 1024))
            parser.Parse(piece, False)  # noqa: FBT003 - expat takes no names
    parser.Parse(b"", True)  # noqa: FBT003


def _bare(tag: str) -> str:
    return tag.rpartition(":")[2]


class _StartReader(_Reader):
    """A reader of attributes alone."""

    def __init__(self, handle: Callable[[str, Mapping[str, str]], None]) -> None:
        self._handle = handle

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Hand the attributes of an element on."""
        self._handle(name, given)


def _workbook_reader(book: _Workbook) -> _Reader:
    def handle(name: str, given: Mapping[str, str]) -> None:
        if name == "sheet":
            book.sheets.append(next((it for key, it in given.items() if key.endswith(":id")), ""))
        elif name == "workbookPr":
            book.counts_from_1904 = given.get("date1904") in {"1", "true"}

    return _StartReader(handle)


def _relation_reader(book: _Workbook) -> _Reader:
    def handle(name: str, given: Mapping[str, str]) -> None:
        if name == "Relationship":
            if given.get("TargetMode") == "External":
                raise FileRefusedError(LINKED)
            book.targets[given["Id"]] = given["Target"]

    return _StartReader(handle)


class _TextReader(_Reader):
    """Collects the text of elements `t`, without how it is pronounced."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self._is_in_text = False
        self._depth_of_phonetic = 0

    def start(self, name: str, given: Mapping[str, str]) -> None:  # noqa: ARG002
        """Begin a text, or what is not one."""
        self._is_in_text = name == "t" and not self._depth_of_phonetic
        self._depth_of_phonetic += name == "rPh"

    def end(self, name: str) -> None:
        """End a text, or what is not one."""
        self._is_in_text = False
        self._depth_of_phonetic -= name == "rPh"

    def text(self, data: str) -> None:
        """Collect text."""
        if self._is_in_text:
            self.parts.append(data)

    def take(self) -> str:
        """Return what was collected, and begin again."""
        found = _ESCAPED.sub(lambda code: chr(int(code[1], 16)), "".join(self.parts))
        self.parts = []
        return found


class _SharedReader(_TextReader):
    """The texts that cells name by their number."""

    def __init__(self, found: list[str]) -> None:
        super().__init__()
        self._found = found

    def end(self, name: str) -> None:
        """Keep a text once its item ends."""
        super().end(name)
        if name == "si":
            if len(self._found) >= MAX_SHARED:
                raise FileRefusedError(NO_WORKBOOK)
            self._found.append(self.take())


class _SheetReader(_TextReader):
    """The cells of a sheet that are not empty, by row and column."""

    def __init__(self, shared: list[str]) -> None:
        super().__init__()
        self._shared = shared
        self.rows: dict[int, dict[int, str]] = {}
        self.formulas: list[tuple[int, int, str]] = []
        """Row, column and name of the cells that are computed."""
        self._cell, self._type, self._row, self._place = "", "", 0, -1
        self._value: list[str] | None = None

    def start(self, name: str, given: Mapping[str, str]) -> None:
        """Begin a row, a cell or its value."""
        super().start(name, given)
        if name == "row":
            self._row, self._place = int(given.get("r") or self._row + 1), -1
        elif name == "c":
            self._cell, self._type = given.get("r", ""), given.get("t", "n")
            self._locate()
        elif name == "f":
            self.formulas.append((self._row, self._place, self._cell or "?"))
        elif name == "v":
            self._value = []

    def text(self, data: str) -> None:
        """Collect the text of a cell, or its value."""
        super().text(data)
        if self._value is not None:
            self._value.append(data)

    def end(self, name: str) -> None:
        """Keep a cell once it ends."""
        super().end(name)
        if name != "c":
            return
        value, inline = "".join(self._value or ()), self.take()
        self._value = None
        text = inline if self._type == "inlineStr" else self._read(value)
        if text.strip():
            self._keep(text)

    def _locate(self) -> None:
        match = _CELL.fullmatch(self._cell)
        if match is None:
            self._place += 1
            return
        self._place = _place_of(match[1])
        self._row = int(match[2])

    def _read(self, value: str) -> str:
        match self._type:
            case "s":
                return self._shared[int(value)] if value else ""
            case "b":
                return "true" if value == "1" else "false"
            case "n" if value:
                return _number(value)
            case _:
                return value

    def _keep(self, text: str) -> None:
        if len(text) > MAX_CELL:
            raise FileRefusedError(CELL_TOO_LONG, row=str(self._row), most=str(MAX_CELL))
        if self._place >= MAX_COLUMNS:
            raise FileRefusedError(TOO_MANY_COLUMNS, most=str(MAX_COLUMNS))
        self.rows.setdefault(self._row, {})[self._place] = text
        if len(self.rows) > MAX_ROWS:
            raise FileRefusedError(TOO_MANY_ROWS, most=str(MAX_ROWS))


def _refuse_formulas(sheet: _SheetReader) -> None:
    """Refuse a computed cell, unless its column has no name: the toolkit numbers its rows so."""
    if not sheet.rows:
        return
    first = min(sheet.rows)
    named = sheet.rows[first].keys() | sheet.rows.get(first + 1, {}).keys()
    for row, place, cell in sheet.formulas:
        if place in named or row == first:
            raise FileRefusedError(FORMULA, cell=cell)
        cells = sheet.rows.get(row, {})
        cells.pop(place, None)
        if not cells:
            sheet.rows.pop(row, None)


def _place_of(letters: str) -> int:
    found = 0
    for letter in letters:
        found = found * 26 + ord(letter) - ord("A") + 1
    return found - 1


def _number(value: str) -> str:
    """Return a number as it is shown: without the digits that binary fractions add."""
    number = float(value)
    return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)  # noqa: PLR2004


def _as_table(rows: Mapping[int, Mapping[int, str]], first_day: date) -> ReadTable:
    if not rows:
        raise FileRefusedError(NO_TABLE)
    first = min(rows)
    heads = rows[first]
    width = max(max(row) for row in rows.values()) + 1
    headings = [Heading(heads.get(place, "")) for place in range(width)]
    return ReadTable(headings, list(_rest(rows, first)), first_day)


def _rest(rows: Mapping[int, Mapping[int, str]], first: int) -> Iterator[ReadRow]:
    for number in sorted(rows):
        if number != first:
            yield ReadRow(number, rows[number])
