"""Review sheets: export and import agree, and a wrong row is refused."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.languages import po_files
from bot.languages.po_files import (
    catalogue_path,
    load_catalogue,
    load_template,
    measure_progress,
    messages_by_key,
    serialize_catalogue,
)
from bot.languages.review_csv import (
    FORMULA_PREFIXES,
    MessageLocation,
    ReviewSheetError,
    apply_review_csv,
    escape_cell,
    unescape_cell,
    write_review_csv,
)
from tests.support.content.altered_catalogues import (
    ASKED,
    CALL,
    SEND,
    change,
    copy_catalogues,
    get_translation,
    set_translation,
)

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
Rows = list[dict[str, str]]


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return copy_catalogues(tmp_path, "id")


def rows_of(locales: Path) -> Rows:
    return list(
        csv.DictReader(io.StringIO(write_review_csv(load_catalogue("id", locales), {}), newline=""))
    )


def row(rows: Rows, key: tuple[str | None, str]) -> dict[str, str]:
    return next(it for it in rows if (it["context"] or None, unescape_cell(it["source"])) == key)


def as_sheet(rows: Rows) -> str:
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, rows[0].keys())
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue()


def bring_back(locales: Path, rows: Rows) -> None:
    held = load_catalogue("id", locales)
    apply_review_csv(held, as_sheet(rows), TODAY)
    catalogue_path("id", locales).write_bytes(serialize_catalogue(held.catalog))  # type: ignore[arg-type]


def test_a_sheet_that_comes_back_as_it_went_changes_nothing(locales: Path) -> None:
    before = catalogue_path("id", locales).read_bytes()
    bring_back(locales, rows_of(locales))
    assert catalogue_path("id", locales).read_bytes() == before


def test_a_sheet_says_where_a_message_is_met_and_what_the_screen_looks_like(locales: Path) -> None:
    shown = {ASKED: MessageLocation("report.under_18", "Umur?\n[ 1 Di bawah 18 ]")}
    text = write_review_csv(load_catalogue("id", locales), shown)
    found = row(list(csv.DictReader(io.StringIO(text, newline=""))), ASKED)
    assert found["said_in"] == "report.under_18"
    assert "[ 1 Di bawah 18 ]" in found["screen"]
    assert found["safety_critical"] == "yes"
    assert "safety sentence [g]" in found["remarks"]


def test_a_correction_and_who_reviewed_it_come_back(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, SEND).update(translation="Kirimkan", reviewed_by="Siti N.", reviewed_on="2026-11-23")
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-23")
    bring_back(locales, rows)
    assert get_translation(locales, "id", SEND) == "Kirimkan"
    found = {entry.key: entry for entry in load_catalogue("id", locales).entries}
    assert [(it.reviewer, it.day) for it in found[SEND].reviews] == [
        ("Siti N.", date(2026, 11, 23))
    ]
    standing = measure_progress(load_catalogue("id", locales), on=True)
    assert standing.reviewed == 2
    assert standing.safety_critical_unreviewed == standing.safety_critical, "one reader is not two"


def test_two_readers_of_a_safety_sentence_are_enough(locales: Path) -> None:
    before = measure_progress(load_catalogue("id", locales), on=True).safety_critical_unreviewed
    for who in ("Siti N.", "Agus W."):
        rows = rows_of(locales)
        row(rows, ASKED).update(reviewed_by=who, reviewed_on="2026-11-24")
        bring_back(locales, rows)
    standing = measure_progress(load_catalogue("id", locales), on=True)
    assert standing.safety_critical_unreviewed == before - 1
    assert ASKED not in {(it.context, it.source) for it in standing.unread}
    assert "Siti N. 2026-11-24; Agus W. 2026-11-24" in row(rows_of(locales), ASKED)["reviews"]


def test_a_safety_sentence_that_one_has_read_is_named_with_its_reader(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    standing = measure_progress(load_catalogue("id", locales), on=True)
    assert len(standing.unread) == standing.safety_critical_unreviewed
    assert [it.readers for it in standing.unread if (it.context, it.source) == ASKED] == [1]


def test_a_review_lapses_when_the_words_change(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    assert measure_progress(load_catalogue("id", locales), on=True).reviewed == 1
    set_translation(locales, "id", ASKED, "Umur Anda di bawah 18?")
    assert measure_progress(load_catalogue("id", locales), on=True).reviewed == 0


def test_a_review_survives_the_renewal_of_the_catalogues(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    change(locales, "id", lambda it: it.update(load_template(), no_fuzzy_matching=True))
    assert measure_progress(load_catalogue("id", locales), on=True).reviewed == 1


@pytest.mark.parametrize(
    ("key", "cells", "fault"),
    [
        (CALL, {"translation": "Telepon 118."}, "other digits"),
        (CALL, {"translation": "Telepon {x.__class__} 119."}, "other blanks"),
        (CALL, {"translation": "Telepon 119, korban."}, "forbidden: korban"),
        (CALL, {"translation": "Lapor polisi 119."}, "on a locked screen: polisi"),
        (CALL, {"source": "Something else."}, "no message has this"),
        (CALL, {"form": "1"}, "no such form"),
        (CALL, {"form": "x"}, "the form is not a number"),
        (CALL, {"reviewed_by": "Siti"}, "reviewed_on must be a day"),
        (CALL, {"reviewed_on": "2026-11-24"}, "reviewed_by must be a name"),
        (CALL, {"reviewed_by": "S", "reviewed_on": "2026-11-25"}, "is in the future"),
        (
            CALL,
            {"reviewed_by": "S\u202ex", "reviewed_on": "2026-11-24"},
            "reviewed_by must be a name",
        ),
    ],
)
def test_a_row_that_breaks_a_check_is_named_and_nothing_is_taken(
    locales: Path, key: tuple[str | None, str], cells: dict[str, str], fault: str
) -> None:
    rows = rows_of(locales)
    row(rows, SEND)["translation"] = "Kirimkan"
    number = rows.index(row(rows, key)) + 2
    row(rows, key).update(cells)
    held = load_catalogue("id", locales)
    before = serialize_catalogue(held.catalog)  # type: ignore[arg-type]
    with pytest.raises(ReviewSheetError, match=rf"row {number}: .*{fault}"):
        apply_review_csv(held, as_sheet(rows), TODAY)
    assert serialize_catalogue(held.catalog) == before  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("", "row 1: no column"),
        ("context,source\n", "row 1: no column form, translation"),
        ("context,source,form,translation\na,b\n", "row 2: more or fewer cells"),
        ("context,source,form,translation\na,b,0,c,d\n", "row 2: more or fewer cells"),
        ('context,source,form,translation\n"a,b,0,c', "not CSV"),
    ],
)
def test_what_is_no_sheet_is_refused_with_its_row(locales: Path, text: str, fault: str) -> None:
    with pytest.raises(ReviewSheetError, match=fault):
        apply_review_csv(load_catalogue("id", locales), text, TODAY)


@pytest.mark.parametrize("cell", ["=1+1", "+82", "-1", "@SUM(A1)", "\tx", "\rx", "'=1"])
def test_no_program_computes_a_cell(cell: str) -> None:
    assert escape_cell(cell).startswith("'")
    assert unescape_cell(escape_cell(cell)) == cell


@given(some.text())
def test_every_cell_comes_back_as_it_was(cell: str) -> None:
    assert not escape_cell(cell).startswith(FORMULA_PREFIXES[:-1])
    assert unescape_cell(escape_cell(cell)) == cell


@given(some.text(), some.lists(some.text(), min_size=1))
def test_a_review_is_of_its_words_alone(source: str, words: list[str]) -> None:
    of = po_files.translation_digest(None, source, words)
    assert of == po_files.translation_digest(None, source, list(words))
    assert of != po_files.translation_digest(None, source, [*words[:-1], f"{words[-1]}."])
    note = str(po_files.TranslationReview("A. Reader", TODAY, of))
    assert [it.reviewer for it in po_files.parse_reviews([note, "another note"], of)] == [
        "A. Reader"
    ]
    assert po_files.parse_reviews([note], "0" * 8 if of != "0" * 8 else "1" * 8) == []
    assert po_files.other_comments([note, "another note"]) == ["another note"]


def test_our_own_catalogues_go_out_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(write_review_csv(load_catalogue("id"), {}), newline="")))
    assert len(rows) == len(messages_by_key(load_template()))
