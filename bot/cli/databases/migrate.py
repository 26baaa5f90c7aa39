"""`haven migrate`: a SQLite deployment, copied into PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn

from bot.app.databases.move import MoveTarget, move_to_postgresql
from bot.cli.output import make_table, print_table
from bot.settings import load_settings
from bot.setup.env_file import format_setting
from bot.store.copies.table_copy import ComparedTable


def migrate(
    to: Annotated[str, typer.Option("--to", help="An empty PostgreSQL database.")] = "",
    keys_to: Annotated[str, typer.Option("--keys-to", help="Another one, for the keys.")] = "",
) -> None:
    """Copy a SQLite deployment into PostgreSQL while Haven is stopped; the original stays."""
    if not to or not keys_to:
        raise typer.BadParameter(
            "name two empty databases: --to postgresql://user@host/haven for the data, and "
            "--keys-to postgresql://user@host/haven_keys for the keys"
        )
    settings = load_settings()
    lines = format_setting("database_url", to), format_setting("keys_url", keys_to)
    with _progress() as on_progress:
        compared = move_to_postgresql(settings, MoveTarget(to, keys_to), on_progress)
    _print(compared)
    typer.echo("Every row was compared: the copy is equal. Stop using SQLite; set these two:")
    for line in lines:
        typer.echo(line)
    typer.echo(
        f"HAVEN_DATA stays {settings.data}: the files people sent are there. Run haven doctor, "
        "then haven start. The SQLite databases were not deleted: delete haven.db* and keys.db* "
        "once you have a backup of the new ones, because what is erased from now on stays in them."
    )


@contextmanager
def _progress() -> Iterator[Callable[[str, int, int], None]]:
    """Return what shows how far each part is; there is no bar before the first row is read."""
    bars = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
        console=Console(stderr=True),
    )  # fmt: skip
    tasks: dict[str, TaskID] = {}
    with ExitStack() as shown:

        def show(part: str, done: int, total: int) -> None:
            if not tasks:
                shown.enter_context(bars)
            if part not in tasks:
                tasks[part] = bars.add_task(part, total=total)
            bars.update(tasks[part], completed=done, total=total)

        yield show


def _print(compared: dict[str, list[ComparedTable]]) -> None:
    rows = [
        (part, it.name, it.original.rows, it.copy.rows, it.copy.digest.hex()[:16], it.is_equal)
        for part, tables in compared.items()
        for it in tables
    ]
    headings = ("part", "table", "rows", "copied", "sha-256", "equal")
    print_table(make_table("", headings, rows))
