"""`haven prevention`: slides, a quiz on paper, notes and posts, in the words of the chat."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import one_of
from bot.cli.outreach.site import BotName, LinkCodes, load_source, print_expiry, progress_bar
from bot.site.output_folder import write_files
from bot.site.prevention.pack import build_pack

prevention_app = typer.Typer(no_args_is_help=True)


@prevention_app.callback()
def _prevention() -> None:
    """Make the Typer a group, although it has one command."""


@prevention_app.command("make")
def make(
    folder: Path,
    *,
    languages: Annotated[
        str, typer.Option(help="Languages with commas, e.g. id,vi; without it, all offered.")
    ] = "",
    bot: BotName = "",
    codes: LinkCodes = None,
) -> None:
    """Make a pack for a talk in each language; a folder of an earlier pack is renewed."""
    source, offered = load_source(bot, codes or [])
    wanted = [one_of("--languages", it.strip(), offered) for it in languages.split(",") if it]
    chosen = list(dict.fromkeys(wanted)) or list(offered)
    with progress_bar("languages") as on_built:
        files = asyncio.run(build_pack(source, chosen, on_built))
    with progress_bar("files") as on_written:
        removed = write_files(folder, files, on_written)
    typer.echo(f"{folder}: {len(files)} files for {source.handle} ({', '.join(chosen)})")
    typer.echo(f"Removed: {removed} files of before. Print quiz.pdf on both sides of the paper.")
    print_expiry(source)
