"""`haven logs`: the journal of the service, or where the log goes without systemd."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Annotated

import typer

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
    unit: Annotated[str, typer.Option(help="The service.")] = "haven",
) -> None:
    """Show the log of the service, from systemd's journal."""
    journalctl = shutil.which("journalctl")
    if journalctl is None or not RUNNING_SYSTEMD.is_dir():
        typer.echo(ELSEWHERE)
        return
    os.execv(journalctl, journal_command(journalctl, unit, lines, since, follow=follow))  # noqa: S606 - no shell


def journal_command(
    journalctl: str, unit: str, lines: int, since: str, *, follow: bool
) -> list[str]:
    """Return the command that shows the journal of a service."""
    command = [journalctl, f"--unit={unit}", f"--lines={lines}", "--output=cat"]
    return command + ([f"--since={since}"] if since else []) + (["--follow"] if follow else [])
