"""Kill the bot, again and again, while people write to it; then look whether all is there.

`python -m tests.fire.drills.kill_drill --kills 300 --updates 2000` shows how far it is on stderr
and writes
what it found as one line of JSON; it ends with 1 when anything is wrong.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.progress import Progress

from tests.fire.delivery_findings import DeliveryFindings, judge, replies
from tests.fire.processes.kill_scenario import KillPlan, KillProgress, kill_scenario
from tests.fire.processes.process_spawner import process_spawner

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fire.processes.process_spawner import ProcessSpawner


@dataclass
class KillDrillResult:
    """What happened, and what was found."""

    course: KillProgress
    found: DeliveryFindings
    said: dict[int, list[str]]
    """What each person was answered."""


def _nothing(_kills: int) -> None:
    pass


async def run(
    plan: KillPlan, folder: Path, nurse: ProcessSpawner, tell: Callable[[int], None] = _nothing
) -> KillDrillResult:
    """Do what was planned, and look at what is left."""
    async with kill_scenario(plan, folder, nurse) as here:
        await here.run(tell)
    walkers = here.crowd.walkers
    said = {walker.phone.id: replies(here.disk, walker.phone) for walker in walkers}
    return KillDrillResult(here.course, judge(here.disk, walkers), said)


def compare(
    plan: KillPlan, folder: Path, nurse: ProcessSpawner, tell: Callable[[int], None] = _nothing
) -> KillDrillResult:
    """Do what was planned, and the same where nobody is killed: people must be answered alike."""
    for name in ("calm", "fire"):
        (folder / name).mkdir()
    calm = asyncio.run(run(replace(plan, kills=0, flaws=""), folder / "calm", nurse))
    assert not calm.found.faults, calm.found
    result = asyncio.run(run(plan, folder / "fire", nurse, tell))
    result.found.other_replies = sum(calm.said[chat] != said for chat, said in result.said.items())
    return result


def drill(
    *, kills: int = 30, updates: int = 400, tell: Callable[[int], None] = _nothing
) -> dict[str, Any]:
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    plan = KillPlan(kills=kills, updates=updates)
    began = time.monotonic()
    with TemporaryDirectory() as folder, process_spawner() as ours:
        result = compare(plan, Path(folder), ours, tell)
    told = {"kills": kills, "updates": updates} | asdict(result.course) | asdict(result.found)
    return told | {"faults": result.found.faults, "seconds": round(time.monotonic() - began, 1)}


def main() -> int:
    """Burn once, as asked on the command line."""
    asked = argparse.ArgumentParser(prog="tests.fire.drills.kill_drill", description=__doc__)
    asked.add_argument("--kills", type=int, default=300)
    asked.add_argument("--updates", type=int, default=2000)
    asked.add_argument("--people", type=int, default=KillPlan.people)
    asked.add_argument("--seed", type=int, default=KillPlan.seed)
    asked.add_argument("--repeats", type=float, default=KillPlan.repeats)
    asked.add_argument("--flaws", default="", help="confirms_early or forgets: must be noticed")
    given = vars(asked.parse_args())
    began = time.monotonic()
    bars = Progress(console=Console(stderr=True))
    with TemporaryDirectory() as folder, process_spawner() as ours, bars:
        bar = bars.add_task("kills", total=given["kills"])
        result = compare(
            KillPlan(**given),
            Path(folder),
            ours,
            lambda done: bars.update(bar, completed=done),
        )
    told = given | asdict(result.course) | asdict(result.found)
    told |= {"faults": result.found.faults, "seconds": round(time.monotonic() - began, 1)}
    print(json.dumps(told))  # noqa: T201 - the result, for whoever asked
    return bool(result.found.faults)


if __name__ == "__main__":
    sys.exit(main())
