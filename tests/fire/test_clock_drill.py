"""A wrong clock silences no caseworker, everybody concerned is told, and a reboot costs nothing.

The long one is `./run fire clock --long`.
"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING
from uuid import uuid4

from bot.app.roles.clock_watch import CLOCK_CHECK_SECONDS
from tests.fire.drills.clock_drill import LINES, SHORT, run
from tests.fire.drills.letters_drill import START
from tests.fire.processes.started_deployment import StartedDeployment, wait_for
from tests.support.bot_api.server import serve_bot_api

if TYPE_CHECKING:
    from pathlib import Path


async def test_with_a_wrong_clock_staff_reach_people_and_are_told(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path)
    assert found.faults == {}
    assert found.letters == LINES * len(SHORT)


async def test_the_drill_notices_a_haven_that_doubts_every_line(tmp_path: Path) -> None:
    found = await run(SHORT, tmp_path, lines=1, has_alarm=False, control=True)
    assert found.not_arrived


async def lives(deployment: StartedDeployment, program: str) -> list[str]:
    """Run a process until it polls and has looked at its clock; return the kinds of doubt."""
    deployment._program = ("-c", f"{program}{START}")
    begin = len(deployment.said())
    life = deployment.begin()
    await wait_for(lambda: '"polling"' in deployment.said()[begin:], "polling")
    await asyncio.sleep(2 * CLOCK_CHECK_SECONDS)
    await life.end()
    events = [json.loads(line) for line in deployment.said()[begin:].splitlines()]
    return [str(it["kind"]) for it in events if it["event"] == "clock_doubted"]


def machine(boot: Path, started: float) -> str:
    """Return the begin of a program on a machine that has run for another time."""
    return (
        "import sys, time; from pathlib import Path; from bot import clock; "
        f"clock.BOOT_ID = Path({str(boot)!r}); "
        f"clock.SystemClock.monotonic = lambda _: time.monotonic() - {started}; "
    )


async def test_a_reboot_costs_no_hour_and_a_clock_set_meanwhile_is_told(tmp_path: Path) -> None:
    boots = [tmp_path / f"boot{number}" for number in (1, 2)]
    for path in boots:
        path.write_text(str(uuid4()))
    span = "SELECT steady_since FROM host_clocks ORDER BY stored_at DESC LIMIT 1"
    async with serve_bot_api() as server:
        deployment = StartedDeployment(tmp_path, server.address, is_forked=True)
        assert await lives(deployment, machine(boots[0], 0)) == []
        before = deployment.ask(span)
        assert await lives(deployment, machine(boots[1], 5000)) == []
        assert deployment.ask(span) == before
        assert await lives(deployment, machine(boots[1], 9000)) == ["set_while_off"]
        assert deployment.ask(span) != before
