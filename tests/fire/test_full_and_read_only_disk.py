"""A full disk, or a read-only one: nothing more is taken; later it goes on by itself, complete."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.fire.delivery_findings import judge
from tests.fire.processes.kill_scenario import KillPlan, kill_scenario

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.fire.processes.kill_scenario import KillScenario
    from tests.fire.processes.process_spawner import BotProcess, ProcessSpawner

PLAN = KillPlan(kills=0, updates=200, repeats=0)
ROOM = 24 * 1024
"""Bytes every file may still grow until the disk is full."""
FULL, FROZEN = "the disk may be full", "the disk is read-only"
REFUSED, TAKEN = '"commit_failed"', '"disk_writable"'
UNLIMITED = -1


async def refuse(here: KillScenario, life: BotProcess, begin: Callable[[], object]) -> int:
    """Let the disk refuse writes while people write; return how many batches came after it."""
    here.crowd.allowed = PLAN.updates // 4
    updates = here.sandbox.updates
    await here.until(lambda: here.crowd.done == here.crowd.allowed and not len(updates), life)
    begin()
    here.crowd.allowed = PLAN.updates
    await here.until(lambda: REFUSED in here.nursery.said(), life)
    assert not life.is_over
    before = updates.batches_sent
    await here.until(lambda: updates.batches_sent > before, life, 1.0)
    return updates.batches_sent - before


async def heal(here: KillScenario, life: BotProcess) -> None:
    """Wait until the process goes on by itself, and let it finish."""
    await here.until(lambda: TAKEN in here.nursery.said(), life, 30.0)
    assert TAKEN in here.nursery.said()
    await here.rest(life)


async def test_on_a_full_disk_the_process_waits_and_loses_nothing_confirmed(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    async with kill_scenario(PLAN, tmp_path, spawner) as here, here.people():
        life = await here.begin()

        def fill() -> None:
            size = (here.nursery.data / "haven.db").stat().st_size
            life.limit_file_size(size + ROOM)

        assert not await refuse(here, life, fill)
        life.limit_file_size(UNLIMITED)
        await heal(here, life)
        assert here.nursery.lives == 1
    assert here.course.ends == (0,)
    assert FULL in here.nursery.said()
    assert "Traceback" not in here.nursery.said()
    assert judge(here.disk, here.crowd.walkers).faults == {}


async def test_on_a_read_only_disk_the_process_waits_and_a_new_one_says_why_it_ends(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    sign = tmp_path / "read-only"
    async with kill_scenario(PLAN, tmp_path, spawner) as here, here.people():
        life = await here.begin(f"read_only_by:{sign}")
        assert not await refuse(here, life, sign.touch)
        life.signal(signal.SIGTERM)
        await here.note_end(life)
        again = await here.begin(f"read_only_by:{sign}")
        await here.note_end(again)
        *_, last = here.nursery.said().strip().splitlines()
        assert FROZEN in last
        assert not here.sandbox.calls.of("getUpdates")
        sign.unlink()
        await here.rest()
    assert here.course.ends == (0, 1, 0)
    assert "Traceback" not in here.nursery.said()
    assert judge(here.disk, here.crowd.walkers).faults == {}


async def test_when_a_read_only_disk_is_mended_the_same_process_goes_on(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    sign = tmp_path / "read-only"
    async with kill_scenario(PLAN, tmp_path, spawner) as here, here.people():
        life = await here.begin(f"read_only_by:{sign}")
        await refuse(here, life, sign.touch)
        sign.unlink()
        await heal(here, life)
        assert here.nursery.lives == 1
    assert here.course.ends == (0,)
    assert judge(here.disk, here.crowd.walkers).faults == {}
