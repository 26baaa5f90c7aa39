"""A full disk stops the process, which says so; with room again everything is there."""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.fire.evidence import judge
from tests.fire.fire import Plan, fire

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fire.fire import Fire
    from tests.fire.nursery import Life, Nurse

PLAN = Plan(kills=0, updates=200, repeats=0)
ROOM = 24 * 1024
"""Bytes every file may still grow until the disk is full."""
FULL = "the disk may be full"


async def begin_with_little_room(here: Fire) -> Life:
    size = (here.nursery.data / "haven.db").stat().st_size
    return await here.begin(f"has_room_for:{size + ROOM}")


async def fill(here: Fire) -> None:
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
    tmp_path: Path, nurse: Nurse
) -> None:
    async with fire(PLAN, tmp_path, nurse) as here, here.people():
        await fill(here)
        *_, last = here.nursery.said().strip().splitlines()
        await here.rest()
    assert here.course.ends == (0, 1, 0)
    assert FULL in last
    assert "Traceback" not in here.nursery.said()
    assert judge(here.disk, here.crowd.walkers).faults == {}
