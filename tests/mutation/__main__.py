"""Mutation testing on demand: `./run mutants --sample 300 --seed 1 [PATH ...]`.

Small mistakes are made one at a time in mailbox, vault, claims and permissions, and the tests that
come to the line are run. A mutant that survives is a test that is missing, or one that changes
nothing; those stand in `equivalent_mutants.toml`, each with its reason. The report of the last run
is `report.md`. It ends with 1 if fewer are killed than are wanted.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from tests.mutation.mutants import Mutant, mutants_of
from tests.mutation.report import equivalents, write_report
from tests.mutation.runner import MutationRun, Outcome, paths_in
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

MUTATED = (
    "bot/mailbox", "bot/vault", "bot/hotline/queue/claims.py",
    "bot/hotline/commands/permissions.py", "bot/cases/state_machine.py",
    "bot/desks/web/routes.py", "bot/desks/web/auth/case_access.py",
)  # fmt: skip
TESTS = (
    "tests/mailbox", "tests/vault", "tests/cases/test_case_state_machine.py", "tests/hotline/queue",
    "tests/hotline/commands", "tests/desks/web/auth", "tests/desks/web/security",
    "tests/desks/web/test_routes_and_permissions.py", "tests/dispatch/limits",
    "tests/dispatch/turns", "tests/dispatch/passphrases", "tests/desks/web/queue",
    "tests/hotline/erasure", "tests/channels/test_web_push.py",
)  # fmt: skip
PARTS = ("import", "call")
"""Mutants of what runs at import, which takes longer to try, and of what runs in functions."""
WANTED = 90.0
"""Percent of the mutants that are not equivalent."""


def asked(typed: Sequence[str] | None = None) -> argparse.Namespace:
    """Return what was typed."""
    options = argparse.ArgumentParser(prog="./run mutants", description=__doc__)
    options.add_argument("paths", nargs="*", default=MUTATED, metavar="PATH")
    options.add_argument("--sample", type=int, default=300, help="how many; 0: all")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--only", default="", help="mutants whose name holds this")
    options.add_argument("--part", choices=PARTS, default="", help="what runs when, else both")
    options.add_argument("--map", type=Path, help="a file that keeps which test runs which line")
    options.add_argument("--report", type=Path, help="where to write the report")
    return options.parse_args(typed)


def sample(mutants: Sequence[Mutant], count: int, seed: int) -> list[Mutant]:
    """Return so many of the mutants, always the same for a seed; 0: all."""
    return Random(seed).sample(mutants, min(count, len(mutants))) if count else list(mutants)


def try_all(
    run: MutationRun, mutants: Sequence[Mutant], tell: Callable[[Mutant, Outcome], None]
) -> dict[Mutant, Outcome]:
    """Run the tests of each mutant, those first that are made while their file is imported."""
    found = {}
    for mutant in (it for it in mutants if not it.function):
        tell(mutant, found.setdefault(mutant, run.try_mutant(mutant)))
    run.import_program()
    for mutant in (it for it in mutants if it.function):
        tell(mutant, found.setdefault(mutant, run.try_mutant(mutant)))
    return found


def main(typed: Sequence[str] | None = None) -> int:
    """Make mutants, print what became of each, and write the report."""
    what, began = asked(typed), time.monotonic()
    paths = paths_in(ROOT, what.paths)
    run = MutationRun(sorted({*paths, *paths_in(ROOT, MUTATED)}), TESTS)
    every = [it for path in paths for it in mutants_of(ROOT, path)]
    known = equivalents()
    named = [it for it in every if what.only in it.name]
    chosen = [it for it in sample(named, what.sample, what.seed) if it.name not in known]
    skipped = min(what.sample or len(named), len(named)) - len(chosen)
    chosen = [it for it in chosen if what.part in {"", PARTS[1 if it.function else 0]}]
    with tempfile.TemporaryDirectory() as folder:
        run.record(what.map or Path(folder) / "tests.json")
    run.import_libraries()

    def tell(mutant: Mutant, outcome: Outcome) -> None:
        print(f"{outcome:9}{mutant.path}:{mutant.line} {mutant.name}", flush=True)  # noqa: T201

    found = try_all(run, chosen, tell)
    counts = Counter(found.values())
    killed = counts[Outcome.KILLED] + counts[Outcome.HUNG]
    rate = 100 * killed / len(found) if found else 100.0
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],  # noqa: S607
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.strip()  # fmt: skip
    head = (
        f"{datetime.now(UTC):%Y-%m-%d}, commit {commit}, seed {what.seed}: "
        f"{len(chosen) + skipped} of {len(every)} mutants, {skipped} of them equivalent; of the "
        f"other {len(found)} "
        f"{killed} killed ({rate:.1f} %; {counts[Outcome.HUNG]} hung), "
        f"{len(found) - killed} survived, {time.monotonic() - began:.0f} s."
    )
    print(head)  # noqa: T201 - the result
    if what.report:
        write_report(what.report, head, found)
    return int(rate < WANTED)


if __name__ == "__main__":
    sys.exit(main())
