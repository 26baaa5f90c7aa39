"""The command: `./run bench [SCENARIO ...] [--json]`; its help names the scenarios."""

from __future__ import annotations

import contextlib
import os
import sys
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import msgspec
import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from tests.bench import (
    bar_chart,
    bench_goals,
    bench_rounds,
    bench_scenarios,
    result_table,
    summary_rows,
)
from tests.bench.budget import budget_table, budgets
from tests.bench.older_head import UnknownHeadError, older_head
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from tests.bench.bench_rounds import Costs
    from tests.bench.bench_scenarios import Scenario
    from tests.bench.budget.budgets import Budgets
    from tests.bench.run_one import BenchCost, BenchRun


BUDGET: Final = "budget"
"""The name by which the stages of an update are asked for."""
CHARTED: Final = "turn"
"""The scenario that is drawn."""
_WIDTH: Final = 120
"""Of a table nobody sees on a terminal."""

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def bench(  # noqa: PLR0913 - one argument an option
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="SCENARIO",
            help=f"Any of {', '.join(bench_scenarios.ALL)}, or {BUDGET}; all but the last if none.",
        ),
    ] = None,
    *,
    json: Annotated[bool, typer.Option("--json", help="One JSON object a row.")] = False,
    many: Annotated[int, typer.Option("--rounds", min=1, help="How often each row runs.")] = 3,
    only: Annotated[str, typer.Option(help="Only rows whose name contains this.")] = "",
    scale: Annotated[float, typer.Option(help="Times as many people walk.")] = 1.0,
    against: Annotated[
        str, typer.Option(metavar="REV", help="Measure this older head in the same rounds too.")
    ] = "",
    chart: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Draw the rows of a turn as SVG, too.")
    ] = None,
    idle: Annotated[
        float, typer.Option(help="Seconds to wait, at most, for a quiet machine.")
    ] = 10,
    folder: Annotated[
        Path, typer.Option(help="Where data is kept meanwhile; a real disk.", exists=True)
    ] = Path("/var/tmp"),  # noqa: S108 - each run makes a folder of its own in it
) -> None:
    """Measure Haven beside python-telegram-bot and aiogram, in ratios of the same round."""

    def prepare(run: BenchRun) -> BenchRun:
        here = msgspec.structs.replace(run, idle=idle, folder=str(folder))
        return bench_rounds.scaled(here, scale)

    asked = list(names or bench_scenarios.ALL)
    scenarios = _chosen([it for it in asked if it != BUDGET], only)
    with contextlib.ExitStack() as stack:
        roots = [ROOT, *([stack.enter_context(older_head(against))] if against else [])]
        if BUDGET in asked:
            _show_budgets(_budgets(roots, many, prepare, only), json=json)
        for scenario in scenarios:
            runs = [lambda run, root=root: bench_rounds.apart(prepare(run), root) for root in roots]
            heads = _play(scenario, many, runs)
            _show(scenario, heads, json=json)
            if chart is not None and scenario.name == CHARTED:
                chart.write_text(_chart(scenario, heads[0], many), encoding="utf-8")


def _chart(scenario: Scenario, costs: Costs, many: int) -> str:
    bars = bar_chart.bars_of(summary_rows.rows(scenario, costs), bench_scenarios.DRAWN)
    python = f"Python {sys.version_info.major}.{sys.version_info.minor}"
    on = f"{datetime.now(UTC):%d %B %Y}, {python}, {os.cpu_count() or 1} processors"
    rounds = "one round" if many == 1 else f"medians of {many} rounds"
    return bar_chart.draw("Updates answered a second", f"{scenario.title}; {on}; {rounds}", bars)


def _chosen(names: list[str], only: str) -> list[Scenario]:
    if unknown := set(names) - set(bench_scenarios.ALL):
        known = ", ".join((*bench_scenarios.ALL, BUDGET))
        raise typer.BadParameter(f"{', '.join(sorted(unknown))}: choose from {known}.")
    return [_narrowed(bench_scenarios.ALL[name], only) for name in names]


def _narrowed(scenario: Scenario, only: str) -> Scenario:
    rows = tuple(row for row in scenario.rows if only in row.name)
    return msgspec.structs.replace(scenario, rows=rows)


def _play(
    scenario: Scenario, many: int, runs: Sequence[Callable[[BenchRun], BenchCost]]
) -> list[Costs]:
    """Play the rounds, each on every head."""
    with _bar(scenario.name, many * len(runs) * len(scenario.rows)) as begins:
        return bench_rounds.play(scenario.rows, many, runs, begins)


def _budgets(
    roots: Sequence[Path], many: int, prepare: Callable[[BenchRun], BenchRun], only: str
) -> list[Budgets]:
    with _bar(BUDGET, many * len(roots) * len(budgets.RUNS)) as begins:
        return budgets.play(roots, many, prepare, only, begins)


@contextlib.contextmanager
def _bar(name: str, total: int) -> Iterator[Callable[[str], None]]:
    """Give what hears of each run; the bar moves between runs only and leaves the cores alone."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    console = Console(stderr=True)
    with Progress(*columns, console=console, transient=True, auto_refresh=False) as bar:
        task, began = bar.add_task(name, total=total), count()

        def begins(row: str) -> None:
            bar.update(task, description=f"{name}: {row}", completed=next(began))
            bar.refresh()

        yield begins


def _show_budgets(found: Sequence[Budgets], *, json: bool) -> None:
    now, before = found[0], found[1] if len(found) > 1 else {}
    if json:
        sys.stdout.write(msgspec.json.encode({"now": now, "before": before}).decode() + "\n")
        return
    console = Console(width=None if sys.stdout.isatty() else _WIDTH)
    console.print(budget_table.table(now, before))


def _show(scenario: Scenario, heads: Sequence[Costs], *, json: bool) -> None:
    costs, before = heads[0], heads[1] if len(heads) > 1 else None
    rows = summary_rows.rows(scenario, costs, before)
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
    except (bench_rounds.RunFailed, UnknownHeadError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
