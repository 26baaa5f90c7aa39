"""`haven upgrade`: what an upgrade would do, a rehearsal on a copy, and the upgrade itself."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from bot.app.databases.moved import refuse_moved
from bot.app.databases.rehearsal import last_rehearsal, rehearse
from bot.app.databases.release_notes import changelog, upgrade_notes
from bot.app.databases.standbys import require_synchronous
from bot.app.databases.upgrade import UpgradePart, load_parts, upgrade_deployment
from bot.cli.output import format_time, make_table, print_table
from bot.errors import HavenError
from bot.log import configure
from bot.release import installed_release
from bot.settings import Settings, load_settings
from bot.store.releases import RELEASES


def upgrade(
    *,
    check: Annotated[
        bool, typer.Option("--check", help="Only say what would be done, and what to know.")
    ] = False,
    rehearsal: Annotated[
        bool, typer.Option("--rehearse", help="Upgrade a copy, check it, delete it.")
    ] = False,
    without_backup: Annotated[
        bool, typer.Option("--without-backup", help="Make no copy before; you have a backup.")
    ] = False,
) -> None:
    """Upgrade data of an older release, as haven start does; with --check, only say how."""
    if check + rehearsal + without_backup > 1:
        raise typer.BadParameter("--check, --rehearse and --without-backup exclude one another")
    settings = load_settings()
    if rehearsal:
        _rehearse(settings)
    elif check:
        _check(settings)
    elif not any(part.steps for part in _existing(settings)):
        typer.echo(f"The data are of this release, Haven {installed_release()}. Nothing to do.")
    else:
        configure(for_person=sys.stderr.isatty())
        require_synchronous(settings)
        upgrade_deployment(settings, typer.echo, with_backup=not without_backup)


def _existing(settings: Settings) -> tuple[UpgradePart, UpgradePart]:
    refuse_moved(settings)
    parts = load_parts(settings)
    if parts[0].revision is None:
        where = "HAVEN_DATABASE_URL" if settings.database_url else "HAVEN_DATA"
        raise HavenError(f"there are no data of Haven: is {where} right?")
    return parts


def _check(settings: Settings) -> None:
    parts, release = _existing(settings), installed_release()
    rows = [(it.name, it.revision or "none yet", it.latest, bool(it.steps)) for it in parts]
    print_table(
        make_table(f"Haven {release}", ("what", "revision", "of this release", "upgrade"), rows)
    )
    if not any(part.steps for part in parts):
        typer.echo("The data are of this release. haven start changes nothing.")
        return
    _print_plan(settings, parts)
    after = RELEASES.get(parts[0].revision or "")
    for version, notes in upgrade_notes(changelog(), after=after, until=release):
        typer.echo(f"\nUpgrading to {version}\n{notes}")


def _print_plan(settings: Settings, parts: Sequence[UpgradePart]) -> None:
    typer.echo("haven start, or haven upgrade, will:")
    for part in parts:
        if part.steps:
            typer.echo(f"  copy the {part.name}, and compare every row: {part.copy.place}")
    for part in reversed(parts):
        for step in part.steps:
            typer.echo(f"  bring the {part.name} to {step.revision}: {step.summary}")
    note = last_rehearsal(settings)
    if note is None:
        typer.echo(
            "Not rehearsed yet: haven upgrade --rehearse does it on a copy, and says how long"
        )
        typer.echo("it takes. Haven may run meanwhile.")
        return
    when = format_time(note.at, settings.zone)
    typer.echo(
        f"Rehearsed on a copy {when}: {note.rows} rows, upgraded in {note.upgraded:.1f} s, copied "
        f"and checked in {note.copied:.1f} s."
    )


def _rehearse(settings: Settings) -> None:
    if not any(part.steps for part in _existing(settings)):
        typer.echo(f"The data are of this release, Haven {installed_release()}.")
        typer.echo("So there is nothing to rehearse.")
        return
    with Console(stderr=True).status("upgrading a copy"):
        note = rehearse(settings)
    typer.echo(f"The copy is complete: {note.rows} rows. It was deleted; nothing else was changed.")
    typer.echo(f"Upgraded in {note.upgraded:.1f} s; copied and checked in {note.copied:.1f} s.")
