"""Plays the budgets of Haven on both databases, many in flight and one at a time."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING, Final

import msgspec

from tests.bench.bench_rounds import RunFailed
from tests.bench.budget.run_budget import Budget
from tests.bench.run_one import BenchRun, words

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Budgets = dict[str, list[Budget]]
    """For each run its budget in the first round, the second, and so on."""

STORED: Final = 10_000
RUNS: Final = {
    "SQLite, 64": BenchRun(subject="haven", people=1000, stored=STORED, in_flight=64),
    "SQLite, 1": BenchRun(subject="haven", people=150, stored=STORED),
    "PostgreSQL, 64": BenchRun(subject="haven-postgresql", people=500, stored=STORED, in_flight=64),
    "PostgreSQL, 1": BenchRun(subject="haven-postgresql", people=100, stored=STORED),
}
"""So many in flight, by the name of the run."""


def play(
    roots: Sequence[Path],
    rounds: int,
    prepare: Callable[[BenchRun], BenchRun],
    only: str = "",
    begins: Callable[[str], None] = lambda _: None,
) -> list[Budgets]:
    """Return the budgets of each head; `begins` hears the name of every run."""
    chosen = {name: prepare(run) for name, run in RUNS.items() if only in name}
    found: list[Budgets] = [{name: [] for name in chosen} for _ in roots]
    for _ in range(rounds):
        for name, run in chosen.items():
            for budgets, root in zip(found, roots, strict=True):
                begins(name)
                budgets[name].append(_apart(run, root))
    return found


def _apart(run: BenchRun, root: Path) -> Budget:
    command = (sys.executable, "-m", "tests.bench.budget.run_budget", *words(run))
    ran = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, check=False)  # noqa: S603 - ours
    if ran.returncode:
        raise RunFailed(f"{run.subject} did not come to its end in {root.name}.")
    return msgspec.json.decode(ran.stdout, type=Budget)
