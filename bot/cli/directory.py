"""The commands about the place: what people are shown, and what somebody has to read again."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bot.places.directory import DirectoryEntry
from bot.places.registry import find_place
from bot.settings import load_settings

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from bot.places.place import Place

directory_app = typer.Typer(no_args_is_help=True, help="Numbers people are shown, and how known.")

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, one document.")]


@directory_app.command("list")
def list_directory(*, as_json: AsJson = False) -> None:
    """Print the numbers people are shown, in which situation, and when each was read."""
    place, today = _place_and_date()
    rows = [row for row in directory_rows(place, today) if row["shown"]]
    _print_rows(
        rows, ("number", "answers", "situations", "hours", "languages", "verified"), as_json
    )


@directory_app.command("todo")
def todo_directory(*, as_json: AsJson = False) -> None:
    """Print what nobody is shown, or soon must not be, and what each still lacks."""
    place, today = _place_and_date()
    rows = list(todo_rows(place, today))
    _print_rows(rows, ("code", "evidence", "do", "source"), as_json)


def directory_rows(place: Place, today: date) -> Iterable[dict[str, Any]]:
    """Yield every number with the situations in which people see it today."""
    for code, entry in place.directory.items():
        of = [name for name, codes in place.numbers_by_situation.items() if code in codes]
        yield {
            "code": code,
            "number": entry.number,
            "answers": entry.answered_by.source,
            "situations": of,
            "hours": entry.hours,
            "languages": list(entry.languages),
            "evidence": str(entry.quality),
            "source": entry.source,
            "verified": entry.verified_on.isoformat(),
            "expires": entry.expires_on.isoformat(),
            "shown": bool(of) and entry.is_shown(today),
        }


def todo_rows(place: Place, today: date) -> Iterable[dict[str, Any]]:
    """Yield what somebody has to do before people may be told, or go on being told."""
    for code, fact in place.facts():
        if (do := fact.todo(today)) is not None:
            yield {
                "code": code,
                "number": fact.number if isinstance(fact, DirectoryEntry) else None,
                "about": fact.answered_by.source if isinstance(fact, DirectoryEntry) else None,
                "evidence": str(fact.quality),
                "do": do,
                "source": fact.source,
                "verified": fact.verified_on.isoformat(),
            }


def _place_and_date() -> tuple[Place, date]:
    settings = load_settings()
    return find_place(settings.place), datetime.now(settings.zone).date()


def _print_rows(rows: list[dict[str, Any]], columns: tuple[str, ...], as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(rows, indent=2, ensure_ascii=False))
        return
    from rich.box import SIMPLE_HEAD  # noqa: PLC0415 - each command pays for what it uses
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415

    table = Table(*columns, box=SIMPLE_HEAD, padding=(0, 1, 0, 0))
    for row in rows:
        table.add_row(*(_cell(row[column]) for column in columns))
    Console().print(table)


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
