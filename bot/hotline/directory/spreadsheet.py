"""The directory of services as one CSV file: written for spreadsheets, and read from them. Pure.

An organisation begins with the list it has, so headings and values are understood as codes, in
English and in Chinese, in UTF-8, UTF-16 or Big5, with commas, semicolons or tabs. What is not
understood is named by row and column, and nothing of the file is taken then: half a list is worse
than none. A spreadsheet computes a cell that begins with `=`, so such a cell gets an apostrophe in
front, which reading removes.
"""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING, NamedTuple

from bot.clock import SECOND
from bot.hotline.chat.phrase_rules import clean_text
from bot.hotline.directory.model import Guests, ServiceContent
from bot.hotline.directory.rules import EntryFault, find_faults
from bot.hotline.staff.typed_hours import HoursFault, parse_typed_hours
from bot.languages.review_csv import escape_cell, unescape_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from bot.hotline.directory.model import DirectoryService
    from bot.hotline.directory.rules import KnownCodes
    from bot.hotline.staff.opening_hours import Spans, Week

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
HOURS = "hours"
"""The column of hours that are the same on every day without its own."""
COLUMNS = (
    "id", "name", "services", "counties", "languages", HOURS, *DAYS, "places", "guests", "contact",
    "public", "note", "source", "partner", "verified_on",
)  # fmt: skip
REQUIRED = ("name", "services", "contact", "source")
OTHER_HEADINGS = {
    "編號": "id", "名稱": "name", "單位": "name", "服務": "services", "縣市": "counties",
    "語言": "languages", "時間": HOURS, "週一": "monday", "週二": "tuesday", "週三": "wednesday",
    "週四": "thursday", "週五": "friday", "週六": "saturday", "週日": "sunday", "床位": "places",
    "對象": "guests", "聯絡方式": "contact", "電話": "contact", "可告訴當事人": "public",
    "備註": "note", "來源": "source", "合作單位": "partner", "查證日期": "verified_on",
    "beds": "places", "phone": "contact", "who may come": "guests", "verified": "verified_on",
    "county": "counties", "language": "languages", "service": "services", "address": "address",
    "地址": "address",
}  # fmt: skip
"""What else a column may be called; an address is named so that it can be refused with a reason."""
MAX_ROWS, MAX_BYTES, MAX_DIGITS = 2000, 4_000_000, 9
FIRST_YEAR = 2000
"""What was verified before is a slip of the keyboard."""
YES = frozenset({"yes", "y", "true", "1", "是", "可", "可以"})
NO = frozenset({"", "no", "n", "false", "0", "否", "不可", "不可以"})
FAULTS: Mapping[EntryFault, str] = {
    EntryFault.EMPTY: "is empty",
    EntryFault.TOO_LONG: "is longer than {about} characters",
    EntryFault.UNPRINTABLE: "has characters that cannot be shown",
    EntryFault.UNKNOWN_CODE: "is not known here: {about}",
    EntryFault.ADDRESS: "looks like an address ({about}): of a place where people stay in safety "
    "none is stored, because a list can be stolen; write how to call it instead",
    EntryFault.PLACES: "is no number from 0 to {about}",
    EntryFault.GUESTS: "says everyone, and some as well: choose one",
}
NO_ADDRESS = (
    "is not taken: addresses of shelters are stored nowhere; write those of other services into "
    "contact, and delete this column"
)
EVERYWHERE = frozenset({"all", "everywhere", "全國", "全台"})
"""Counties of a service that serves all of the country."""
_DAY = re.compile(r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})")
_SEPARATOR = re.compile(r"[;,\u3001\n/]")


class SheetFault(NamedTuple):
    """What is wrong in a file, and where."""

    row: int
    """As in a spreadsheet: the headings are row 1."""
    column: str
    text: str


@dataclass(frozen=True, slots=True)
class SheetEntry:
    """A row that was understood."""

    row: int
    id: str
    """Empty: a service is found by its name, or is new."""
    content: ServiceContent
    verified_at: int
    """0: the file does not say when someone last found this right."""


@dataclass(frozen=True, slots=True)
class SheetCodes:
    """What a cell may say for each code, folded: the code itself, and its name in any language."""

    known: KnownCodes
    names: Mapping[str, Mapping[str, str]]
    """By column, the code of each name."""
    zone: ZoneInfo
    today: date


