"""Shows rows: a table for people, or one JSON object a row for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from tests.bench.bench_goals import Goal, Verdict
    from tests.bench.bench_scenarios import Scenario
    from tests.bench.summary_rows import SummaryRow

WORSE = 1.1
"""How many times as much CPU as before is marked."""
_HEADINGS = ("per s", "ratio", "µs CPU", "p50 ms", "p99 ms", "p99 ratio", "MB peak", "foreign",
             "lost")  # fmt: skip


def lines(rows: Iterable[SummaryRow]) -> str:
    """Return one JSON object a line."""
    return "".join(msgspec.json.encode(row).decode() + "\n" for row in rows)


def table(scenario: Scenario, rows: Sequence[SummaryRow]) -> Table:
    """Return the scenario's rows as a table."""
    is_compared = any(row.to_before is not None for row in rows)
    caption = f"ratio: {scenario.ratio}, in the same round; median of the rounds"
    shown = Table(title=scenario.title, caption=caption, box=box.SIMPLE_HEAD)
    shown.add_column("")
    for heading in _HEADINGS:
        shown.add_column(heading, justify="right")
    for heading in ("to before", "CPU to before") if is_compared else ():
        shown.add_column(heading, justify="right")
    for row in rows:
        compared = (_times(row.to_before), _to_before(row.cpu_to_before)) if is_compared else ()
        shown.add_row(row.name, *_cells(row), *compared)
    return shown


def goals(verdicts: Iterable[Verdict]) -> Table:
    """Return what should come out beside what did."""
    shown = Table(box=box.SIMPLE_HEAD)
    shown.add_column("haven")
    for heading in ("wanted", "measured", "reached"):
        shown.add_column(heading, justify="right")
    for goal, measured, reached in verdicts:
        shown.add_row(goal.says, _wanted(goal), f"{measured:,.2f}", "yes" if reached else "no")
    return shown


def plans(rows: Iterable[SummaryRow]) -> Table:
    """Return how databases went about it."""
    shown = Table(box=box.SIMPLE_HEAD)
    shown.add_column("")
    shown.add_column("plan")
    for row in rows:
        if row.plan:
            shown.add_row(row.name, Text(row.plan))
    return shown


def _wanted(goal: Goal) -> str:
    return f"≤ {goal.at_most:g}" if goal.at_least is None else f"≥ {goal.at_least:g}"


def _cells(row: SummaryRow) -> tuple[str, ...]:
    return (
        f"{row.updates_per_s:,.1f}",
        _times(row.ratio),
        f"{row.cpu_us:,.0f}",
        f"{row.p50_ms:,.2f}",
        f"{row.p99_ms:,.2f}",
        _times(row.p99_ratio),
        f"{row.rss_mb:,.0f}",
        f"{row.foreign:.2f}",
        f"{row.lost:,}" if row.lost else "",
    )


def _to_before(cpu: float | None) -> str:
    return _times(cpu) + (" worse" if cpu is not None and cpu > WORSE else "")


def _times(ratio: float | None) -> str:
    return "" if ratio is None else f"{ratio:,g}"
