"""Let a flood come over the hotline, and see how long people wait in it; time is simulated.

`python -m tests.fire.drills.flood_drill --seconds 600` writes what it found as one line of JSON;
it ends with 1
when a person was not answered, or 99 of 100 waited longer than five seconds. `--flaw turns` answers
whoever comes first, `--flaw sending` sends to whoever comes first: both must be noticed.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.support.people.flood_simulation import LONGEST, SENDING, TURNS, FloodPlan, simulate_flood

if TYPE_CHECKING:
    from collections.abc import Sequence


def run(plan: FloodPlan) -> dict[str, Any]:
    """Let a flood come, and return what became of the people in it."""
    began = time.monotonic()
    with TemporaryDirectory() as folder:
        found = simulate_flood(plan, Path(folder))
    return asdict(plan) | {
        "sent": found.sent, "asked": found.asked, "answered": len(found.waits),
        "unanswered": found.unanswered, "p99": found.p99,
        "took": round(time.monotonic() - began, 1),
    }  # fmt: skip


def is_broken(told: dict[str, Any]) -> bool:
    """Tell whether somebody was not answered, or late."""
    return bool(told["unanswered"] or told["p99"] >= LONGEST)


def drill(*, seconds: float = 30.0) -> dict[str, Any]:
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    told = run(FloodPlan(seconds=seconds))
    wrong = {"unanswered": told["unanswered"], "p99": told["p99"]}
    return told | {"faults": wrong if is_broken(told) else {}}


def main(given: Sequence[str] | None = None) -> int:
    """Let one come, as asked on the command line."""
    asked = argparse.ArgumentParser(prog="tests.fire.drills.flood_drill", description=__doc__)
    asked.add_argument("--seconds", type=float, default=FloodPlan.seconds)
    asked.add_argument("--senders", type=int, default=FloodPlan.senders)
    asked.add_argument("--people", type=int, default=FloodPlan.people)
    asked.add_argument("--pause", type=float, default=FloodPlan.pause)
    asked.add_argument("--seed", type=int, default=FloodPlan.seed)
    asked.add_argument("--flaw", choices=[TURNS, SENDING], default="")
    told = run(FloodPlan(**vars(asked.parse_args(given))))
    print(json.dumps(told))  # noqa: T201 - the result, for whoever asked
    return is_broken(told)


if __name__ == "__main__":
    sys.exit(main())
