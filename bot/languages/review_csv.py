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

from bot.errors import HavenError
from bot.languages import po_files, reviews
from bot.languages.reviews import LONGEST_NAME, Review, digest
from bot.languages.style_rules import PARTS, never_said, shown_locked
from bot.languages.translation_checks import faults

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from babel.messages.catalog import Catalog, Message

    from bot.languages.po_files import Entry, Held, Key

COLUMNS = (
    "context", "source", "plural", "form", "translation", "safety_critical", "said_in", "screen",
    "remarks", "reviews", "reviewed_by", "reviewed_on",
)  # fmt: skip
"""What stands over the columns. Only the last two and the translation are read back."""
NEEDED = frozenset({"context", "source", "form", "translation"})
COMPUTES = ("=", "+", "-", "@", "\t", "\r", "'")
"""How a cell begins that a program may take for something else than words."""
MOST_ROWS = 20_000
LARGEST = 20_000_000
"""Characters of a sheet: ten times what ours have."""


class SheetRefused(HavenError):
    """A sheet was not taken; the text names every row and what is wrong with it."""


class Said(NamedTuple):
    """Where people meet a message."""

    where: str
    """A flow and a step, e.g. `report.safe`; else the file it stands in."""
    screen: str = ""
    """What they see then, as text."""


class Taken(NamedTuple):
    """What a sheet changes."""

    translations: int
    reviews: int


# --- Out ------------------------------------------------------------------------------------


def sheet_of(held: Held, said: Mapping[Key, Said]) -> str:
    """Return a catalogue as CSV, a message a row, each plural form by itself."""
    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(COLUMNS)
    for entry in held.entries:
        for row in _rows(entry, said.get(entry.key)):
            rows.writerow([guarded(cell) for cell in row])
    return out.getvalue()


def _rows(entry: Entry, said: Said | None) -> Iterator[Sequence[str]]:
    found = said or Said(", ".join(entry.places))
    context, source = entry.key
    told = "; ".join(f"{review.who} {review.on.isoformat()}" for review in entry.reviews)
    for form, words in enumerate(entry.words or ("",)):
        yield (
            context or "", source, entry.plural or "", str(form), words,
            "yes" if entry.is_safety else "", found.where, found.screen, entry.remarks, told,
            "", "",
        )  # fmt: skip


def guarded(cell: str) -> str:
    """Return a cell no program computes."""
    return f"'{cell}" if cell.startswith(COMPUTES) else cell


def unguarded(cell: str) -> str:
    """Return a cell as it was before it was guarded."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(COMPUTES) else cell


# --- In -------------------------------------------------------------------------------------


class _Row(NamedTuple):
    number: int
    """As a spreadsheet counts: the head is 1."""
    key: Key
    form: int
    words: str
    review: Review | None
    """Without its digest, which is known when all forms are."""


def take(held: Held, text: str, today: date) -> Taken:
    """Put what a sheet says into a catalogue that was read.

    Args:
        held: the catalogue; it is changed only when every row is right.
        text: the sheet as CSV.
        today: no review is of a later day.

    Raises:
        SheetRefused: a row breaks a check; nothing was changed.
    """
    if held.catalog is None:
        raise SheetRefused(f"{held.tag} has no catalogue that can be read")
    rows, wrong = _read(text, today)
    known = {entry.key: entry for entry in held.entries}
    wrong += [f"row {row.number}: {it}" for row in rows for it in _against(row, known, held.tag)]
    if wrong:
        raise SheetRefused("\n".join(wrong))
    return _change(held.catalog, known, rows)


def _read(text: str, today: date) -> tuple[list[_Row], list[str]]:
    if len(text) > LARGEST:
        return [], ["the sheet is too large"]
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff"), newline=""), strict=True)
    rows: list[_Row] = []
    wrong: list[str] = []
    try:
        if missing := NEEDED - set(reader.fieldnames or ()):
            return [], [f"row 1: no column {', '.join(sorted(missing))}"]
        for number, cells in enumerate(reader, 2):
            if number > MOST_ROWS:
                return [], ["the sheet has too many rows"]
            found = _row(number, cells, today)
            if isinstance(found, str):
                wrong.append(f"row {number}: {found}")
            elif found.words:
                rows.append(found)
    except csv.Error as error:
        return [], [f"row {reader.line_num}: not CSV ({error})"]
    return rows, wrong


def _row(number: int, cells: Mapping[str | None, object], today: date) -> _Row | str:
    if None in cells or None in cells.values():
        return "more or fewer cells than the head"
    read = {str(name): unguarded(str(cell)).replace("\r\n", "\n") for name, cell in cells.items()}
    if not read["form"].isascii() or not read["form"].isdecimal():
        return "the form is no number"
    review = _review(read, today)
    if isinstance(review, str):
        return review
    key = (read["context"] or None, read["source"])
    return _Row(number, key, int(read["form"]), read["translation"], review)


def _review(read: Mapping[str, str], today: date) -> Review | str | None:
    who = " ".join(read.get("reviewed_by", "").split())
    day = read.get("reviewed_on", "").strip()
    if not who and not day:
        return None
    if not who or not who.isprintable() or len(who) > LONGEST_NAME:
        return f"reviewed_by is a name of 1 to {LONGEST_NAME} signs"
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return "reviewed_on is a day like 2026-11-24"
    return Review(who, on, "") if on <= today else "reviewed_on lies in the future"


def _against(row: _Row, known: Mapping[Key, Entry], tag: str) -> Iterator[str]:
    """Yield what stands against a row."""
    entry = known.get(row.key)
    if entry is None:
        yield "no message of ours has this context and source"
        return
    if row.form >= len(entry.words or ("",)):
        yield "there is no such form"
    of = entry.key[1] if entry.plural is None else entry.plural
    yield from faults(of, row.words)
    for word in never_said(tag, row.words):
        yield f"never said: {word}"
    if row.key[0] is None and PARTS.isdisjoint(entry.places):
        for word in shown_locked(tag, row.words):
            yield f"on a locked screen: {word}"


def _change(catalog: Catalog, known: Mapping[Key, Entry], rows: Iterable[_Row]) -> Taken:
    changed = reviewed = 0
    by_key: dict[Key, list[_Row]] = {}
    for row in rows:
        by_key.setdefault(row.key, []).append(row)
    messages = po_files.listed(catalog)
    for key, said in by_key.items():
        message = messages[key]
        forms = list(po_files.forms_of(message))
        for row in said:
            changed += forms[row.form] != row.words
            forms[row.form] = row.words
        message.string = forms[0] if known[key].plural is None else tuple(forms)
        reviewed += _note(message, key, forms, said)
    return Taken(changed, reviewed)


def _note(message: Message, key: Key, forms: Sequence[str], said: Iterable[_Row]) -> int:
    """Write the reviews that hold, and those that are new, beside a message."""
    of = digest(*key, forms)
    kept = reviews.read(message.user_comments, of)
    new = {row.review.who: row.review._replace(of=of) for row in said if row.review is not None}
    standing = {review.who: review for review in kept} | new
    message.user_comments = [
        *reviews.others(message.user_comments), *map(str, standing.values())
    ]  # fmt: skip
    return len(new)
