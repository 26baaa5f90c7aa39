"""Let a million things happen to people who said when they may be written to.

`python -m tests.fire.drills.contact_rule_drill --steps 1000000` writes what it found as one line
of JSON; it ends with 1
when a letter arrived outside its rule. `--flaw` takes the gate away, which must be noticed.
"""

from __future__ import annotations

import sys
import time
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

from tests.fire.drill_command import run_command
from tests.support.people.contact_rule_simulation import ContactRuleSimulation, random_step

EPOCH = 2000
"""Steps after which everybody is somebody new: chats do not grow for ever."""


def run(steps: int, seed: int, *, flaw: bool = False, database: str = "sqlite") -> dict[str, Any]:
    """Let things happen, and return what was found."""
    began, done = time.monotonic(), 0
    counted: Counter[str] = Counter()
    arrived = gated = 0
    broken: list[dict[str, str]] = []
    while done < steps:
        dice = Random(f"{seed} {done}")
        with TemporaryDirectory() as folder:
            world = ContactRuleSimulation(Path(folder), gate_is_off=flaw, kind=database)
            for _ in range(min(EPOCH, steps - done)):
                counted[random_step(world, dice)] += 1
                done += 1
            arrived, gated = arrived + world.arrived, gated + world.gated
            broken += [asdict(each) for each in world.broken]
            world.close()
    return {
        "steps": done, "seed": seed, "flaw": flaw, "arrived": arrived, "gated": gated,
        "outside": len(broken), "first": broken[:5], "happened": dict(counted),
        "seconds": round(time.monotonic() - began, 1),
    }  # fmt: skip


def drill(
    *, steps: int = 4_000, seed: int = 1, flaw: bool = False, database: str = "sqlite"
) -> dict[str, Any]:
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    found = run(steps, seed, flaw=flaw, database=database)
    return found | {"faults": {"outside": found["first"]} if found["outside"] else {}}


if __name__ == "__main__":
    sys.exit(run_command(drill))
