"""A table as it was read from a file: headings, and rows with their numbers in the file. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import ImportRefusedError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from bot.text import Text

MAX_ROWS, MAX_COLUMNS, MAX_CELL = 2000, 600, 32_767
"""Limits of a file; a cell of a spreadsheet holds no more characters."""


class FileRefusedError(ImportRefusedError):
    """A file cannot be read; `text` says why in words for staff, `values` fill its blanks."""

    def __init__(self, text: Text, **values: str) -> None:
        shown = text.source
        for name, value in values.items():
            shown = shown.replace(f"{{{name}}}", value)
        super().__init__(shown)
        self.text, self.values = text, values


class Heading(NamedTuple):
    """The head of a column: its name, and what people read above it, if that is another row."""

    name: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class ReadRow:
    """One row that is not empty."""

    number: int
    """In the file, from 1; of JSON the number of the case."""
    cells: Mapping[int, str]
    """By the place of the column; without empty ones."""


@dataclass(frozen=True, slots=True)
class ReadTable:
    """A table from a file."""

    headings: Sequence[Heading]
    rows: Sequence[ReadRow]
    first_day: date | None = None
    """Day 0 of a spreadsheet, which stores days as numbers; None: days are words."""
