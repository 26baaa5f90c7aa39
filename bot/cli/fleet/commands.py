"""`haven fleet`: several organisations or countries, each a deployment, one after another.

This process opens no database. Each deployment is worked on by a process of its own, and a fault of
one does not stop the next.
"""

from __future__ import annotations

import sys
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import msgspec
import typer
from rich.console import Console

from bot.cli.fleet.children import ChildResult, run_child
from bot.cli.fleet.control_file import CONTROL_FILE, FleetMember, load_fleet
from bot.cli.fleet.report import DeploymentReport, print_report
from bot.cli.options import AsJson
from bot.cli.output import make_table, print_json, print_table
from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ControlFile = Annotated[Path, typer.Option("--file", help="The control file, in TOML.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", help="A deployment by its name; may be repeated.")
]
REPORT_PATIENCE = 60.0
"""Seconds after which a deployment that says nothing is passed over."""
COLUMNS = ("deployment", "release", "schema", "runs", "waiting", "oldest", "overdue", "standby",
           "lag", "backup", "state")  # fmt: skip
MINUTE, HOUR = 60, 3600

fleet_app = typer.Typer(no_args_is_help=True)
fleet_app.command("report")(print_report)


@fleet_app.command("status")
def status(file: ControlFile = CONTROL_FILE, only: Only = None, *, as_json: AsJson = False) -> None:
    """Show of each deployment what runs, what waits, its standby and its backup."""
    reports = load_reports(load_fleet(file, only or ()))
    shared = list(shared_databases(reports))
    if as_json:
        print_json({name: msgspec.to_builtins(it) for name, it in reports.items()})
    else:
        print_table(make_table("", COLUMNS, [_row(*it) for it in reports.items()]))
        for name, report in reports.items():
            for fault in report.faults:
                typer.echo(f"{name}: {fault}")
        for fault in shared:
            typer.echo(fault)
    if shared or any(it.faults for it in reports.values()):
        raise typer.Exit(1)


@fleet_app.command("upgrade")
def upgrade(file: ControlFile = CONTROL_FILE, only: Only = None) -> None:
    """Upgrade each deployment to this release, as haven upgrade does, one after another."""
    run_everywhere(file, only, "upgrade")


@fleet_app.command("backup")
def backup(file: ControlFile = CONTROL_FILE, only: Only = None) -> None:
    """Make a backup of each deployment, as haven backup does, one after another."""
    run_everywhere(file, only, "backup")


def run_everywhere(file: Path, only: list[str] | None, command: str) -> None:
    """Run a command for each deployment, go on after a failure, and end with a table.

    Raises:
        SettingError: two deployments share a database; nothing was done.
        Exit: it failed for at least one.
    """
    load_fleet(file, only or ())  # names that are not there are refused first
    everyone = load_fleet(file)
    if shared := list(shared_databases(load_reports(everyone))):
        raise SettingError(f"{'; '.join(shared)}. Nothing was done")
    ended = {}
    for member in everyone:
        if not only or member.name in only:
            ended[member.name] = _run(member, command)
    rows = [
        (name, "done" if not it.code else "failed", f"{it.seconds:.1f} s", it.last_line)
        for name, it in ended.items()
    ]
    print_table(make_table("", ("deployment", command, "took", "said last"), rows))
    if any(it.code for it in ended.values()):
        raise typer.Exit(1)


def _run(member: FleetMember, command: str) -> ChildResult:
    with Console(stderr=True).status(f"{member.name}: haven {command}"):
        ended = run_child(member, (command,))
    for stream, said in ((sys.stdout, ended.stdout), (sys.stderr, ended.stderr)):
        for line in said.splitlines():
            typer.echo(f"{member.name}: {line}", file=stream)
    return ended


def load_reports(members: list[FleetMember]) -> dict[str, DeploymentReport]:
    """Return what each deployment says of itself; a fault where it says nothing."""
    return {it.name: _report(it) for it in members}


def _report(member: FleetMember) -> DeploymentReport:
    with Console(stderr=True).status(f"{member.name}: is asked"):
        ended = run_child(member, ("fleet", "report"), REPORT_PATIENCE)
    try:
        return msgspec.json.decode(ended.stdout, type=DeploymentReport)
    except msgspec.MsgspecError:
        fault = ended.last_line or f"haven fleet report ended with {ended.code}"
        return DeploymentReport(release="", faults=[fault])


def shared_databases(reports: Mapping[str, DeploymentReport]) -> Iterator[str]:
    """Yield which deployments have one database under different addresses, or are copies."""
    for (one, first), (other, second) in combinations(reports.items(), 2):
        if set(first.databases) & set(second.databases):
            yield (
                f"{one} and {other} have one database or key store, or one is a copy of the other: "
                "give each its own, begun with haven setup"
            )


def _row(name: str, it: DeploymentReport) -> tuple[object, ...]:
    return (
        name, it.release, it.schema, it.roles or "nothing", it.waiting, span(it.oldest), it.overdue,
        it.standby, span(it.lag), "none" if it.backup is None else span(it.backup),
        "wrong" if it.faults else "fine",
    )  # fmt: skip


def span(seconds: float) -> str:
    """Return a span of time in its greatest unit, rounded down."""
    if seconds < MINUTE:
        return f"{int(seconds)} s"
    if seconds < HOUR:
        return f"{int(seconds // MINUTE)} min"
    return f"{int(seconds // HOUR)} h"
