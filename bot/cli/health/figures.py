"""`haven figures`: what the hotline did in a month, small numbers left out."""

from __future__ import annotations

import re
from typing import Annotated, Any

import typer

from bot.cli.deployment import open_deployment
from bot.cli.options import AsJson
from bot.cli.output import print_rows
from bot.errors import HavenError
from bot.hotline.figures.model import FEWEST_PUBLISHED, FEWEST_SHOWN, ShownMonth
from bot.hotline.figures.months import load_months
from bot.hotline.figures.report import NOT_COUNTED, as_csv, as_json, figure_rows

MONTH_OR_YEAR = re.compile(r"[0-9]{4}(-(0[1-9]|1[0-2]))?")
COLUMNS = ("figure", "by", "code", "number", "in_time")


def figures(
    month: Annotated[
        str, typer.Option(help="A month or a year, e.g. 2026-11; without it, the last one.")
    ] = "",
    *,
    published: Annotated[
        bool, typer.Option("--published", help="As the public may read it: numbers from 11 on.")
    ] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print all of it as CSV.")] = False,
    json: AsJson = False,
) -> None:
    """Print the figures of finished months, each frozen a week after its end."""
    with open_deployment() as deployment:
        months = deployment.run(lambda work: load_months(work, is_published=published))
    if json and not months and not month:
        typer.echo("[]")
        return
    chosen = choose_months(months, month)
    if csv:
        typer.echo(as_csv(chosen), nl=False)
    elif json:
        typer.echo(as_json(chosen))
    else:
        for each in chosen:
            _print_month(each, FEWEST_PUBLISHED if published else FEWEST_SHOWN)


def choose_months(months: list[ShownMonth], wanted: str) -> list[ShownMonth]:
    """Return a month, a year or, without a name, the last month; raise HavenError for none."""
    if not months and wanted and not MONTH_OR_YEAR.fullmatch(wanted):
        raise HavenError(f"--month {wanted} is no month or year: write it like 2026-11 or 2026")
    if not months:
        raise HavenError("no month is counted yet: each is counted a week after its end")
    if not wanted:
        return months[-1:]
    found = [it for it in months if it.name == wanted or it.name.startswith(f"{wanted}-")]
    if not found:
        raise HavenError(
            f"there are no figures of {wanted}: write a month like {months[-1].name} or a year "
            f"like {months[-1].name[:4]}; counted are {months[0].name} to {months[-1].name}"
        )
    return found


def _number(row: dict[str, Any]) -> str:
    if row["status"] == NOT_COUNTED:
        return "not counted yet"
    return "-" if row["number"] is None else str(row["number"])


def _print_month(month: ShownMonth, fewest: int) -> None:
    typer.echo(f"{month.name}   (-: fewer than {fewest}, or left out because others are)")
    rows = [
        {
            "figure": row["figure"], "by": row["by"], "code": row["code"],
            "number": _number(row),
            "in_time": "" if row["in_time_from"] is None
            else f"{row['in_time_from']}-{row['in_time_to']} %",
        }
        for row in figure_rows(month)
        if row["number"] is not None or not row["by"]
    ]  # fmt: skip
    print_rows(rows, COLUMNS)
