"""What commands print: JSON, tables, times."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.cells import cell_len
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bot.clock import SECOND


def print_json(value: Any, *, ascii_only: bool = False) -> None:
    """Print a value as one JSON document.

    `ascii_only` escapes other characters, for text of people that could change the terminal.
    """
    typer.echo(json.dumps(value, indent=2, ensure_ascii=ascii_only))


def print_rows(
    rows: Sequence[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool = False
) -> None:
    """Print rows as JSON, or some of their columns as a table."""
    if as_json:
        print_json(rows)
        return
    print_table(make_table("", columns, ([row[column] for column in columns] for row in rows)))


def print_dataclasses(
    items: Iterable[Any], columns: Sequence[str], *, as_json: bool = False
) -> None:
    """Print dataclasses as JSON, or some of their fields as a table."""
    print_rows([asdict(each) for each in items], columns, as_json=as_json)


def count_of(number: int, thing: str) -> str:
    """Return a number of things in words: `1 file`, `2 files`."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def make_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a table; lists are joined by commas, and nothing in a cell is taken for markup."""
    table = Table(*headings, title=title or None, title_justify="left", box=SIMPLE_HEAD,
                  padding=(0, 1, 0, 0))  # fmt: skip
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def print_table(table: Table) -> None:
    """Print a table with every id and every other word whole.

    An id that is cut, by us or by the edge of the terminal, cannot be copied into the next command.
    Where a terminal has no room for the table, each row becomes a block of lines. Without a
    terminal each row is one line.
    """
    console = Console()
    columns = [[column.header, *column.cells] for column in table.columns]
    longest = [max(_cell_width(it) for it in cells) for cells in columns]
    between = Measurement.get(console, console.options, _without_rows(table)).minimum
    if not console.is_terminal:
        console.width = max(console.width, sum(longest) + between)
    whole = [max(_word_width(it) for it in cells) for cells in columns]
    room = console.width - between - sum(whole)
    if room < 0:
        _print_blocks(console, table)
        return
    for column, width in zip(table.columns, _shared(whole, longest, room), strict=True):
        column.width, column.overflow = width, "fold"
    console.print(table)


def print_words(line: str) -> None:
    """Print a line, broken between words where a terminal is narrower."""
    console = Console()
    console.print(line, markup=False, highlight=False, soft_wrap=not console.is_terminal)


def _shared(least: list[int], most: list[int], room: int) -> list[int]:
    """Return the widths of columns: room goes to those whose text is broken most often."""
    widths = list(least)
    for _ in range(room):
        broken = max(range(len(widths)), key=lambda it: most[it] / max(widths[it], 1))
        if most[broken] <= widths[broken]:
            break
        widths[broken] += 1
    return widths


def _print_blocks(console: Console, table: Table) -> None:
    if table.title:
        console.print(table.title, highlight=False)
    headings = [Text(str(column.header), style="bold") for column in table.columns]
    for row, cells in zip(table.rows, zip(*(it.cells for it in table.columns), strict=True),
                          strict=True):  # fmt: skip
        block = Table.grid(padding=(0, 2, 0, 0))
        block.add_column(no_wrap=True)
        block.add_column(overflow="fold")
        for heading, cell in zip(headings, cells, strict=True):
            if str(cell):
                block.add_row(heading, cell, style=row.style)
        console.print(Text(), block)


def _without_rows(table: Table) -> Table:
    """Return a table of empty columns, whose width is that of what stands between columns."""
    return Table(*[""] * len(table.columns), box=table.box, padding=table.padding,
                 show_edge=table.show_edge, pad_edge=table.pad_edge)  # fmt: skip


def _cell_width(cell: object) -> int:
    return max(map(cell_len, str(cell).split("\n")))


def _word_width(cell: object) -> int:
    """Return the width of the longest part that must not be broken.

    Chinese has no spaces, and is broken between any two characters.
    """
    parts = re.split(r"\s|(?<=[^\x00-\u10ff])|(?=[^\x00-\u10ff])", str(cell))
    return max(cell_len(part) for part in parts)


def local_time(at: int, zone: ZoneInfo) -> datetime:
    """Return a moment (microseconds) in a time zone."""
    return datetime.fromtimestamp(at / SECOND, zone)


def format_time(at: int, zone: ZoneInfo) -> str:
    """Return a moment (microseconds) like `2026-11-25 14:30`."""
    return local_time(at, zone).strftime("%Y-%m-%d %H:%M")


def _cell(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
