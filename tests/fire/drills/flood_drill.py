"""Let a flood come over the hotline, and see how long people wait in it; time is simulated.

`python -m tests.fire.drills.flood_drill --seconds 600` writes what it found as one line of JSON;
it ends with 1
when a person was not answered, or 99 of 100 waited longer than five seconds. `--flaw turns` answers
whoever comes first, `--flaw sending` sends to whoever comes first: both must be noticed.
"""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.fire.drill_command import run_command
from tests.support.people.flood_simulation import LONGEST, SENDING, TURNS, FloodPlan, simulate_flood


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


def drill(  # noqa: PLR0913 - each is an option of the command
    *, seconds: float = 30.0, senders: int = FloodPlan.senders, people: int = FloodPlan.people,
    pause: float = FloodPlan.pause, seed: int = FloodPlan.seed, flaw: str = "",
    database: str = "sqlite",
) -> dict[str, Any]:  # fmt: skip
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    plan = FloodPlan(
        senders, people=people, pause=pause, seconds=seconds, seed=seed, flaw=flaw,
        database=database,
    )  # fmt: skip
    told = run(plan)
    wrong = {"unanswered": told["unanswered"], "p99": told["p99"]}
    return told | {"faults": wrong if is_broken(told) else {}}


if __name__ == "__main__":
    sys.exit(run_command(drill, flaw=("", TURNS, SENDING)))
