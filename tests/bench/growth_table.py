"""As cases and conversations pile up: `python -m tests.bench.growth_table [OPERATION ...]`.

Each row is one operation at one size, in a process of its own, on SQLite. An exponent says how its
time grows from the row above: 0 is flat, 1 doubles when the size doubles. Claims on PostgreSQL:
`./run bench claim`.
"""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import msgspec
import typer
from rich import box
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from tests.bench import bench_rounds
from tests.bench.growth_run import FILL, ON_DEPLOYMENT, GrowthCost
from tests.bench.run_one import BenchCost, BenchRun
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

THOUSAND, HUNDRED_THOUSAND, MILLION = 1_000, 100_000, 1_000_000
SIZES: Final = (THOUSAND, HUNDRED_THOUSAND, MILLION)


class GrowthRow(NamedTuple):
    """An operation, and the sizes at which it can be afforded."""

    name: str
    says: str
    sizes: tuple[int, ...] = SIZES
    run: BenchRun | None = None
    """For what `./run bench` measures too; its `stored` is the size."""
    why_not: str = ""
    """Why there is no larger size."""


ROWS: Final = (
    GrowthRow(
        "turn", "an update answered, 64 in flight, conversations stored",
        run=BenchRun(subject="haven", people=1500, in_flight=64),
    ),
    GrowthRow(
        "claim", "the next case claimed, a third waits",
        run=BenchRun(subject="claim-sqlite", people=10, warm_up=5),
    ),
    GrowthRow(
        "queue", "a page of the queue over a socket",
        run=BenchRun(subject="desk-queue", people=10, warm_up=2),
    ),
    GrowthRow("start", "a start until it polls; CPU and MB: 15 s later"),
    GrowthRow("sign_in", "keys of 500 cases looked at in a sign-in, which takes all such steps"),
    GrowthRow(
        "search", "words looked for in ten things of each case, all opened",
        sizes=(THOUSAND, HUNDRED_THOUSAND),
        why_not="a million cases take half an hour to seal",
    ),
    GrowthRow("backup", "a backup; disk: its archives"),
    GrowthRow("restore", "a restore into a new folder; disk: that folder"),
    GrowthRow("erase", "one case erased, and the disk asked what is left"),
    GrowthRow("retention", "one of 10,000 due cases erased (of 1 k: 340)"),
    GrowthRow(
        "restart", "all waiting updates answered after a restart; size: updates",
        sizes=(THOUSAND, HUNDRED_THOUSAND),
        why_not="asked for are 100,000",
    ),
)  # fmt: skip
HEADINGS: Final = ("size", "times", "median ms", "p99 ms", "CPU ms", "exponent", "of the CPU",
                   "MB peak", "MB disk")  # fmt: skip


class GrowthFigure(NamedTuple):
    """One row of the table."""

    row: GrowthRow
    size: int
    cost: GrowthCost


def exponent(before: float, after: float, sizes: tuple[int, int]) -> float:
    """Return the power of the size by which a figure grew."""
    return math.log(after / before) / math.log(sizes[1] / sizes[0])


def table(figures: Sequence[GrowthFigure]) -> Table:
    """Return the figures as a table; rows of one operation follow one another."""
    shown = Table(title="As cases and conversations pile up", box=box.SIMPLE_HEAD)
    shown.add_column("")
    for heading in HEADINGS:
        shown.add_column(heading, justify="right")
    last: GrowthFigure | None = None
    for it in figures:
        same = last if last is not None and last.row is it.row else None
        shown.add_row("" if same else it.row.says, f"{it.size:,}", *_cells(it.cost, it.size, same))
        if it.row.why_not and it.size == it.row.sizes[-1]:
            shown.add_row(f"  no larger size: {it.row.why_not}")
        last = it
    return shown


