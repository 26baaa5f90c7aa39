"""A catalogue as a sheet for people who review it, and what they send back.

A sheet is opened in programs that take a cell beginning with `=` for something to compute: such a
cell gets an apostrophe in front, which is taken away again. Nothing is taken from a sheet in which
one row breaks a check: a sheet is right or it is not.
"""

from __future__ import annotations

import csv
import io
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import ReviewSheetError
from bot.languages import po_files, reviews
from bot.languages.reviews import MAX_NAME_LENGTH, TranslationReview, translation_digest
from bot.languages.style_rules import FRAGMENT_FILES, forbidden_on_lock_screen, forbidden_words
from bot.languages.translation_checks import find_faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from babel.messages.catalog import Catalog, Message

    from bot.languages.po_files import CatalogueEntry, CheckedCatalogue, MessageKey

COLUMNS = (
    "context", "source", "plural", "form", "translation", "safety_critical", "said_in", "screen",
    "remarks", "reviews", "reviewed_by", "reviewed_on",
)  # fmt: skip
"""What stands over the columns. Only the last two and the translation are read back."""
REQUIRED_COLUMNS = frozenset({"context", "source", "form", "translation"})
FORMULA_PREFIXES = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a program may take for something else than words."""
MAX_ROWS = 20_000
MAX_CHARACTERS = 20_000_000
"""Characters of a sheet: ten times what ours have."""


class MessageLocation(NamedTuple):
    """Where people meet a message."""

    source: str
    """A flow and a step, e.g. `report.safe`; else the file it stands in."""
    screen: str = ""
    """What they see then, as text."""


class SheetImport(NamedTuple):
    """What a sheet changes."""

    translations: int
    reviews: int


# --- Out ------------------------------------------------------------------------------------


def write_review_csv(
    catalogue: CheckedCatalogue, locations: Mapping[MessageKey, MessageLocation]
) -> str:
    """Return a catalogue as CSV, a message a row, each plural form by itself."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in catalogue.entries:
        for row in _entry_rows(entry, locations.get(entry.key)):
            rows.writerow([escape_cell(cell) for cell in row])
    return out.getvalue()


def _entry_rows(entry: CatalogueEntry, location: MessageLocation | None) -> Iterator[Sequence[str]]:
    found = location or MessageLocation(", ".join(entry.source_files))
    context, source = entry.key
    told = "; ".join(f"{review.reviewer} {review.day.isoformat()}" for review in entry.reviews)
    for form, words in enumerate(entry.forms or ("",)):
        yield (
            context or "", source, entry.plural or "", str(form), words,
            "yes" if entry.is_safety else "", found.source, found.screen, entry.remarks, told,
            "", "",
        )  # fmt: skip


def escape_cell(cell: str) -> str:
    """Return a cell no program computes."""
    return f"'{cell}" if cell.startswith(FORMULA_PREFIXES) else cell


def unescape_cell(cell: str) -> str:
    """Return a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(FORMULA_PREFIXES) else cell


# --- In -------------------------------------------------------------------------------------


class _SheetRow(NamedTuple):
    number: int
    """As a spreadsheet counts: the head is 1."""
    key: MessageKey
    form: int
    text: str
    review: TranslationReview | None
    """Without its digest, which is known when all forms are."""


def apply_review_csv(catalogue: CheckedCatalogue, text: str, today: date) -> SheetImport:
    """Put what a sheet says into a catalogue that was read.

    Args:
        catalogue: the catalogue; it is changed only when every row is right.
        text: the sheet as CSV.
        today: no review is of a later day.

    Raises:
        SheetRefused: a row breaks a check; nothing was changed.
    """
    if catalogue.catalog is None:
        raise ReviewSheetError(f"{catalogue.tag} has no catalogue that can be read")
    rows, wrong = _parse(text, today)
    known = {entry.key: entry for entry in catalogue.entries}
    wrong += [
        f"row {row.number}: {it}" for row in rows for it in _row_faults(row, known, catalogue.tag)
    ]
    if wrong:
        raise ReviewSheetError("\n".join(wrong))
    return _apply_rows(catalogue.catalog, known, rows)


def _parse(text: str, today: date) -> tuple[list[_SheetRow], list[str]]:
    if len(text) > MAX_CHARACTERS:
        return [], ["the sheet is too large"]
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[_SheetRow] = []
    wrong: list[str] = []
    try:
        if missing := REQUIRED_COLUMNS - set(reader.fieldnames or ()):
            return [], [f"row 1: no column {', '.join(sorted(missing))}"]
        for number, cells in enumerate(reader, 2):
            if number > MAX_ROWS:
                return [], ["the sheet has too many rows"]
            found = _parse_row(number, cells, today)
            if isinstance(found, str):
                wrong.append(f"row {number}: {found}")
            elif found.text:
                rows.append(found)
    except csv.Error as error:
        return [], [f"row {reader.line_num}: not CSV ({error})"]
    return rows, wrong


def _parse_row(number: int, cells: Mapping[str | None, object], today: date) -> _SheetRow | str:
    if None in cells or None in cells.values():
        return "more or fewer cells than the head"
    read = {
        str(name): unescape_cell(str(cell)).replace("\r\n", "\n") for name, cell in cells.items()
    }
    if not read["form"].isascii() or not read["form"].isdecimal():
        return "the form is no number"
    review = _parse_review(read, today)
    if isinstance(review, str):
        return review
    key = (read["context"] or None, read["source"])
    return _SheetRow(number, key, int(read["form"]), read["translation"], review)


def _parse_review(cells: Mapping[str, str], today: date) -> TranslationReview | str | None:
    who = " ".join(cells.get("reviewed_by", "").split())
    day = cells.get("reviewed_on", "").strip()
    if not who and not day:
        return None
    if not who or not who.isprintable() or len(who) > MAX_NAME_LENGTH:
        return f"reviewed_by is a name of 1 to {MAX_NAME_LENGTH} signs"
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return "reviewed_on is a day like 2026-11-24"
    return TranslationReview(who, on, "") if on <= today else "reviewed_on lies in the future"


def _row_faults(
    row: _SheetRow, entries: Mapping[MessageKey, CatalogueEntry], tag: str
) -> Iterator[str]:
    """Yield what stands against a row."""
    entry = entries.get(row.key)
    if entry is None:
        yield "no message of ours has this context and source"
        return
    if row.form >= len(entry.forms or ("",)):
        yield "there is no such form"
    of = entry.key[1] if entry.plural is None else entry.plural
    yield from find_faults(of, row.text)
    for word in forbidden_words(tag, row.text):
        yield f"never said: {word}"
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
    for key, said in by_key.items():
        message = messages[key]
        forms = list(po_files.forms_of(message))
        for row in said:
            changed += forms[row.form] != row.text
            forms[row.form] = row.text
        message.string = forms[0] if entries[key].plural is None else tuple(forms)
        reviewed += _write_reviews(message, key, forms, said)
    return SheetImport(changed, reviewed)


def _write_reviews(
    message: Message, key: MessageKey, forms: Sequence[str], rows: Iterable[_SheetRow]
) -> int:
    """Write the reviews that hold, and those that are new, beside a message."""
    of = translation_digest(*key, forms)
    kept = reviews.parse_reviews(message.user_comments, of)
    new = {
        row.review.reviewer: row.review._replace(digest=of)
        for row in rows
        if row.review is not None
    }
    standing = {review.reviewer: review for review in kept} | new
    message.user_comments = [
        *reviews.other_comments(message.user_comments), *map(str, standing.values())
    ]  # fmt: skip
    return len(new)
