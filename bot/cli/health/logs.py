"""`haven logs`: the journal of the services, or where the log goes without systemd."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot.setup.files import MACHINE
from bot.setup.service_files import installed_services

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNNING_SYSTEMD = Path("/run/systemd/system")
"""Exists where systemd runs the machine."""
ELSEWHERE = """\
There is no journal here: systemd does not run this machine.
Haven writes its log to standard error, one JSON object a line. Where that goes depends on what
started it, for example:
  docker compose logs haven
  haven start 2>> /var/log/haven.log    (rotate it: logrotate with copytruncate)
What each event means: bot/monitoring/README.md"""


def logs(
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on as events come.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", min=1, help="How many, newest.")] = 100,
    since: Annotated[str, typer.Option(help="From when on, e.g. yesterday.")] = "",
    unit: Annotated[str, typer.Option(help="One service; without it, all of Haven.")] = "",
) -> None:
    """Show the log of Haven's services, from systemd's journal."""
    journalctl = shutil.which("journalctl")
    if journalctl is None or not RUNNING_SYSTEMD.is_dir():
        typer.echo(ELSEWHERE)
        return
    units = [unit] if unit else installed_services(MACHINE)
    os.execv(journalctl, journal_command(journalctl, units, lines, since, follow=follow))  # noqa: S606 - no shell


def journal_command(
    journalctl: str, units: Sequence[str], lines: int, since: str, *, follow: bool
) -> list[str]:
    """Return the command that shows the journal of services, in the order of time."""
    command = [journalctl, *(f"--unit={it}" for it in units), f"--lines={lines}", "--output=cat"]
    return command + ([f"--since={since}"] if since else []) + (["--follow"] if follow else [])
