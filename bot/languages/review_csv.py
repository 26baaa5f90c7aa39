"""Review sheets: a catalogue as CSV for reviewers, and the import of what they send back.

A spreadsheet computes a cell that begins with `=`, so such a cell gets an apostrophe in front,
which the import removes. A sheet with one wrong row is refused as a whole.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import ReviewSheetError
from bot.languages import po_files
from bot.languages.po_files import (
    MAX_NAME_LENGTH,
    CatalogueEntry,
    CheckedCatalogue,
    TranslationReview,
)
from bot.languages.style_rules import (
    FRAGMENT_FILES,
    find_faults,
    forbidden_on_lock_screen,
    forbidden_words,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from babel.messages.catalog import Catalog, Message

    from bot.languages import MessageKey

COLUMNS = (
    "context", "source", "plural", "form", "translation", "safety_critical", "said_in", "screen",
    "remarks", "reviews", "reviewed_by", "reviewed_on",
)  # fmt: skip
"""The column headings. Only `translation` and the last two columns change the catalogue."""
REQUIRED_COLUMNS = frozenset({"context", "source", "form", "translation"})
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "'")
"""Beginnings of cells that a spreadsheet does not take for text."""
MAX_ROWS = 20_000
MAX_CHARACTERS = 20_000_000
"""Ten times the characters of a sheet."""


class MessageLocation(NamedTuple):
    """Where a message is shown."""

    source: str
    """Flow and step, e.g. `report.safe`, or else the source file."""
    screen: str = ""


class SheetImport(NamedTuple):
    """The number of translations and reviews a sheet changed."""

    translations: int
    reviews: int


# --- Out ------------------------------------------------------------------------------------


def write_review_csv(
    catalogue: CheckedCatalogue, locations: Mapping[MessageKey, MessageLocation]
) -> str:
    """Return a catalogue as CSV, with a row for each form of each message."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in catalogue.entries:
        for row in _entry_rows(entry, locations.get(entry.key)):
            rows.writerow([escape_cell(cell) for cell in row])
    return out.getvalue()


def _entry_rows(entry: CatalogueEntry, location: MessageLocation | None) -> Iterator[Sequence[str]]:
    where = location or MessageLocation(", ".join(entry.source_files))
    context, source = entry.key
    reviews = "; ".join(f"{review.reviewer} {review.day.isoformat()}" for review in entry.reviews)
    for form, text in enumerate(entry.forms or ("",)):
        yield (
            context or "", source, entry.plural or "", str(form), text,
            "yes" if entry.is_safety else "", where.source, where.screen, entry.remarks, reviews,
            "", "",
        )  # fmt: skip


def escape_cell(cell: str) -> str:
    """Return the cell so that no spreadsheet computes it."""
    return f"'{cell}" if cell.startswith(FORMULA_PREFIXES) else cell