# --- Out ------------------------------------------------------------------------------------------


def write_sheet(
    services: Iterable[DirectoryService], partners: Mapping[int, str], zone: ZoneInfo
) -> str:
    """Return services as CSV, with codes; those that ended are left out."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for it in services:
        if it.ended_at is None:
            rows.writerow([escape_cell(cell) for cell in _cells(it, partners, zone)])
    return out.getvalue()


def _cells(service: DirectoryService, partners: Mapping[int, str], zone: ZoneInfo) -> Iterator[str]:
    it, at = service.content, service.verified_at
    yield from (service.id, it.name, "; ".join(it.services), "; ".join(it.counties))
    yield "; ".join(it.languages)
    yield ""  # the hours of every day: each day says its own
    yield from (_hours(spans) for spans in it.week) if it.week else ("",) * len(DAYS)
    yield "" if it.places is None else str(it.places)
    yield from ("; ".join(it.guests), it.contact, "yes" if it.is_public else "no", it.note)
    yield it.source
    yield partners.get(it.partner, "")
    yield datetime.fromtimestamp(at / SECOND, zone).date().isoformat() if at else ""


def _hours(spans: Spans) -> str:
    return ", ".join(map(str, spans)) or "closed"


# --- In -------------------------------------------------------------------------------------------


def read_sheet(data: bytes, codes: SheetCodes) -> tuple[list[SheetEntry], list[SheetFault]]:
    """Return the rows of a file, or what is wrong in it; with any fault no row counts."""
    text = _decode(data)
    if text is None:
        return [], [SheetFault(1, "", "is no CSV file in UTF-8, UTF-16 or Big5")]
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text)))
    except csv.Error as error:
        return [], [SheetFault(1, "", f"is no CSV file: {error}")]
    headings = [_heading(it) for it in table[0]] if table else []
    if faults := list(_heading_faults(headings, table)):
        return [], faults
    entries: list[SheetEntry] = []
    for number, row in enumerate(table[1:], 2):
        if any(cell.strip() for cell in row):
            faults += _without_heading(number, headings, row)
            cells = dict(zip(headings, map(_cell, row), strict=False))
            found = _RowReader(number, cells, codes)
            entries.append(found.read())
            faults += found.faults
    faults += _repeated(entries)
    return ([], sorted(faults)) if faults else (entries, [])


def _decode(data: bytes) -> str | None:
    if len(data) > MAX_BYTES:
        return None
    is_wide = data.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "cp950"):
        try:
            text = data.decode(encoding)
        except UnicodeError:
            continue
        return None if "\0" in text else text
    return None


def _delimiter(text: str) -> str:
    first = text.partition("\n")[0]
    return max((",", ";", "\t"), key=first.count)


def _cell(cell: str) -> str:
    return unescape_cell(cell.strip())


def fold_name(text: str) -> str:
    """Return a name as it is compared."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("臺", "台")
    return " ".join(folded.split())


def _heading(cell: str) -> str:
    folded = fold_name(cell)
    found = folded.replace(" ", "_")
    return found if found in COLUMNS else OTHER_HEADINGS.get(folded, found)


def _heading_faults(headings: Sequence[str], table: Sequence[object]) -> Iterator[SheetFault]:
    if len(table) > MAX_ROWS + 1:
        yield SheetFault(1, "", f"has more than {MAX_ROWS} rows")
    for it in REQUIRED:
        if it not in headings:
            yield SheetFault(1, it, "is missing: name, services, contact, source are needed")
    for it in dict.fromkeys(headings):
        if it == "address":
            yield SheetFault(1, it, NO_ADDRESS)
        elif it and it not in COLUMNS:
            columns = ", ".join(COLUMNS)
            yield SheetFault(1, it, f"is no known column: rename or delete it ({columns})")
        if it and headings.count(it) > 1:
            yield SheetFault(1, it, "is there twice")


def _without_heading(number: int, headings: Sequence[str], row: Sequence[str]) -> list[SheetFault]:
    """Return cells that would be lost, because no heading stands above them."""
    return [
        SheetFault(number, "", f"cell {place} has no heading: {cell.strip()[:40]}")
        for place, cell in enumerate(row, 1)
        if cell.strip() and not "".join(headings[place - 1 : place])
    ]