def _cells(cost: GrowthCost, size: int, before: GrowthFigure | None) -> list[str]:
    grew = ["", ""]
    if before is not None:
        sizes = before.size, size
        pairs = (
            (before.cost.median_ms, cost.median_ms),
            (before.cost.cpu_ms, cost.cpu_ms),
        )
        grew = [f"{exponent(*pair, sizes):.2f}" for pair in pairs]
    p99 = f"{cost.p99_ms:,.2f}" if cost.count > 1 else ""
    disk = f"{cost.disk_mb:,.0f}" if cost.disk_mb else ""
    return [
        f"{cost.count:,}", f"{cost.median_ms:,.2f}", p99, f"{cost.cpu_ms:,.2f}", *grew,
        f"{cost.peak_mb:,.0f}", disk,
    ]  # fmt: skip


def measure(
    rows: Sequence[GrowthRow], most: int, folder: Path, begins: Callable[[str], None]
) -> list[GrowthFigure]:
    """Measure rows at their sizes up to `most`; `begins` hears of every run."""
    found = []
    for size in (it for it in SIZES if it <= most):
        with TemporaryDirectory(prefix="haven-growth-", dir=folder) as made:
            wanted = [it for it in rows if size in it.sizes]
            if any(it.name in ON_DEPLOYMENT for it in wanted):
                begins(f"{size:,}: fill")
                _apart(FILL, size, Path(made))
            for row in wanted:
                begins(f"{size:,}: {row.name}")
                found.append(GrowthFigure(row, size, _cost(row, size, Path(made))))
    return sorted(found, key=lambda it: (rows.index(it.row), it.size))


def _cost(row: GrowthRow, size: int, folder: Path) -> GrowthCost:
    if row.run is None:
        return msgspec.json.decode(_apart(row.name, size, folder), type=GrowthCost)
    run = msgspec.structs.replace(row.run, stored=size, folder=str(folder))
    return _as_growth(bench_rounds.apart(run), run)


def _as_growth(cost: BenchCost, run: BenchRun) -> GrowthCost:
    """Return the cost of a run of the bench; the time of an update is that between two."""
    median = 1e3 / cost.updates_per_s if run.in_flight > 1 else cost.p50_ms
    return GrowthCost(
        count=run.people * 11, median_ms=median, p99_ms=cost.p99_ms, cpu_ms=cost.cpu_us / 1e3,
        peak_mb=cost.rss_mb,
    )  # fmt: skip


def _apart(operation: str, size: int, folder: Path) -> bytes:
    command = (sys.executable, "-m", "tests.bench.growth_run", operation, str(size), str(folder))
    ran = subprocess.run(  # noqa: S603 - ours
        command, cwd=ROOT, capture_output=True, check=False
    )
    if ran.returncode:
        raise bench_rounds.RunFailed(f"{operation}: {ran.stderr.decode(errors='replace')}")
    return ran.stdout.splitlines()[-1] if ran.stdout else b""


def main(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="OPERATION", help=f"Any of {', '.join(it.name for it in ROWS)}."),
    ] = None,
    *,
    most: Annotated[int, typer.Option(help="The largest size.")] = MILLION,
    folder: Annotated[Path, typer.Option(help="A real disk.", exists=True)] = Path("/var/tmp"),  # noqa: S108
) -> None:
    """Measure what grows with the number of cases and conversations."""
    if unknown := set(names or ()) - {it.name for it in ROWS}:
        raise typer.BadParameter(", ".join(sorted(unknown)))
    rows = [it for it in ROWS if not names or it.name in names]
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(),
               TimeElapsedColumn())  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bars:
        total = sum(size <= most for row in rows for size in row.sizes)
        bar = bars.add_task("growth", total=total)

        def begins(what: str) -> None:
            bars.update(bar, description=what, advance=0 if what.endswith(FILL) else 1)

        figures = measure(rows, most, folder, begins)
    Console(width=None if sys.stdout.isatty() else 150).print(table(figures))


if __name__ == "__main__":
    typer.run(main)