def unescape_cell(cell: str) -> str:
    """Return a cell as it was before `escape_cell`."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_PREFIXES) else cell


# --- In -------------------------------------------------------------------------------------


class _SheetRow(NamedTuple):
    number: int
    """As in a spreadsheet: the headings are row 1."""
    key: MessageKey
    form: int
    text: str
    review: TranslationReview | None
    """Without its digest, which depends on all forms."""


def apply_review_csv(catalogue: CheckedCatalogue, text: str, today: date) -> SheetImport:
    """Apply the translations and reviews of a sheet; no review may be later than `today`.

    Raises:
        ReviewSheetError: a row fails a check; nothing was changed.
    """
    if catalogue.catalog is None:
        raise ReviewSheetError(f"{catalogue.tag} has no readable catalogue")
    rows, faults = _parse(text, today)
    entries = {entry.key: entry for entry in catalogue.entries}
    for row in rows:
        row_faults = _row_faults(row, entries, catalogue.tag)
        faults += [f"row {row.number}: {fault}" for fault in row_faults]
    if faults:
        raise ReviewSheetError("\n".join(faults))
    return _apply_rows(catalogue.catalog, entries, rows)


def _parse(text: str, today: date) -> tuple[list[_SheetRow], list[str]]:
    if len(text) > MAX_CHARACTERS:
        return [], ["the sheet is too large"]
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[_SheetRow] = []
    faults: list[str] = []
    try:
        if missing := REQUIRED_COLUMNS - set(reader.fieldnames or ()):
            return [], [f"row 1: no column {', '.join(sorted(missing))}"]
        for number, cells in enumerate(reader, 2):
            if number > MAX_ROWS:
                return [], ["the sheet has too many rows"]
            row = _parse_row(number, cells, today)
            if isinstance(row, str):
                faults.append(f"row {number}: {row}")
            elif row.text:
                rows.append(row)
    except csv.Error as error:
        return [], [f"row {reader.line_num}: not CSV ({error})"]
    return rows, faults


def _parse_row(number: int, cells: Mapping[str | None, object], today: date) -> _SheetRow | str:
    if None in cells or None in cells.values():
        return "more or fewer cells than headings"
    read = {
        str(name): unescape_cell(str(cell)).replace("\r\n", "\n") for name, cell in cells.items()
    }
    if not read["form"].isascii() or not read["form"].isdecimal():
        return "the form is not a number"
    review = _parse_review(read, today)
    if isinstance(review, str):
        return review
    key = (read["context"] or None, read["source"])
    return _SheetRow(number, key, int(read["form"]), read["translation"], review)


def _parse_review(cells: Mapping[str, str], today: date) -> TranslationReview | str | None:
    reviewer = " ".join(cells.get("reviewed_by", "").split())
    day = cells.get("reviewed_on", "").strip()
    if not reviewer and not day:
        return None
    if not reviewer or not reviewer.isprintable() or len(reviewer) > MAX_NAME_LENGTH:
        return f"reviewed_by must be a name of 1 to {MAX_NAME_LENGTH} characters"
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return "reviewed_on must be a day like 2026-11-24"
    return TranslationReview(reviewer, on, "") if on <= today else "reviewed_on is in the future"


def _row_faults(
    row: _SheetRow, entries: Mapping[MessageKey, CatalogueEntry], tag: str
) -> Iterator[str]:
    entry = entries.get(row.key)
    if entry is None:
        yield "no message has this context and source"
        return
    if row.form >= len(entry.forms or ("",)):
        yield "there is no such form"
    yield from find_faults(entry.key[1] if entry.plural is None else entry.plural, row.text)
    for word in forbidden_words(tag, row.text):
        yield f"forbidden: {word}"
    if row.key[0] is None and FRAGMENT_FILES.isdisjoint(entry.source_files):
        for word in forbidden_on_lock_screen(tag, row.text):
            yield f"on a locked screen: {word}"


def _apply_rows(
    catalog: Catalog, entries: Mapping[MessageKey, CatalogueEntry], rows: Iterable[_SheetRow]
) -> SheetImport:
    changed = reviewed = 0
    by_key: dict[MessageKey, list[_SheetRow]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    messages = po_files.messages_by_key(catalog)
    for key, rows_of_message in by_key.items():
        message = messages[key]
        forms = list(po_files.forms_of(message))
        for row in rows_of_message:
            changed += forms[row.form] != row.text
            forms[row.form] = row.text
        message.string = forms[0] if entries[key].plural is None else tuple(forms)
        reviewed += _write_reviews(message, key, forms, rows_of_message)
    return SheetImport(changed, reviewed)


def _write_reviews(
    message: Message, key: MessageKey, forms: Sequence[str], rows: Iterable[_SheetRow]
) -> int:
    """Write the reviews that are still valid, and the new ones; return the number of new ones."""
    digest = po_files.translation_digest(*key, forms)
    valid = {
        review.reviewer: review for review in po_files.parse_reviews(message.user_comments, digest)
    }
    new = {
        row.review.reviewer: row.review._replace(digest=digest)
        for row in rows
        if row.review is not None
    }
    comments = [str(review) for review in (valid | new).values()]
    message.user_comments = [*po_files.other_comments(message.user_comments), *comments]
    return len(new)
