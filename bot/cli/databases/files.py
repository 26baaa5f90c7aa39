"""`haven files`: where the files people sent lie, their move, and what is lost for good."""

from __future__ import annotations

import re
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import Progress, TaskID, TimeElapsedColumn

from bot.app.file_storage.lost import LostFiles, accept_loss, find_lost
from bot.app.file_storage.move import MoveProgress, move_files
from bot.app.file_storage.opening import checked_blobs
from bot.cli.deployment import open_deployment
from bot.cli.output import count_of
from bot.clock import DAY
from bot.errors import HavenError
from bot.settings import SETTING_HINTS
from bot.settings.env_file import ENV_FILE
from bot.settings.formats import FILES_PATTERN
from bot.store.blobs.opening import folder_of
from bot.store.database import DataDirectory
from bot.vault import Vault

files_app = typer.Typer(no_args_is_help=True)
NOTHING_LOST = "{where}: all {total} files of cases are there. Nothing was changed."
LOST = "{where}: {count} of {total} files of cases are not there."
LAY_ELSEWHERE = "They lay in {place}: is HAVEN_FILES_URL right?"
ACCEPT_LOSS = (
    "If a copy of them exists, put it back instead, or restore a backup. If they are gone for "
    "good, their cases will show them as missing, and {where} is used from now on. Run:"
)
WRONG_CODE = "--confirm: this is not the code for what is missing now; run haven files lost again"


@files_app.command("where")
def where() -> None:
    """Say where the files lie, how many and how large they are, after checking that storage."""
    with open_deployment() as deployment:
        blobs = checked_blobs(deployment.settings)
        sizes = [it.size for it in blobs.list() if it.is_whole]
    typer.echo(f"{blobs.where}: {count_of(len(sizes), 'file')}, {sum(sizes)} bytes.")


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
    copied = count_of(moved.copied, "file")
    typer.echo(f"{moved.where}: {copied}, each compared with the original.")
    typer.echo(f"Before the next start, on every machine, in {ENV_FILE} if there is one:")
    is_default = to.startswith("file:") and folder_of(to) == directory.files.absolute()
    typer.echo("unset HAVEN_FILES_URL" if is_default else f"HAVEN_FILES_URL={to}")


@files_app.command("lost")
def lost(
    confirm: Annotated[str, typer.Option(help="The code that the first step printed.")] = "",
) -> None:
    """Accept that files are gone for good: run it once to see how many, then with --confirm.

    An emptied bucket gets a new mark, and the cases show what is missing. The audit log records
    both steps.
    """
    with open_deployment() as deployment:
        settings, database = deployment.settings, deployment.database
        found, now = find_lost(settings, database), deployment.now()
        where, count = found.blobs.where, str(len(found.names))
        if not (found.names or found.needs_mark):
            typer.echo(NOTHING_LOST.format(where=where, total=found.total))
            return
        codes = [_confirmation_code(deployment.vault, found, at) for at in (now, now - DAY)]
        if not confirm:
            deployment.run(lambda work: deployment.record(work, "files_lost_ask", "all", count))
            typer.echo(LOST.format(where=where, count=count, total=found.total))
            if found.seen_at:
                typer.echo(LAY_ELSEWHERE.format(place=found.seen_at))
            typer.echo(ACCEPT_LOSS.format(where=where))
            typer.echo(f"    haven files lost --confirm {codes[0]}")
            return
        if confirm.strip().lower() not in codes:
            raise HavenError(WRONG_CODE)
        deployment.run(lambda work: deployment.record(work, "files_lost", "all", count))
        accept_loss(settings, database, deployment.vault, found, now)
    typer.echo(f"{where}: {count} files are shown as missing. Haven uses it within a minute.")


def _confirmation_code(vault: Vault, found: LostFiles, at: int) -> str:
    """Return the code of the second step for a day; it is good on the next day too."""
    what = f"files/lost/{found.blobs.where}/{len(found.names)}/{found.needs_mark}/{at // DAY}"
    return vault.button_mac(what.encode()).hex()


def _progress(bars: Progress) -> MoveProgress:
    """Show a step once it begins: a move that cannot begin has copied nothing."""
    tasks: dict[str, TaskID] = {}

    def show(step: str, count: int) -> None:
        if step not in tasks:
            tasks[step] = bars.add_task(step, total=None)
        bars.update(tasks[step], completed=count)

    return show
