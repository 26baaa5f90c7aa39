"""Spreadsheets, CSV and JSON from strangers: read to the letter, or refused with the reason."""

from __future__ import annotations

import io
import random
import zipfile
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.exports.htcds.files import MAX_BYTES, FileFormat, read_file, read_table, write_file
from bot.exports.htcds.read import MAX_CASES
from bot.exports.tables.csv_json import FORMULA_STARTS, guard, unguard
from bot.exports.tables.model import MAX_COLUMNS, MAX_ROWS, FileRefusedError
from bot.exports.tables.read_xlsx import MAX_UNPACKED
from bot.exports.tables.write_xlsx import Sheet, column_name, write_xlsx

if TYPE_CHECKING:
    from collections.abc import Mapping

ROW = {"prs_FirstName": "Siti"}
PLAIN = write_xlsx([Sheet("HTCDS", [["prs_FirstName"], ["Siti"]])])
SHEET, BOOK = "xl/worksheets/sheet1.xml", "xl/workbook.xml"


def changed(parts: Mapping[str, bytes] | None = None, **replaced: tuple[str, str, str]) -> bytes:
    """Return the plain workbook with parts added, and words of parts replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(PLAIN)) as old, zipfile.ZipFile(out, "w") as new:
        for name in old.namelist():
            text = old.read(name).decode()
            for part, before, after in replaced.values():
                if part == name:
                    assert before in text
                    text = text.replace(before, after, 1)
            new.writestr(name, text)
        for name, data in (parts or {}).items():
            new.writestr(name, data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


_CELL = '<c r="A2" s="0" t="inlineStr">'
_DTD = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
HOSTILE = {
    "a bomb": (changed({"xl/media/image1.bin": b"\0" * (MAX_UNPACKED + 1)}), "unpacks to more"),
    "a formula": (changed(a=(SHEET, _CELL, f"{_CELL}<f>1+1</f>")), "Cell A2 is a formula"),
    "entities": (changed(a=(SHEET, "<worksheet", f"{_DTD}<worksheet")), "damaged"),
    "links": (changed({"xl/externalLinks/externalLink1.xml": b"<a/>"}), "links to other files"),
    "connections": (changed({"xl/connections.xml": b"<a/>"}), "links to other files"),
    "no end": (PLAIN[:-40], "damaged"),
    "a password": (b"\xd0\xcf\x11\xe0" + bytes(600), "password"),
    "no sheet": (changed(a=(BOOK, 'r:id="rId1"', 'r:id="rId9"')), "damaged"),
    "another sheet": (changed(a=("xl/_rels/workbook.xml.rels", "worksheets/sheet1.xml",
                                 "../../etc/passwd")), "damaged"),
    "many parts": (changed({f"a/{it}": b"" for it in range(400)}), "damaged"),
    "no table": (b"hello", "No column of HTCDS"),
    "nothing": (b" \n", "empty"),
    "big": (b"a" * (MAX_BYTES + 1), "more than 5 MB"),
    "Big5": ("prs_FirstName\n\u9673".encode("big5"), "CSV UTF-8"),
    "JSON of numbers": (b"[1, 2]", "no JSON of the form"),
    "JSON with a key twice": (b'[{"a": "1", "a": "2"}]', '"a" twice'),
    "deep JSON": (b"[" * 200_000, "no JSON of the form"),
    "twice": (b"prs_FirstName,PRS_First_Name\na,b", "twice"),
    "many rows": (b"prs_FirstName\n" + b"a\n" * (MAX_ROWS + 1), "more than 2000 rows"),
    "many columns": (b",".join(b"a%d" % it for it in range(MAX_COLUMNS + 1)) + b"\n1", "columns"),
    "many cases": (b"prs_FirstName\n" + b"a\n" * (MAX_CASES + 1), "21 cases; 20"),
    "no case": (b"prs_FirstName\n", "no case"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_or_useless_file_is_refused_with_the_reason(name: str) -> None:
    data, words = HOSTILE[name]
    with pytest.raises(FileRefusedError, match=words):
        read_file(data)


def test_a_plain_workbook_is_read_and_its_macros_and_row_numbers_are_not() -> None:
    for data in (PLAIN, changed({"xl/vbaProject.bin": b"MZ"})):
        (case,) = read_file(data).cases
        assert [it.typed for it in case.contents] == ["Siti"]
    numbered = changed(
        a=(
            SHEET,
            "</row></sheetData>",
            '</row><row r="3"><c r="B3"><f>B2+1</f><v>7</v></c></row></sheetData>',
        )
    )
    (case,) = read_file(numbered).cases
    assert case.kept == []
    days = changed(
        a=(SHEET, "prs_FirstName", "prs_Birthdate"),
        b=(SHEET, f'{_CELL}<is><t xml:space="preserve">Siti</t></is>', '<c r="A2"><v>32996</v>'),
    )
    (case,) = read_file(days).cases
    assert [it.parsed for it in case.contents] == ["1990-05-03"]


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=30))
def test_no_cell_of_a_csv_is_a_formula_and_each_comes_back_equal(text: str) -> None:
    assert not guard(text).startswith(FORMULA_STARTS)
    assert unguard(guard(text)) == text


@settings(max_examples=60, deadline=None)
@given(st.lists(st.text(st.characters(exclude_categories=("Cs",)), max_size=20), min_size=1,
                max_size=4))  # fmt: skip
def test_a_workbook_holds_every_text_to_the_letter(cells: list[str]) -> None:
    heads = [f"x_{it}" for it in range(len(cells))]
    table = read_table(write_xlsx([Sheet("A", [heads, cells])]))
    read = table.rows[0].cells if table.rows else {}
    assert read == {place: it for place, it in enumerate(cells) if it.strip()}
    assert [column_name(it) for it in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]


def test_a_damaged_file_of_any_kind_is_refused_and_raises_nothing_else() -> None:
    dice = random.Random(18)
    read = refused = 0
    for form in FileFormat:
        whole = write_file([ROW], form)
        for _time in range(150):
            data = bytearray(whole)
            for _byte in range(dice.randrange(1, 6)):
                data[dice.randrange(len(data))] = dice.randrange(256)
            refused += 1
            with suppress(FileRefusedError):
                read_file(bytes(data[: dice.choice((len(data), dice.randrange(len(data))))]))
                read += 1
    assert 10 < read < refused
