"""A file of services: written and read back it is the same, and what is wrong is named."""

from __future__ import annotations

import csv
import io
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.cli.directory import sheet_codes
from bot.clock import DAY
from bot.hotline.chat.phrase_rules import clean_text
from bot.hotline.directory.model import DirectoryService, Guests, ServiceContent
from bot.hotline.directory.rules import find_faults, known_codes
from bot.hotline.directory.sheet_import import RowKind, plan_import
from bot.hotline.directory.spreadsheet import SheetCodes, fold_name, read_sheet, write_sheet
from bot.hotline.staff.opening_hours import Span, Week, same_week
from bot.partners.partners import Partner
from bot.places.taiwan import TAIWAN
from bot.settings import Settings
from flows.texts.counties import COUNTIES
from tests.support.moved_clock import MIDDAY

ZONE = ZoneInfo("Asia/Taipei")
KNOWN = known_codes(TAIWAN.services, COUNTIES)
PARTNERS = [Partner(1, "Sample, Partner; one", is_active=True), Partner(2, "=2+2", is_active=True)]
CODES: SheetCodes = sheet_codes(Settings(), KNOWN, PARTNERS)
words = st.text(
    st.characters(codec="utf-8", categories=("L", "N", "P", "S"), include_characters=" \n"),
    max_size=40,
).map(clean_text)
a_day = st.sampled_from([(), (Span(540, 1080),), (Span(0, 1440),), (Span(60, 120), Span(200, 300))])
weeks: st.SearchStrategy[Week | None] = st.none() | st.tuples(*[a_day] * 7)
entries = st.builds(
    ServiceContent,
    name=words, contact=words, note=words, source=words,
    services=st.sets(st.sampled_from(KNOWN.services)).map(
        lambda it: tuple(code for code in KNOWN.services if code in it)
    ),
    counties=st.sampled_from([(), ("TPE",), ("TPE", "KHH")]),
    languages=st.sampled_from([(), ("id", "zh_Hant")]),
    week=weeks, places=st.none() | st.integers(0, 99),
    guests=st.sampled_from([(Guests.ANY,), (Guests.WOMEN, Guests.FAMILIES)]),
    is_public=st.booleans(), partner=st.sampled_from([0, 1, 2]),
)  # fmt: skip


def services_of(contents: list[ServiceContent]) -> list[DirectoryService]:
    clean = [it for it in contents if not find_faults(it, KNOWN)]
    named = {fold_name(it.name): it for it in clean}.values()
    return [
        DirectoryService(f"{number:016x}", it, 1, MIDDAY - number * DAY, "mei")
        for number, it in enumerate(named)
    ]


@settings(max_examples=25)
@given(contents=st.lists(entries, max_size=6))
def test_what_is_written_changes_nothing_when_it_is_read(contents: list[ServiceContent]) -> None:
    services = services_of(contents)
    partners = {it.id: it.name for it in PARTNERS}
    sheet = write_sheet(services, partners, ZONE)
    cells = [cell for row in csv.reader(io.StringIO(sheet)) for cell in row]
    assert [it for it in cells if it.startswith("=")] == []
    read, faults = read_sheet(sheet.encode("utf-8-sig"), CODES)
    assert faults == []
    assert {it.id: it.content for it in read} == {it.id: it.content for it in services}
    planned, unknown = plan_import(read, services, [])
    assert unknown == []
    assert {it.kind for it in planned} <= {RowKind.SAME}


def test_a_chinese_spreadsheet_of_an_organisation_is_understood() -> None:
    rows = (
        (
            "\u540d\u7a31;\u670d\u52d9;\u7e23\u5e02;\u8a9e\u8a00;\u6642\u9593;\u9031\u65e5;"
            "\u5e8a\u4f4d;\u806f\u7d61\u65b9\u5f0f;\u4f86\u6e90\r\n"
            "\u7bc4\u4f8b\u4e2d\u5fc3;\u91ab\u5e2b;\u81fa\u5317\u5e02\u3001\u6843\u5712\u5e02;"
            "\u8d8a\u5357\u8a9e;9-18;\u4f11\u606f;;'+886-2-0000-0001;\u96fb\u8a71\r\n"
        )
        .replace("\u91ab\u5e2b", "doctor")
        .replace("\u8d8a\u5357\u8a9e", "Vietnamese")
    )
    for encoding in ("utf-8-sig", "cp950", "utf-16"):
        read, faults = read_sheet(rows.encode(encoding), CODES)
        assert faults == [], encoding
        (entry,) = read
        assert entry.content.services == ("doctor",)
        assert entry.content.counties == ("TPE", "TAO")
        assert entry.content.languages == ("vi",)
        week = same_week("09:00-18:00")
        assert week is not None
        assert entry.content.week == (*week[:6], ())
        assert entry.content.contact == "+886-2-0000-0001"
        assert entry.verified_at == 0  # it does not say when, so it waits for *Still right*


def test_everything_wrong_in_a_file_is_named_by_row_and_column() -> None:
    text = (
        "name,services,contact,source,places,hours,public,verified_on,counties\n"
        "House,place,12 Zhongshan Rd. Sec. 2,call,many,9-8am-1,perhaps,2999-01-01,Atlantis\n"
        "House,doctor,02-1,call,,,,,\n"
        ",massage,02-1,,,,,2026/13/40,\n"
    )
    read, faults = read_sheet(text.encode(), CODES)
    assert read == []
    assert {(it.row, it.column) for it in faults} >= {
        (2, "contact"), (2, "places"), (2, "hours"), (2, "public"), (2, "verified_on"),
        (2, "counties"), (3, "name"), (4, "name"), (4, "services"), (4, "source"),
        (4, "verified_on"),
    }  # fmt: skip
    for data, told in (
        (b"name,address\n", "addresses of shelters are stored nowhere"),
        (b"\x00\x01", "is no CSV file"),
        (b"name,services,contact,source,colour\n", "no known column"),
        (b"", "is missing"),
        (b"name,services,contact,source\nA,doctor,02,call,lost", "cell 5 has no heading: lost"),
        (b"name,services,contact,source,places\nA,doctor,02,x," + b"9" * 5000, "is no number"),
        (b"name,services,contact,source\nA,place," + b"no 1 " * 20_000 + b",x", "is longer than"),
    ):
        _read, faults = read_sheet(data, CODES)
        assert told in str(faults), told


def test_a_file_that_was_imported_once_waits_and_is_not_proposed_again() -> None:
    content = ServiceContent(name="A", services=("doctor",), contact="02-1", source="call")
    stored = DirectoryService("0" * 16, content, 1, MIDDAY, "mei")
    sheet = write_sheet([stored], {}, ZONE).replace(",call,", ",its leaflet,")
    (entry,), _faults = read_sheet(sheet.encode(), CODES)
    (planned,), _faults = plan_import([entry], [stored], [])
    assert planned.kind is RowKind.CHANGE
    unnamed = sheet.replace(stored.id, "")
    (again,), _faults = read_sheet(unnamed.encode(), CODES)
    assert plan_import([again], [stored], [])[0][0].service == stored.id
    _planned, (fault,) = plan_import([entry], [], [])
    assert fault.column == "id"
