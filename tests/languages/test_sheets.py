"""Sheets for reviewers: what goes out comes back, and nothing wrong comes in."""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as some
from shelves import ASKED, CALL, SEND, change, said, say, shelf

from bot.languages import reviews
from bot.languages.po_files import listed, path_of, read, template, written
from bot.languages.progress import standing_of
from bot.languages.review_csv import (
    COMPUTES,
    Said,
    SheetRefused,
    guarded,
    sheet_of,
    take,
    unguarded,
)

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 11, 24)
Rows = list[dict[str, str]]


@pytest.fixture
def locales(tmp_path: Path) -> Path:
    return shelf(tmp_path, "id")


def rows_of(locales: Path) -> Rows:
    return list(csv.DictReader(io.StringIO(sheet_of(read("id", locales), {}), newline="")))


def row(rows: Rows, key: tuple[str | None, str]) -> dict[str, str]:
    return next(it for it in rows if (it["context"] or None, unguarded(it["source"])) == key)


def as_sheet(rows: Rows) -> str:
    out = io.StringIO(newline="")
    sheet = csv.DictWriter(out, rows[0].keys())
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue()


def bring_back(locales: Path, rows: Rows) -> None:
    held = read("id", locales)
    take(held, as_sheet(rows), TODAY)
    path_of("id", locales).write_bytes(written(held.catalog))  # type: ignore[arg-type]


def test_a_sheet_that_comes_back_as_it_went_changes_nothing(locales: Path) -> None:
    before = path_of("id", locales).read_bytes()
    bring_back(locales, rows_of(locales))
    assert path_of("id", locales).read_bytes() == before


def test_a_sheet_says_where_a_message_is_met_and_what_the_screen_looks_like(locales: Path) -> None:
    shown = {ASKED: Said("report.under_18", "Umur?\n[ 1 Di bawah 18 ]")}
    text = sheet_of(read("id", locales), shown)
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
    assert said(locales, "id", SEND) == "Kirimkan"
    found = {entry.key: entry for entry in read("id", locales).entries}
    assert [(it.who, it.on) for it in found[SEND].reviews] == [("Siti N.", date(2026, 11, 23))]
    standing = standing_of(read("id", locales), on=True)
    assert standing.reviewed == 2
    assert standing.safety_critical_unreviewed == standing.safety_critical, "one reader is not two"


def test_two_readers_of_a_safety_sentence_are_enough(locales: Path) -> None:
    before = standing_of(read("id", locales), on=True).safety_critical_unreviewed
    for who in ("Siti N.", "Agus W."):
        rows = rows_of(locales)
        row(rows, ASKED).update(reviewed_by=who, reviewed_on="2026-11-24")
        bring_back(locales, rows)
    standing = standing_of(read("id", locales), on=True)
    assert standing.safety_critical_unreviewed == before - 1
    assert ASKED not in {(it.context, it.source) for it in standing.unread}
    assert "Siti N. 2026-11-24; Agus W. 2026-11-24" in row(rows_of(locales), ASKED)["reviews"]


def test_a_safety_sentence_that_one_has_read_is_named_with_its_reader(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    standing = standing_of(read("id", locales), on=True)
    assert len(standing.unread) == standing.safety_critical_unreviewed
    assert [it.readers for it in standing.unread if (it.context, it.source) == ASKED] == [1]


def test_a_review_lapses_when_the_words_change(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    assert standing_of(read("id", locales), on=True).reviewed == 1
    say(locales, "id", ASKED, "Umur Anda di bawah 18?")
    assert standing_of(read("id", locales), on=True).reviewed == 0


def test_a_review_survives_the_renewal_of_the_catalogues(locales: Path) -> None:
    rows = rows_of(locales)
    row(rows, ASKED).update(reviewed_by="Siti N.", reviewed_on="2026-11-24")
    bring_back(locales, rows)
    change(locales, "id", lambda it: it.update(template(), no_fuzzy_matching=True))
    assert standing_of(read("id", locales), on=True).reviewed == 1


@pytest.mark.parametrize(
    ("key", "cells", "fault"),
    [
        (CALL, {"translation": "Telepon 118."}, "other digits"),
        (CALL, {"translation": "Telepon {x.__class__} 119."}, "other blanks"),
        (CALL, {"translation": "Telepon 119, korban."}, "never said: korban"),
        (CALL, {"translation": "Lapor polisi 119."}, "on a locked screen: polisi"),
        (CALL, {"source": "Something else."}, "no message of ours"),
        (CALL, {"form": "1"}, "no such form"),
        (CALL, {"form": "x"}, "the form is no number"),
        (CALL, {"reviewed_by": "Siti"}, "reviewed_on is a day"),
        (CALL, {"reviewed_on": "2026-11-24"}, "reviewed_by is a name"),
        (CALL, {"reviewed_by": "S", "reviewed_on": "2026-11-25"}, "lies in the future"),
        (CALL, {"reviewed_by": "S\u202ex", "reviewed_on": "2026-11-24"}, "reviewed_by is a name"),
    ],
)
def test_a_row_that_breaks_a_check_is_named_and_nothing_is_taken(
    locales: Path, key: tuple[str | None, str], cells: dict[str, str], fault: str
) -> None:
    rows = rows_of(locales)
    row(rows, SEND)["translation"] = "Kirimkan"
    number = rows.index(row(rows, key)) + 2
    row(rows, key).update(cells)
    held = read("id", locales)
    before = written(held.catalog)  # type: ignore[arg-type]
    with pytest.raises(SheetRefused, match=rf"row {number}: .*{fault}"):
        take(held, as_sheet(rows), TODAY)
    assert written(held.catalog) == before  # type: ignore[arg-type]


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
    with pytest.raises(SheetRefused, match=fault):
        take(read("id", locales), text, TODAY)


@pytest.mark.parametrize("cell", ["=1+1", "+82", "-1", "@SUM(A1)", "\tx", "\rx", "'=1"])
def test_no_program_computes_a_cell(cell: str) -> None:
    assert guarded(cell).startswith("'")
    assert unguarded(guarded(cell)) == cell


@given(some.text())
def test_every_cell_comes_back_as_it_was(cell: str) -> None:
    assert not guarded(cell).startswith(COMPUTES[:-1])
    assert unguarded(guarded(cell)) == cell


@given(some.text(), some.lists(some.text(), min_size=1))
def test_a_review_is_of_its_words_alone(source: str, words: list[str]) -> None:
    of = reviews.digest(None, source, words)
    assert of == reviews.digest(None, source, list(words))
    assert of != reviews.digest(None, source, [*words[:-1], f"{words[-1]}."])
    note = str(reviews.Review("A. Reader", TODAY, of))
    assert [it.who for it in reviews.read([note, "another note"], of)] == ["A. Reader"]
    assert reviews.read([note], "0" * 8 if of != "0" * 8 else "1" * 8) == []
    assert reviews.others([note, "another note"]) == ["another note"]


def test_our_own_catalogues_go_out_whole() -> None:
    rows = list(csv.DictReader(io.StringIO(sheet_of(read("id"), {}), newline="")))
    assert len(rows) == len(listed(template()))
