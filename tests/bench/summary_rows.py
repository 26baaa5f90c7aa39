"""From what the runs cost to one row: medians, and medians of the ratios of each round."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.bench.bench_rounds import Costs
    from tests.bench.bench_scenarios import Measurement, Scenario
    from tests.bench.run_one import BenchCost


class SummaryRow(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the table, one object of the JSON."""

    scenario: str
    name: str
    updates_per_s: float
    ratio: float | None
    """Updates a second, to the row it is compared with; none when that one did not run."""
    cpu_us: float
    p50_ms: float
    p99_ms: float
    p99_ratio: float | None
    rss_mb: float
    foreign: float
    """Cores that others kept busy; above 0.3 look at the ratios only."""
    rounds: int
    lost: int = 0
    """People who never heard the last words, in all rounds together."""
    plan: str = ""
    """How a database went about it, where that is part of the answer."""
    sent_kb: float = 0.0
    """What one page brings over the wire, packed, where that is what is measured."""
    to_before: float | None = None
    """Updates a second, to an older head in the same round; none when there is none."""
    cpu_to_before: float | None = None
    """CPU for one update, likewise."""


def rows(scenario: Scenario, costs: Costs, before: Costs | None = None) -> list[SummaryRow]:
    """Return a row for every measurement that ran; `before` is what an older head cost."""
    ran = [row for row in scenario.rows if costs.get(row.name)]
    return [_row(scenario.name, row, costs, before or {}) for row in ran]


def _row(scenario: str, row: Measurement, costs: Costs, before: Costs) -> SummaryRow:
    mine, base, older = costs[row.name], costs.get(row.against, []), before.get(row.name, [])
    return SummaryRow(
        scenario=scenario,
        name=row.name,
        updates_per_s=round(median_of(mine, "updates_per_s"), 1),
        ratio=_rounded(ratio(mine, base, "updates_per_s")),
        cpu_us=round(median_of(mine, "cpu_us"), 1),
        p50_ms=round(median_of(mine, "p50_ms"), 3),
        p99_ms=round(median_of(mine, "p99_ms"), 3),
        p99_ratio=_rounded(ratio(mine, base, "p99_ms")),
        rss_mb=round(median_of(mine, "rss_mb"), 1),
        foreign=round(median_of(mine, "foreign"), 2),
        rounds=len(mine),
        lost=sum(cost.lost for cost in mine),
        plan=mine[-1].plan,
        sent_kb=round(median_of(mine, "sent_kb"), 1),
        to_before=_rounded(ratio(mine, older, "updates_per_s")),
        cpu_to_before=_rounded(ratio(mine, older, "cpu_us")),
    )


def median_of(costs: Sequence[BenchCost], figure: str) -> float:
    """Return the median of one figure over the rounds."""
    return float(median(getattr(cost, figure) for cost in costs))


def ratio(mine: Sequence[BenchCost], base: Sequence[BenchCost], figure: str) -> float | None:
    """Return the median over the rounds of mine divided by the base of the same round."""
    if not (mine and base):
        return None
    pairs = zip(mine, base, strict=True)
    return float(median(getattr(cost, figure) / getattr(other, figure) for cost, other in pairs))


def _rounded(figure: float | None) -> float | None:
    """Keep three significant digits, so that a thousandth still shows."""
    return None if figure is None else float(f"{figure:.3g}")
