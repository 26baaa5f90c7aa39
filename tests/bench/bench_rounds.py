"""Runs every row of a scenario once a round, each in a fresh process, and keeps what they cost."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from tests.bench.run_one import BenchCost, BenchRun, words
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from tests.bench.bench_scenarios import Measurement

    Costs = dict[str, list[BenchCost]]
    """For each row what it cost in the first round, the second, and so on."""


class RunFailed(Exception):
    """A run ended without a result; what it said stands above."""


def play(
    rows: Sequence[Measurement],
    rounds: int,
    runs: Sequence[Callable[[BenchRun], BenchCost]],
    begins: Callable[[str], None] = lambda _: None,
) -> list[Costs]:
    """Return what each row cost in each round, for each of the heads that `runs` run.

    `begins` hears the name of every run.
    """
    found: list[Costs] = [{row.name: [] for row in rows} for _ in runs]
    for row in _in_order(rows, rounds):
        for costs, run in zip(found, runs, strict=True):
            begins(row.name)
            costs[row.name].append(run(row.run))
    return found


def apart(run: BenchRun, root: Path = ROOT) -> BenchCost:
    """Run it in a process of its own, in the folder of a head."""
    command = (sys.executable, "-m", "tests.bench.run_one", *words(run))
    ran = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=False)  # noqa: S603 - ours
    if ran.returncode:
        raise RunFailed(f"{run.subject} did not come to its end.")
    return msgspec.json.decode(ran.stdout, type=BenchCost)


def scaled(run: BenchRun, scale: float) -> BenchRun:
    """Return the run with fewer or more people, never more in flight than people."""
    people = max(1, round(run.people * scale))
    return msgspec.structs.replace(
        run,
        people=people,
        in_flight=min(run.in_flight, people),
        warm_up=min(run.warm_up, people),
    )


def _in_order(rows: Sequence[Measurement], rounds: int) -> Iterator[Measurement]:
    """Begin every round with another row: none always follows the same neighbour's heat."""
    for turn in range(rounds):
        first = turn % len(rows) if rows else 0
        yield from rows[first:]
        yield from rows[:first]
