"""Kill the bot, again and again, while people write to it; then look whether all is there.

`python -m tests.fire.drills.kill_drill --kills 300 --updates 2000` shows how far it is on stderr
and writes
what it found as one line of JSON; it ends with 1 when anything is wrong.
"""

from __future__ import annotations

import asyncio
import sys
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.fire.delivery_findings import DeliveryFindings, judge, replies
from tests.fire.drill_command import run_command
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
    *, kills: int = 30, updates: int = 400, seed: int = KillPlan.seed, flaws: str = "",
    database: str = "sqlite", tell: Callable[[int], None] = _nothing,
) -> dict[str, Any]:  # fmt: skip
    """Burn once; return one row of figures, with what is wrong under `faults`."""
    plan = KillPlan(kills=kills, updates=updates, seed=seed, flaws=flaws, database=database)
    began = time.monotonic()
    with TemporaryDirectory() as folder, process_spawner() as ours:
        result = compare(plan, Path(folder), ours, tell)
    told = {"kills": kills, "updates": updates} | asdict(result.course) | asdict(result.found)
    return told | {"faults": result.found.faults, "seconds": round(time.monotonic() - began, 1)}


if __name__ == "__main__":
    sys.exit(run_command(drill))
