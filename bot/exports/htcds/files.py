"""Cases as files in three formats, and files of these formats as cases."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from bot.exports.htcds.codebook import codebook_rows
from bot.exports.htcds.mapping import CODED, ValueForm, load_mapping
from bot.exports.htcds.read import ReadFile, read_cases
from bot.exports.htcds.standard import standard_fields
from bot.exports.htcds.write import Profile, in_order
from bot.exports.tables.csv_json import read_csv, read_json, write_csv, write_json
from bot.exports.tables.model import FileRefusedError
from bot.exports.tables.read_xlsx import OLD_FORMAT, read_xlsx
from bot.exports.tables.write_xlsx import XLSX_TYPE, Sheet, column_name, write_xlsx
from bot.text import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.exports.tables.model import ReadTable

MAX_BYTES = 5 * 1024 * 1024
"""Of a file that is imported."""
ZIP_START = b"PK\x03\x04"

FILE_EMPTY = _("The file is empty.")
FILE_TOO_LARGE = _("The file has more than {most} MB. Divide it.")


class FileFormat(StrEnum):
    """The form of a file, by the ending of its name."""

    XLSX = "xlsx"
    """The layout of the standard's toolkit."""
    CSV = "csv"
    JSON = "json"


MEDIA_TYPES = {
    FileFormat.XLSX: XLSX_TYPE, FileFormat.CSV: "text/csv; charset=utf-8",
    FileFormat.JSON: "application/json",
}  # fmt: skip


def write_file(
    rows: Sequence[Mapping[str, str]], form: FileFormat, profile: Profile = Profile.DEIDENTIFIED
) -> bytes:
    """Return rows (`write.write_case`) as a file."""
    match form:
        case FileFormat.JSON:
            return write_json(_header(profile), rows, _lists(rows))
        case FileFormat.CSV:
            return write_csv(all_columns(rows), rows)
        case FileFormat.XLSX:
            sheets = [_case_sheet(rows), _about_sheet(profile), _codebook_sheet(), _code_sheet()]
            return write_xlsx(sheets)


def read_file(data: bytes, region: str = "") -> ReadFile:
    """Return the cases of a file; what it is shows in its bytes, not in its name.

    Raises:
        FileRefusedError: it cannot be read, with the reason in words for staff.
    """
    return read_cases(read_table(data), region)


def read_table(data: bytes) -> ReadTable:
    """Return the table in a file.

    Raises:
        FileRefusedError: it cannot be read.
    """
    if not data.strip():
        raise FileRefusedError(FILE_EMPTY)
    if len(data) > MAX_BYTES:
        raise FileRefusedError(FILE_TOO_LARGE, most=str(MAX_BYTES // 1024 // 1024))
    if data.startswith((ZIP_START, OLD_FORMAT)):
        return read_xlsx(data)
    is_json = data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in {b"{", b"["}
    return read_json(data.removeprefix(b"\xef\xbb\xbf")) if is_json else read_csv(data)


def all_columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    """Return every column of a file: all fields of the standard, empty ones too, and the others."""
    mapping = load_mapping()
    written = {name: "" for name, it in mapping.fields.items() if not it.deprecated}
    return list(in_order(written | {name: "" for row in rows for name in row}))


def _toolkit_columns(rows: Iterable[Mapping[str, str]]) -> list[str]:
    first = load_mapping().toolkit_columns
    return [*first, *(name for name in all_columns(rows) if name not in first)]


def _lists(rows: Iterable[Mapping[str, str]]) -> frozenset[str]:
    """Return the columns that hold several codes."""
    fields, mapping = standard_fields(), load_mapping()
    several = {name for name, it in fields.items() if it.holds_many}
    coded = {f"x_{name}" for name in several if mapping.fields[name].form in CODED}
    return frozenset(
        name for row in rows for name in row if name.partition(".")[0] in several | coded
    )


def _header(profile: Profile) -> dict[str, str]:
    mapping = load_mapping()
    return {
        "standard": mapping.standard, "mapping": mapping.name, "profile": profile.value,
        "attribution": mapping.attribution, "note": mapping.no_endorsement,
    }  # fmt: skip


def _case_sheet(rows: Sequence[Mapping[str, str]]) -> Sheet:
    """Return the sheet of the toolkit: a hidden row of names, one of labels, a row for a case."""
    columns = _toolkit_columns(rows)
    fields = standard_fields()
    labels = ["", *(fields[name].label if name in fields else name for name in columns)]
    cases = ([str(number), *(row.get(name, "") for name in columns)]
             for number, row in enumerate(rows, 1))  # fmt: skip
    ranges = _code_ranges()
    offered = {
        place: ranges[name] for place, name in enumerate(columns, 1) if name in ranges
    }  # fmt: skip
    lines = [["", *columns], labels, *cases]
    return Sheet("HTCDS", lines, frozenset({0}), frozenset({1}), offered)


def _single_codes() -> dict[str, tuple[str, ...]]:
    """Return the codes of fields that hold one of them."""
    return {
        name: it.codes for name, it in load_mapping().fields.items() if it.form is ValueForm.CODE
    }


def _code_sheet() -> Sheet:
    """Return the sheet from which spreadsheets offer codes: one column for each field."""
    codes = _single_codes()
    longest = max(map(len, codes.values()))
    lines = [
        [several[row] if row < len(several) else "" for several in codes.values()]
        for row in range(longest)
    ]
    return Sheet("Codes", [list(codes), *lines], bold=frozenset({0}))


def _code_ranges() -> dict[str, str]:
    """Return where the codes of each field stand on that sheet."""
    return {
        name: f"Codes!${letters}$2:${letters}${len(codes) + 1}"
        for place, (name, codes) in enumerate(_single_codes().items())
        for letters in [column_name(place)]
    }


def _about_sheet(profile: Profile) -> Sheet:
    return Sheet("About", [[name, text] for name, text in _header(profile).items()])


def _codebook_sheet() -> Sheet:
    rows = list(codebook_rows())
    columns = list(rows[0])
    lines = [[row[name] for name in columns] for row in rows]
    return Sheet("Codebook", [columns, *lines], bold=frozenset({0}))
