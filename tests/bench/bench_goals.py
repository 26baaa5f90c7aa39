"""What the measurements should show, and whether they do. Nothing fails when they do not."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Final, NamedTuple

from tests.bench.summary_rows import median_of, ratio

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.bench.bench_rounds import Costs


class Goal(NamedTuple):
    """One sentence and the figure that makes it true."""

    scenario: str
    says: str
    at_least: float | None
    at_most: float | None
    figure: Callable[[Costs], float | None]


class Verdict(NamedTuple):
    """A goal beside what was measured."""

    goal: Goal
    measured: float
    reached: bool


def _ratio(name: str, against: str, figure: str) -> Callable[[Costs], float | None]:
    return lambda costs: ratio(costs.get(name, ()), costs.get(against, ()), figure)


def _is(name: str, figure: str) -> Callable[[Costs], float | None]:
    return lambda costs: median_of(costs[name], figure) if costs.get(name) else None


def _more(name: str, than: str, figure: str) -> Callable[[Costs], float | None]:
    def measured(costs: Costs) -> float | None:
        both = costs.get(name), costs.get(than)
        return (
            operator.sub(*(median_of(cost, figure) for cost in both if cost)) if all(both) else None
        )

    return measured


_OURS: Final = "haven, 64 in flight"
_QUEUE, _FIRST = "a page of the queue", "the first page"
_SAID, _LISTEN = "words until drawn", "500 streams open"
_LONG, _MORE = "a conversation of 2,000", "one more message of 2,000"
_SMALL, _LARGE = "haven, 1 k", "haven, 1 M"

GOALS: Final = (
    Goal(
        "turn",
        "updates a second, times ptb in memory",
        4,
        None,
        _ratio(_OURS, "ptb memory", "updates_per_s"),
    ),
    Goal(
        "turn",
        "updates a second, times aiogram with a durable storage",
        35,
        None,
        _ratio(_OURS, "aiogram sqlite", "updates_per_s"),
    ),
    Goal("turn", "CPU for one update, µs", None, 60, _is(_OURS, "cpu_us")),
    Goal("turn", "memory at its peak, MB", None, 120, _is(_OURS, "rss_mb")),
    Goal(
        "one",
        "p99 of one at a time, times ptb in memory",
        None,
        1.2,
        _ratio("haven", "ptb memory", "p99_ms"),
    ),
    Goal(
        "growth",
        "time for an update with 1 M stored, times that with 1 k",
        None,
        1.2,
        _ratio(_SMALL, _LARGE, "updates_per_s"),
    ),
    Goal(
        "growth",
        "memory more with 1 M stored than with 1 k, MB",
        None,
        10,
        _more(_LARGE, _SMALL, "rss_mb"),
    ),
    Goal("growth", "memory at its peak with 1 M stored, MB", None, 120, _is(_LARGE, "rss_mb")),
    Goal(
        "send",
        "messages a second at 32 in flight, times ptb's own client",
        5,
        None,
        _ratio("haven, 32 in flight", "ptb, 32 in flight", "updates_per_s"),
    ),
    Goal(
        "search",
        "20 k things opened and read, ms at the median",
        None,
        1500,
        _is("haven, 20 k things", "p50_ms"),
    ),
    Goal("desk", "a page of the queue, ms at the median", None, 60, _is(_QUEUE, "p50_ms")),
    Goal("desk", "the first page and all it names, KB", None, 150, _is(_FIRST, "sent_kb")),
    Goal("desk", "words of a person until drawn, ms", None, 300, _is(_SAID, "p50_ms")),
    Goal("desk", "a case with 2,000 messages, ms", None, 1000, _is(_LONG, "p50_ms")),
    Goal("desk", "one more message there until drawn, ms", None, 300, _is(_MORE, "p50_ms")),
    Goal("desk", "what that message brings, KB", None, 10, _is(_MORE, "sent_kb")),
    Goal("desk", "every connection, ms", None, 50, _is("every connection", "p50_ms")),
    Goal(
        "case",
        "a case with record and plan, times the same page without, at the median",
        None,
        1.1,
        _ratio("a case", "a case with neither", "p50_ms"),
    ),
    Goal("case", "every connection, ms", None, 50, _is("every connection", "p50_ms")),
    Goal("desk", "memory at its peak with 500 streams, MB", None, 150, _is(_LISTEN, "rss_mb")),
    *(
        Goal(
            "claim",
            f"the next case claimed, 1 M in the table, {name}, ms at the median",
            None,
            2,
            _is(f"haven, {name}, 1 M", "p50_ms"),
        )
        for name in ("SQLite", "PostgreSQL")
    ),
)


def verdicts(scenario: str, costs: Costs) -> list[Verdict]:
    """Return every goal of this scenario whose rows ran, with what came out."""
    goals = [goal for goal in GOALS if goal.scenario == scenario]
    measured = [(goal, goal.figure(costs)) for goal in goals]
    return [
        Verdict(goal, value, _reached(goal, value)) for goal, value in measured if value is not None
    ]


def _reached(goal: Goal, measured: float) -> bool:
    if goal.at_least is not None:
        return measured >= goal.at_least
    return goal.at_most is None or measured <= goal.at_most
