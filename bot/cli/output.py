"""What commands print: JSON, tables, times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from bot.clock import SECOND

UNLIMITED_WIDTH = 10_000


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


def make_table(title: str, headings: Sequence[str], rows: Iterable[Sequence[Any]]) -> Table:
    """Return a table; lists are joined by commas, and nothing in a cell is taken for markup."""
    table = Table(*headings, title=title or None, title_justify="left", box=SIMPLE_HEAD,
                  padding=(0, 1, 0, 0))  # fmt: skip
    for row in rows:
        table.add_row(*(Text(_cell(value)) for value in row))
    return table


def print_table(table: Table) -> None:
    """Print a table with every word whole, wider than the terminal if need be.

    An id or a reference that is cut cannot be copied into the next command.
    """
    console = Console()
    whole = Measurement.get(console, console.options.update(width=UNLIMITED_WIDTH), table).minimum
    Console(width=max(console.width, whole)).print(table)


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
