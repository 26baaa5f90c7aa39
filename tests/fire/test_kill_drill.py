"""Nothing that was written is lost, doubled or moved, whatever ends the process and when.

Everything is real but Telegram: the bot's own process, its file on the disk, the flows. The long
version is `./run fire kill --long`.
"""

from __future__ import annotations

import signal
from typing import TYPE_CHECKING

from bot.mailbox.inbox import MAX_CRASHES
from tests.fire.delivery_findings import judge
from tests.fire.drills.kill_drill import compare, run
from tests.fire.processes.kill_scenario import KillPlan, kill_scenario

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fire.delivery_findings import DeliveryFindings
    from tests.fire.processes.process_spawner import ProcessSpawner

SHORT = KillPlan(kills=5, updates=110, repeats=0.5)
SEEDS = (1, 2, 3)
CONTROL = 8.0
"""Seconds after which somebody is given up who lost their way because something was broken."""


def test_nothing_is_lost_doubled_or_moved_however_often_the_process_is_killed(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    result = compare(SHORT, tmp_path, spawner)
    assert result.found.faults == {}
    assert result.course.ends == (0,)
    assert result.course.in_the_midst


async def test_the_same_check_notices_that_updates_are_confirmed_before_they_are_kept(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    for seed in SEEDS:  # kills that all miss the moment between confirming and keeping are seldom
        plan = KillPlan(
            kills=6, updates=130, seed=seed, repeats=0, flaws="confirms_early", patience=CONTROL
        )
        result = await run(plan, tmp_path / str(seed), spawner)
        if result.found.lost:
            break
    assert result.found.lost


async def test_nothing_posted_to_a_webhook_is_lost_doubled_or_moved_by_kills(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    result = await run(KillPlan(kills=4, updates=80, webhook=True), tmp_path, spawner)
    assert result.found.faults == {}
    assert result.course.ends == (0,)


async def with_everything_delivered_twice(
    plan: KillPlan, folder: Path, nurse: ProcessSpawner
) -> DeliveryFindings:
    async with kill_scenario(plan, folder, nurse) as here:
        here.sandbox.updates.twice = here.sandbox.updates.again = plan.updates
        if plan.flaws:
            here.has_seen_enough = lambda: judge(here.disk, here.crowd.walkers).twice
        await here.run()
    return judge(here.disk, here.crowd.walkers)


async def test_what_is_delivered_twice_is_handled_once(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    found = await with_everything_delivered_twice(
        KillPlan(kills=2, updates=80, repeats=0), tmp_path, spawner
    )
    assert found.faults == {}


async def test_the_same_check_notices_that_what_comes_again_is_taken_for_new(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    plan = KillPlan(kills=2, updates=80, repeats=0, flaws="forgets", patience=CONTROL)
    found = await with_everything_delivered_twice(plan, tmp_path, spawner)
    assert found.twice


async def test_a_stop_signal_stops_the_bot_and_repeats_no_message(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    plan = KillPlan(kills=3, updates=80, signal=signal.SIGTERM)
    result = await run(plan, tmp_path, spawner)
    assert result.found.faults == {}
    assert result.found.repeated == 0
    assert result.course.ends == (0,) * 4


async def test_unreadable_updates_are_quarantined_without_delaying_others(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    unreadable = [{"message": 5}, b'{"message": nonsense}', b'{"message": {}}']

    async with kill_scenario(SHORT, tmp_path, spawner) as here:
        here.sandbox.updates.inject({"message": 5})
        await here.run(
            lambda kill: [here.sandbox.updates.inject(it) for it in unreadable if kill == 3]
        )
    found = judge(here.disk, here.crowd.walkers)
    assert found.faults == {"quarantined": 1 + len(unreadable)}


async def test_an_update_that_ends_the_process_is_set_aside_and_everybody_else_is_served(
    tmp_path: Path, spawner: ProcessSpawner
) -> None:
    plan = KillPlan(kills=0, updates=100, flaws="dies_over:poison")
    async with kill_scenario(plan, tmp_path, spawner) as here:
        sari = here.sandbox.add_phone("Sari", language="en")
        sari.say("/start")
        sari.say("poison")
        sari.say("line 1, rice")
        await here.run()
    found = judge(here.disk, here.crowd.walkers)
    assert found.faults == {"quarantined": 1}
    assert here.disk.chat(sari).lines == [1]
    *deaths, end = here.course.ends
    assert set(deaths) == {86}
    assert MAX_CRASHES <= len(deaths) <= MAX_CRASHES + 1
    assert end == 0
