"""Shows budgets: a row for each stage, a column for each run, and what an older head needed."""

from __future__ import annotations

from operator import attrgetter
from statistics import median
from typing import TYPE_CHECKING, Final

from rich import box
from rich.table import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.bench.budget.run_budget import Budget

WORSE: Final = 1.1
"""How many times as much as before is marked."""
NOISE: Final = 2.0
"""Microseconds up to which a difference says nothing."""
TOTAL: Final = "all threads"
_COUNTS: Final = (
    ("statements an update", "statements"),
    ("commits an update", "commits"),
    ("written, KB an update", "written_kb"),
    ("memory for one update, KB", "memory_kb"),
)


def stage_rows(budgets: Mapping[str, Sequence[Budget]]) -> dict[str, dict[str, float]]:
    """Return, by stage, the median of its microseconds in each run; the dearest stage first."""
    names = {name for rounds in budgets.values() for it in rounds for name in it.stages}
    found = {name: _medians(budgets, lambda it, n=name: it.stages.get(n, 0.0)) for name in names}
    ordered = sorted(found, key=lambda name: -next(iter(found[name].values())))
    total = _medians(budgets, lambda it: sum(it.stages.values()))
    return {TOTAL: total} | {name: found[name] for name in ordered}


def count_rows(budgets: Mapping[str, Sequence[Budget]]) -> dict[str, dict[str, float]]:
    """Return the medians of what is counted, by what it is."""
    return {says: _medians(budgets, attrgetter(name)) for says, name in _COUNTS}


def _medians(
    budgets: Mapping[str, Sequence[Budget]], figure: Callable[[Budget], float]
) -> dict[str, float]:
    return {run: median(map(figure, rounds)) for run, rounds in budgets.items()}


def table(budgets: Mapping[str, Sequence[Budget]], before: Mapping[str, Sequence[Budget]]) -> Table:
    """Return the table; `before` are the budgets of an older head, or empty."""
    shown = Table(
        title="Where the processor time of an update goes, in microseconds",
        caption="timing included; median of the rounds", box=box.SIMPLE_HEAD,
    )  # fmt: skip
    shown.add_column("")
    for run in budgets:
        shown.add_column(run, justify="right")
        shown.add_column("share", justify="right")
        if before:
            shown.add_column("before", justify="right")
    stages, earlier = stage_rows(budgets), stage_rows(before) if before else {}
    for name, found in stages.items():
        cells = []
        for run, spent in found.items():
            was = earlier.get(name, {}).get(run, 0.0)
            cells += [f"{spent:,.1f}", f"{spent / stages[TOTAL][run]:.0%}"]
            cells += [_before(spent, was)] if before else []
        shown.add_row(name, *cells, end_section=name == TOTAL)
    shown.add_section()
    counts, counted = count_rows(budgets), count_rows(before) if before else {}
    for says, found in counts.items():
        cells = []
        for run, many in found.items():
            cells += [f"{many:,.2f}", ""] + ([f"{counted[says][run]:,.2f}"] if before else [])
        shown.add_row(says, *cells)
    return shown


def _is_worse(spent: float, was: float) -> bool:
    return spent > WORSE * was and spent - was > NOISE


def _before(spent: float, was: float) -> str:
    return f"{was:,.1f} worse" if _is_worse(spent, was) else f"{was:,.1f}"
