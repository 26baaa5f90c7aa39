"""`haven files`: where the files people sent lie, and their move to another storage."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TimeElapsedColumn

from bot.app.file_storage.move import MoveProgress, move_files
from bot.app.file_storage.opening import checked_blobs
from bot.cli.deployment import open_deployment
from bot.settings import SETTING_HINTS
from bot.settings.formats import FILES_PATTERN
from bot.store.blobs.opening import folder_of
from bot.store.database import DataDirectory

files_app = typer.Typer(no_args_is_help=True)


@files_app.command("where")
def where() -> None:
    """Say where the files lie, how many and how large they are, after checking that storage."""
    with open_deployment() as deployment:
        blobs = checked_blobs(deployment.settings)
        sizes = [it.size for it in blobs.list() if it.is_whole]
    typer.echo(f"{blobs.where}: {len(sizes)} files, {sum(sizes)} bytes.")


@files_app.command("move")
def move(
    to: Annotated[str, typer.Option("--to", help="file:///folder or s3://bucket/prefix.")],
) -> None:
    """Move all files to another storage while Haven is stopped; begin again if interrupted."""
    if not to or not re.fullmatch(FILES_PATTERN, to):
        raise typer.BadParameter(f"--to takes {SETTING_HINTS['files_url'].partition(';')[0]}")
    with open_deployment() as deployment:
        settings, directory = deployment.settings, DataDirectory(deployment.settings.data)
        directory.refuse_running()
        deployment.database.claim_for_bot()
        columns = ("{task.description}: {task.completed} files", TimeElapsedColumn())
        with Progress(*columns, console=Console(stderr=True)) as bars:
            moved = move_files(settings, deployment.database, to, _progress(bars))
        deployment.run(lambda work: deployment.record(work, "move_files", "all"))
    typer.echo(f"{moved.where}: {moved.copied} files, each compared with the original.")
    typer.echo("Before the next start, for all commands and on every machine:")
    is_default = to.startswith("file:") and folder_of(to) == directory.files.absolute()
    typer.echo("unset HAVEN_FILES_URL" if is_default else f"HAVEN_FILES_URL={to}")


def _progress(bars: Progress) -> MoveProgress:
    tasks = {step: bars.add_task(step, total=None) for step in ("copied", "deleted")}
    return lambda step, count: bars.update(tasks[step], completed=count)
