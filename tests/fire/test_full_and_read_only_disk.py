"""A full disk, or a read-only one, stops the process, which says so; later everything is there."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.fire.delivery_findings import judge
from tests.fire.processes.kill_scenario import KillPlan, kill_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fire.processes.kill_scenario import KillScenario
    from tests.fire.processes.process_spawner import BotProcess, ProcessSpawner

PLAN = KillPlan(kills=0, updates=200, repeats=0)
ROOM = 24 * 1024
"""Bytes every file may still grow until the disk is full."""
FULL = "the disk may be full"


async def begin_with_little_room(here: KillScenario) -> BotProcess:
    size = (here.nursery.data / "haven.db").stat().st_size
    return await here.begin(f"has_room_for:{size + ROOM}")


async def fill(here: KillScenario) -> None:
    """Let people write, first with room enough, then until there is no more."""
    life = await here.begin()
    here.crowd.allowed = PLAN.updates // 4
    await here.until(lambda: here.crowd.done == here.crowd.allowed, life)
    life.signal(signal.SIGTERM)
    await here.note_end(life)
    life = await begin_with_little_room(here)
    here.crowd.allowed = PLAN.updates
    await here.until(lambda: life.is_over, life)
    await here.note_end(life)


async def test_a_full_disk_stops_the_process_which_says_so_and_nothing_confirmed_is_lost(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    async with kill_scenario(PLAN, tmp_path, spawner) as here, here.people():
        await fill(here)
        *_, last = here.nursery.said().strip().splitlines()
        await here.rest()
    assert here.course.ends == (0, 1, 0)
    assert FULL in last
    assert "Traceback" not in here.nursery.said()
    assert judge(here.disk, here.crowd.walkers).faults == {}


FROZEN = "the disk is read-only"


def frost(sign: Path, *, comes: bool) -> None:
    """Make the disk read-only, or mend it."""
    if comes:
        sign.touch()
    else:
        sign.unlink()


async def freeze(here: KillScenario, sign: Path) -> int:
    """Let the disk become read-only while people write; return what was fetched after that."""
    life = await here.begin(f"read_only_by:{sign}")
    here.crowd.allowed = PLAN.updates // 4
    await here.until(lambda: here.crowd.done == here.crowd.allowed, life)
    frost(sign, comes=True)
    fetched = here.sandbox.updates.batches_sent
    here.crowd.allowed = PLAN.updates
    await here.until(lambda: life.is_over, life)
    await here.note_end(life)
    return here.sandbox.updates.batches_sent - fetched


async def test_a_read_only_disk_stops_the_process_and_loses_nothing(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    sign = tmp_path / "read-only"
    async with kill_scenario(PLAN, tmp_path, spawner) as here, here.people():
        fetched = await freeze(here, sign)
        *_, last = here.nursery.said().strip().splitlines()
        assert fetched <= 1  # what was being asked for when it happened
        again = await here.begin(f"read_only_by:{sign}")
        await here.note_end(again)
        assert not here.sandbox.calls.of("getUpdates")
        frost(sign, comes=False)
        await here.rest()
    assert here.course.ends == (1, 1, 0)
    assert FROZEN in last
    assert "Traceback" not in here.nursery.said()
    assert judge(here.disk, here.crowd.walkers).faults == {}
