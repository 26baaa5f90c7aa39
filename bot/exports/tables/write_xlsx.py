"""Sheets as an xlsx workbook, in the few parts of the format that a table needs.

Every cell is stored as text, so that no program computes one. The workbook holds no date of its
making and no author: equal rows give equal bytes.
"""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DATE = (1980, 1, 1, 0, 0, 0)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML cannot hold, and what would be read as the escape of it."""
_PLAIN, _BOLD = 0, 1
_BORDER = "<border><left/><right/><top/><bottom/><diagonal/></border>"
_FONT = '<sz val="11"/><name val="Calibri"/>'
_FILLS = "".join(
    f'<fill><patternFill patternType="{it}"/></fill>' for it in ("none", "gray125")
)  # both are expected to be there
_ALIKE = 'fillId="0" borderId="0"'
_STYLES = (
    f'<styleSheet xmlns="{_MAIN}"><fonts count="2"><font>{_FONT}</font><font><b/>{_FONT}</font>'
    f'</fonts><fills count="2">{_FILLS}</fills><borders count="1">{_BORDER}</borders>'
    f'<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" {_ALIKE}/></cellStyleXfs>'
    '<cellXfs count="2">'
    f'<xf numFmtId="49" fontId="0" {_ALIKE} xfId="0" applyNumberFormat="1"/>'
    f'<xf numFmtId="49" fontId="1" {_ALIKE} xfId="0" applyNumberFormat="1" applyFont="1"/>'
    '</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles>'
    "</styleSheet>"
)
"""Text (49) in every cell: plain, and bold."""
LAST_OFFERED = 1000
"""The row up to which a column offers a list to choose from."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet: rows of cells."""

    name: str
    """At most 31 characters."""
    rows: Sequence[Sequence[str]]
    hidden: frozenset[int] = frozenset()
    """The places of rows that are not shown."""
    bold: frozenset[int] = frozenset()
    offered: Mapping[int, str] = field(default_factory=dict)
    """By column: the cells that hold what can be chosen there, e.g. `Codes!$A$1:$A$6`."""


def write_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """Return a workbook."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in _parts(sheets):
            archive.writestr(zipfile.ZipInfo(name, _DATE), _HEAD + text, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _parts(sheets: Sequence[Sheet]) -> Iterable[tuple[str, str]]:
    numbers = range(1, len(sheets) + 1)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{it}.xml" ContentType="{kind}.worksheet+xml"/>'
        for it in numbers
    )
    relations = "application/vnd.openxmlformats-package.relationships+xml"
    types = (
        f'<Types xmlns="{_PACKAGE}/content-types">'
        f'<Default Extension="rels" ContentType="{relations}"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/>{overrides}</Types>'
    )
    yield "[Content_Types].xml", types
    yield "_rels/.rels", _relations([("officeDocument", "xl/workbook.xml")])
    listed = "".join(
        f'<sheet name={_quoted(it.name)} sheetId="{number}" r:id="rId{number}"/>'
        for number, it in zip(numbers, sheets, strict=True)
    )
    book = f"<bookViews><workbookView/></bookViews><sheets>{listed}</sheets>"
    yield "xl/workbook.xml", f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{book}</workbook>'
    targets = [("worksheet", f"worksheets/sheet{it}.xml") for it in numbers]
    yield "xl/_rels/workbook.xml.rels", _relations([*targets, ("styles", "styles.xml")])
    yield "xl/styles.xml", _STYLES
    for number, sheet in zip(numbers, sheets, strict=True):
        yield f"xl/worksheets/sheet{number}.xml", _sheet(sheet)


def _relations(targets: Iterable[tuple[str, str]]) -> str:
    listed = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(targets, 1)
    )
    return f'<Relationships xmlns="{_PACKAGE}/relationships">{listed}</Relationships>'


def _sheet(sheet: Sheet) -> str:
    rows = "".join(
        _row(place + 1, row, is_hidden=place in sheet.hidden, is_bold=place in sheet.bold)
        for place, row in enumerate(sheet.rows)
    )
    return (
        f'<worksheet xmlns="{_MAIN}"><sheetViews><sheetView workbookViewId="0"/></sheetViews>'
        '<sheetFormatPr defaultColWidth="22" defaultRowHeight="15"/>'
        f"<sheetData>{rows}</sheetData>{_lists(sheet)}</worksheet>"
    )


def _lists(sheet: Sheet) -> str:
    """Return from what the cells under the headings can be chosen; other values stay possible."""
    first = max(sheet.bold, default=0) + 2
    listed = "".join(
        '<dataValidation type="list" allowBlank="1" errorStyle="warning" '
        f'sqref="{column_name(place)}{first}:{column_name(place)}{LAST_OFFERED}">'
        f"<formula1>{escape(cells)}</formula1></dataValidation>"
        for place, cells in sheet.offered.items()
    )
    if not listed:
        return ""
    return f'<dataValidations count="{len(sheet.offered)}">{listed}</dataValidations>'


def _row(number: int, cells: Sequence[str], *, is_hidden: bool, is_bold: bool) -> str:
    style = _BOLD if is_bold else _PLAIN
    written = "".join(
        f'<c r="{column_name(place)}{number}" s="{style}" t="inlineStr"><is>'
        f'<t xml:space="preserve">{_text(cell)}</t></is></c>'
        for place, cell in enumerate(cells)
        if cell
    )
    hidden = ' hidden="1"' if is_hidden else ""
    return f'<row r="{number}"{hidden}>{written}</row>'


def column_name(place: int) -> str:
    """Return the letters of a column, e.g. `A` for 0 and `AB` for 27."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


def _text(cell: str) -> str:
    return escape(_UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", cell))


def _quoted(name: str) -> str:
    return '"' + escape(name, {'"': "&quot;"}) + '"'
