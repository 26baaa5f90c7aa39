"""The command: `./run bench [SCENARIO ...] [--json]`; its help names the scenarios."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench import bench_goals, bench_rounds, bench_scenarios, result_table, summary_rows

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.bench_rounds import Costs
    from tests.bench.bench_scenarios import Scenario
    from tests.bench.run_one import BenchCost, BenchRun


_WIDTH: Final = 120
"""Of a table nobody sees on a terminal."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(  # noqa: PLR0913 - one argument an option
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO", help=f"Any of {', '.join(bench_scenarios.ALL)}; all if none."
        ),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
    many: Annotated[int, typer.Option("--rounds", min=1, help="How often each row runs.")] = 3,
    only: Annotated[str, typer.Option(help="Only rows whose name contains this.")] = "",
    scale: Annotated[float, typer.Option(help="Times as many people walk.")] = 1.0,
    idle: Annotated[
        float, typer.Option(help="Seconds to wait, at most, for a quiet machine.")
    ] = 10,
    folder: Annotated[
        Path, typer.Option(help="Where data is kept meanwhile; a real disk.", exists=True)
    ] = Path("/var/tmp"),  # noqa: S108 - each run makes a folder of its own in it
) -> None:
    """Measure Haven beside python-telegram-bot and aiogram, in ratios of the same round."""

    def run(run: BenchRun) -> BenchCost:
        here = msgspec.structs.replace(run, idle=idle, folder=str(folder))
        return bench_rounds.apart(bench_rounds.scaled(here, scale))

    for scenario in _chosen(names, only):
        costs = _play(scenario, many, run)
        _show(scenario, costs, json=json)


def _chosen(names: list[str] | None, only: str) -> list[Scenario]:
    unknown = set(names or ()) - set(bench_scenarios.ALL)
    if unknown:
        known = ", ".join(bench_scenarios.ALL)
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {known}.")
    return [_narrowed(bench_scenarios.ALL[name], only) for name in names or bench_scenarios.ALL]


def _narrowed(scenario: Scenario, only: str) -> Scenario:
    rows = tuple(row for row in scenario.rows if only in row.name)
    return msgspec.structs.replace(scenario, rows=rows)


def _play(scenario: Scenario, many: int, run: Callable[[BenchRun], BenchCost]) -> Costs:
    """Play the rounds; the bar on stderr moves between runs only and leaves the cores alone."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task = bar.add_task(scenario.name, total=many * len(scenario.rows))
        began = iter(range(many * len(scenario.rows)))

        def begins(name: str) -> None:
            bar.update(task, description=f"{scenario.name}: {name}", completed=next(began))
            bar.refresh()

        return bench_rounds.play(scenario.rows, many, run, begins)


def _show(scenario: Scenario, costs: Costs, *, json: bool) -> None:
    rows = summary_rows.rows(scenario, costs)
    if json:
        sys.stdout.write(result_table.lines(rows))
        sys.stdout.flush()
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(result_table.table(scenario, rows))
    if any(row.plan for row in rows):
        console.print(result_table.plans(rows))
    if verdicts := bench_goals.verdicts(scenario.name, costs):
        console.print(result_table.goals(verdicts))


def main() -> None:
    """Run the command; a run that failed has already said why."""
    try:
        app()
    except bench_rounds.RunFailed as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