def _repeated(entries: Sequence[SheetEntry]) -> Iterator[SheetFault]:
    first: dict[str, int] = {}
    for it in entries:
        row = first.setdefault(fold_name(it.content.name), it.row)
        if row != it.row and not it.id:
            yield SheetFault(it.row, "name", f"is the name of row {row} too")


class _RowReader:
    """Reads one row, and keeps what is wrong in it."""

    def __init__(self, number: int, cells: Mapping[str, str], codes: SheetCodes) -> None:
        self._number = number
        self._cells = cells
        self._codes = codes
        self.faults: list[SheetFault] = []

    def read(self) -> SheetEntry:
        """Return the row; it counts only if no fault was found."""
        content = ServiceContent(
            name=clean_text(self._get("name")), contact=clean_text(self._get("contact")),
            note=clean_text(self._get("note")), source=clean_text(self._get("source")),
            services=self._listed("services", self._codes.known.services),
            counties=self._listed("counties", self._codes.known.counties),
            languages=self._listed("languages", self._codes.known.languages),
            week=self._week(), places=self._places(), guests=self._guests(),
            is_public=self._is_public(), partner=int((self._codes_in("partner") or ("0",))[0]),
        )  # fmt: skip
        known = {it.column for it in self.faults}
        for name, found in find_faults(content, self._codes.known).items():
            column = "public" if name == "is_public" else name
            if column not in known:
                self._fault(column, FAULTS[found.fault].format(about=found.about))
        return SheetEntry(self._number, self._get("id"), content, self._verified_at())

    def _get(self, column: str) -> str:
        return self._cells.get(column, "")

    def _fault(self, column: str, text: str) -> None:
        self.faults.append(SheetFault(self._number, column, text))

    def _codes_in(self, column: str) -> tuple[str, ...]:
        """Return the codes of a cell that lists some; a name may hold what separates others."""
        names, cell = self._codes.names[column], self._get(column)
        if (whole := names.get(fold_name(cell))) is not None:
            return (whole,)
        typed = [it.strip() for it in _SEPARATOR.split(cell) if it.strip()]
        if unknown := [it for it in typed if fold_name(it) not in names]:
            self._fault(column, f"is not known here: {', '.join(unknown)}")
        return tuple(names[fold_name(it)] for it in typed if fold_name(it) in names)

    def _listed(self, column: str, order: Sequence[str]) -> tuple[str, ...]:
        if column == "counties" and fold_name(self._get(column)) in EVERYWHERE:
            return ()
        found = self._codes_in(column)
        return tuple(it for it in order if it in found)

    def _guests(self) -> tuple[Guests, ...]:
        found = self._codes_in("guests")
        return tuple(it for it in Guests if it in found) or (Guests.ANY,)

    def _week(self) -> Week | None:
        typed = [self._get(it) or self._get(HOURS) for it in DAYS]
        if not any(typed):
            return None
        mon, tue, wed, thu, fri, sat, sun = map(self._spans, DAYS, typed)
        return mon, tue, wed, thu, fri, sat, sun

    def _spans(self, column: str, typed: str) -> Spans:
        spans = parse_typed_hours(typed)
        if isinstance(spans, HoursFault):
            self._fault(column if self._get(column) else HOURS, "is not like 9-18, 24h or closed")
            return ()
        return spans

    def _places(self) -> int | None:
        typed = unicodedata.normalize("NFKC", self._get("places"))
        if not typed:
            return None
        if typed.isascii() and typed.isdecimal() and len(typed) <= MAX_DIGITS:
            return int(typed)
        self._fault("places", "is no number")
        return None

    def _is_public(self) -> bool:
        typed = fold_name(self._get("public"))
        if typed not in YES | NO:
            self._fault("public", "is neither yes nor no")
        return typed in YES

    def _verified_at(self) -> int:
        typed = self._get("verified_on")
        if not typed:
            return 0
        found = _DAY.fullmatch(unicodedata.normalize("NFKC", typed))
        try:
            day = date(*map(int, found.groups())) if found else date.min
        except ValueError:
            day = date.min
        if day.year < FIRST_YEAR:
            self._fault("verified_on", "is no day like 2026-11-25")
            return 0
        if day > self._codes.today:
            self._fault("verified_on", "is a day that has not come yet")
        moment = datetime.combine(day, time(), self._codes.zone)
        return int(moment.timestamp()) * SECOND
