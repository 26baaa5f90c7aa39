"""Nothing that was written is lost, doubled or moved, whatever ends the process and when.

Everything is real but Telegram: the bot's own process, its file on the disk, the flows. The long
version is `python -m tests.fire.killing --kills 300 --updates 2000`.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from tests.fire.evidence import judge
from tests.fire.fire import Plan, fire
from tests.fire.killing import burn, compare

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fire.evidence import Findings
    from tests.fire.nursery import Nurse

SHORT = Plan(kills=10, updates=200, repeats=0.5)
CONTROL = 3.0
"""Seconds after which somebody is given up who lost their way because something was broken."""


def test_nothing_is_lost_doubled_or_moved_however_often_the_process_is_killed(
    tmp_path: Path, nurse: Nurse
) -> None:
    result = compare(SHORT, tmp_path, nurse)
    assert result.found.faults == {}
    assert result.course.ends == (0,)
    assert result.course.in_the_midst


async def test_the_same_check_notices_that_updates_are_confirmed_before_they_are_kept(
    tmp_path: Path, nurse: Nurse
) -> None:
    plan = Plan(kills=12, updates=240, repeats=0, flaws="confirms_early", patience=CONTROL)
    result = await burn(plan, tmp_path, nurse)
    assert result.found.lost


async def with_everything_delivered_twice(plan: Plan, folder: Path, nurse: Nurse) -> Findings:
    async with fire(plan, folder, nurse) as here:
        here.sandbox.updates.twice = here.sandbox.updates.again = plan.updates
        await here.burn()
    return judge(here.disk, here.crowd.walkers)


async def test_what_is_delivered_twice_is_handled_once(tmp_path: Path, nurse: Nurse) -> None:
    found = await with_everything_delivered_twice(
        Plan(kills=3, updates=120, repeats=0), tmp_path, nurse
    )
    assert found.faults == {}


async def test_the_same_check_notices_that_what_comes_again_is_taken_for_new(
    tmp_path: Path, nurse: Nurse
) -> None:
    plan = Plan(kills=3, updates=120, repeats=0, flaws="forgets", patience=CONTROL)
    found = await with_everything_delivered_twice(plan, tmp_path, nurse)
    assert found.twice


async def test_whoever_stops_the_bot_stops_it_at_once_and_nobody_reads_anything_twice(
    tmp_path: Path, nurse: Nurse
) -> None:
    plan = Plan(kills=6, updates=150, signal=signal.SIGTERM)
    result = await burn(plan, tmp_path, nurse)
    assert result.found.faults == {}
    assert result.found.repeated == 0
    assert result.course.ends == (0,) * 7


async def test_updates_that_nobody_can_read_are_set_aside_and_nobody_else_waits(
    tmp_path: Path, nurse: Nurse
) -> None:
    unreadable = [{"message": 5}, b'{"message": nonsense}', b'{"message": {}}']

    async with fire(SHORT, tmp_path, nurse) as here:
        here.sandbox.updates.inject({"message": 5})
        await here.burn(
            lambda kill: [here.sandbox.updates.inject(it) for it in unreadable if kill == 5]
        )
    found = judge(here.disk, here.crowd.walkers)
    assert found.faults == {"quarantined": 1 + len(unreadable)}


async def test_an_update_that_ends_the_process_is_set_aside_and_everybody_else_is_served(
    tmp_path: Path, nurse: Nurse
) -> None:
    plan = Plan(kills=0, updates=100, flaws="dies_over:poison")
    async with fire(plan, tmp_path, nurse) as here:
        sari = here.sandbox.phone("Sari", language="en")
        sari.say("/start")
        sari.say("poison")
        sari.say("line 1, rice")
        await here.burn()
    found = judge(here.disk, here.crowd.walkers)
    assert found.faults == {"quarantined": 1}
    assert here.disk.chat(sari).lines == [1]
    *deaths, end = here.course.ends
    assert set(deaths) == {86}
    assert 3 <= len(deaths) <= 4
    assert end == 0
