"""An evening over two desks and two workers, while machines die.

Siti writes in Indonesian, Lan in Vietnamese; Mei and Jun answer them, each at a desk of their own.
A worker, a front, a desk and the leader are killed, and the next leader is paused until another
one leads. Everything is real but Telegram: eight processes, each with a data folder of its own, on
a PostgreSQL and the standby that each commit waits for.
"""

from __future__ import annotations

import asyncio
import json
import re
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from bot.sandbox import TOKEN, FaultKind, Sandbox, serve
from tests.fire.caseworker_at_two_desks import CaseworkerAtTwoDesks
from tests.fire.delivery_findings import StoredDeployment
from tests.fire.drills.machines_drill import DATA, UNCERTAIN, PairOfServers
from tests.fire.processes.machines import machines
from tests.fire.processes.started_deployment import StartedDeployment, wait_for
from tests.support.database.server_pair import server_pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from tests.fire.processes.machines import Machine, Machines

COUNTS = {"front": 1, "worker": 2, "leader": 2, "desk": 2}
PATIENCE = 120.0
"""Seconds after which what should have happened has not, on a busy computer too."""
LINE = re.compile(r"line (\d+), rice")
LEADS = '"roles": "leader"'
SLOW = 1.0
"""Seconds by which Telegram answers a letter late that a leader dies over."""


@dataclass
class Evening:
    """Two caseworkers, the two people they write to, and the machines between them."""

    machines: Machines
    mei: CaseworkerAtTwoDesks
    jun: CaseworkerAtTwoDesks
    sandbox: Sandbox
    disk: StoredDeployment
    pair: PairOfServers
    lines: int = 0

    async def both_write(self) -> None:
        """Let each person write a line, and each caseworker a letter."""
        self.lines += 1
        for staff in (self.mei, self.jun):
            staff.phone.say(f"line {self.lines}, rice")
        await asyncio.gather(*(it.write(f"Letter {self.lines}.") for it in (self.mei, self.jun)))

    def leader(self) -> Machine:
        """Return the machine that leads: it said so last."""
        return max(self.machines.of("leader"), key=led_last)

    def times_led(self) -> int:
        return sum(it.said().count(LEADS) for it in self.machines.of("leader"))

    def is_settled(self) -> bool:
        return not self.disk.waiting and not self.disk.on_the_way


def led_last(machine: Machine) -> str:
    """Return the moment at which a machine began to lead, the last time it did."""
    return max(
        (json.loads(it)["timestamp"] for it in machine.said().splitlines() if LEADS in it),
        default="",
    )


@asynccontextmanager
async def evening(folder: Path) -> AsyncIterator[Evening]:
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(seed=1, keep_calls=100)
        address = await stack.enter_async_context(serve(sandbox))
        pair = PairOfServers(stack.enter_context(server_pair()), 0, is_synchronous=True)
        databases = {"database_url": pair.new_database(DATA), "keys_url": pair.new_database("keys")}
        deployment = StartedDeployment(folder, address, **databases, telegram_token=TOKEN)
        settings = deployment.settings | {"HAVEN_DESK_ORIGIN": deployment.desk}
        running = await stack.enter_async_context(machines(folder, settings, counts=COUNTS))
        await wait_for(lambda: running.said("polling"), "a front", PATIENCE)
        one, other = running.desks()
        mei = CaseworkerAtTwoDesks(
            deployment, [one, other], sandbox.add_phone("Siti", language="id")
        )
        jun = CaseworkerAtTwoDesks(
            deployment,
            [other, one],
            sandbox.add_phone("Lan", language="vi"),
            deployment.enrol("Jun"),
        )
        for staff in (mei, jun):
            stack.push_async_callback(staff.client.close)
            await staff.begin()
        disk = StoredDeployment(folder / "data", folder / "key", **databases)
        yield Evening(running, mei, jun, sandbox, disk, pair)


async def a_leader_dies_over_a_letter(here: Evening) -> None:
    """Kill the leader while a letter of Mei has arrived and Telegram has not said so yet."""
    phone, led = here.mei.phone, here.times_led()
    here.sandbox.faults.add(
        FaultKind.SLOW, method="sendMessage", chat=phone.id, times=1, seconds=SLOW
    )
    before = len(phone.bot_texts())
    await here.mei.write("Letter that a leader dies over.")
    await wait_for(lambda: len(phone.bot_texts()) > before, "the letter")
    here.leader().kill()
    await wait_for(lambda: here.times_led() > led, "the next leader", PATIENCE)


async def a_leader_is_paused(here: Evening) -> None:
    """Pause the leader until another one leads; it wakes, and may do nothing any more."""
    led, paused = here.times_led(), here.leader()
    paused.stand_still()
    await wait_for(lambda: here.times_led() > led, "the next leader", PATIENCE)
    paused.go_on()


@pytest.mark.full_length("`fire/test_machines_die.py` and `fire/test_machines_drill.py`")
async def test_an_evening_over_two_desks_and_two_workers_while_machines_die(
    tmp_path: Path,
) -> None:
    async with evening(tmp_path) as here:
        for name in ("worker-1", "front-1", "desk-1"):
            await here.both_write()
            here.machines.named(name).kill()
        await here.both_write()
        await a_leader_dies_over_a_letter(here)
        await here.both_write()
        await a_leader_is_paused(here)
        await here.both_write()
        await wait_for(here.is_settled, "everything to be handled", PATIENCE)
        # Those that a leader had in hand are never sent again: whoever wrote them is told.
        untold = here.mei.lost() + here.jun.lost() - here.pair.ask(UNCERTAIN, DATA)
        assert untold <= 0
        for staff in (here.mei, here.jun):
            assert (staff.twice(), staff.out_of_order()) == (0, 0)
            page = await staff.client.get(f"/cases/{staff.reference}")
            assert [int(it) for it in LINE.findall(page.text)] == [*range(1, here.lines + 1)]
        assert (here.disk.waiting, here.disk.quarantined) == (0, 0)
        assert "Letter that a leader dies over." in here.mei.taken
