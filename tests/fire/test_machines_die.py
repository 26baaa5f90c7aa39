"""One deployment on several machines: each role is killed, a leader paused (promise P46).

`haven start --only ...` as processes on one PostgreSQL, with a person, a caseworker at a desk, and
a Bot API of its own. A leader is killed in the middle of a caseworker's letter, and one is paused
until another leads, and then wakes.
"""

from __future__ import annotations

import os
import signal
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fire.drills.letters_drill import FIRST, UNLIMITED_START, Correspondent
from tests.fire.processes.started_deployment import (
    DeskClient,
    StartedDeployment,
    StartedProcess,
    wait_for,
)
from tests.support.bot_api.server import serve_bot_api
from tests.support.database_fixtures import database_settings

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.support.bot_api.server import BotApiServer

IMPATIENT = (
    "from bot.app.roles import presence; from bot.store import writer; "
    "from bot.store.processes import leadership; leadership.SILENCE_SECONDS = 2; "
    "presence.LEAD_SECONDS = 0.4; writer.CURRENT_SECONDS = 0.8; "
)
"""A paused leader is followed after two seconds, not ten."""
START = "sys.argv.insert(1, 'start'); from bot.cli.main import main; main()"
PATIENCE = 150.0


@dataclass
class Machines:
    """The processes of one deployment, by what they do."""

    api: BotApiServer
    deployment: StartedDeployment
    lives: dict[str, StartedProcess] = field(default_factory=dict)
    lines: int = 0
    letters: list[str] = field(default_factory=list)

    def start(self, name: str) -> None:
        self.lives[name] = self.deployment.begin("--only", name)

    def start_standby(self, folder: Path) -> None:
        """Start one that stands by, on a machine of its own: no leader has locked its folder."""
        folder.mkdir()
        settings = {**self.deployment._settings, "HAVEN_DATA": str(folder)}
        words = (*self.deployment._program, "--only", "leader", "--standby")
        self.lives["leader standby"] = StartedProcess(
            settings, self.deployment.log, words, is_forked=True
        )

    def running(self, role: str, state: str = "runs") -> int:
        """Return how many processes are known in a role."""
        found = self.deployment.ask("SELECT roles, state FROM processes")
        return sum((roles, how) == (role, state) for roles, how in found)

    def led(self) -> int:
        """Return how often a process has begun to lead."""
        return self.deployment.said().count('"roles": "leader"')

    async def until(self, is_so: Callable[[], object], what: str) -> None:
        await wait_for(is_so, what, PATIENCE)

    async def all_run(self) -> None:
        for role in ("front", "worker", "leader"):
            await self.until(lambda role=role: self.running(role), role)
        await self.until(lambda: self.running("leader", "stands by"), "a standby")

    def stored(self) -> int:
        rows = self.deployment.ask("SELECT count(*) FROM exchanges WHERE side = 'person'")
        return int(rows[0][0])

    async def end(self) -> None:
        for life in self.lives.values():
            with suppress(ProcessLookupError):
                os.kill(life._process.pid, signal.SIGCONT)
            await life.end()


async def dies(machines: Machines, name: str) -> None:
    """Kill a process, and let another machine take its place."""
    await machines.lives[name].end(signal.SIGKILL)
    machines.start(name)


async def the_leader_dies(machines: Machines) -> None:
    led = machines.led()
    await machines.lives["leader"].end(signal.SIGKILL)
    await machines.until(lambda: machines.led() > led, "the next leader")
    machines.lives["leader"] = machines.lives.pop("leader standby")
    machines.start_standby(machines.deployment.data.parent / "third")
    await machines.until(lambda: machines.running("leader", "stands by"), "a standby")


async def the_leader_is_paused(machines: Machines) -> None:
    """Pause a leader until another one leads; the first wakes, stops, and stands by."""
    led, paused = machines.led(), machines.lives["leader"]
    lost = machines.deployment.said().count("lead_not_taken")
    os.kill(paused._process.pid, signal.SIGSTOP)
    await machines.until(lambda: machines.led() > led, "the next leader")
    os.kill(paused._process.pid, signal.SIGCONT)
    said = machines.deployment.said
    await machines.until(lambda: said().count("lead_not_taken") > lost, "the first to stop")
    machines.lives["leader"] = machines.lives.pop("leader standby")
    machines.lives["leader standby"] = paused


async def test_whichever_machine_dies_a_letter_of_a_caseworker_is_sent_once(
    tmp_path: Path,
) -> None:
    program = ("-c", f"{UNLIMITED_START}{IMPATIENT}{START}")
    given = database_settings("postgresql")
    async with serve_bot_api() as api:
        deployment = StartedDeployment(tmp_path, api.address, program, is_forked=True, **given)
        machines, desk = Machines(api, deployment), DeskClient(deployment)
        person = Correspondent(api, FIRST)
        try:
            for name in ("front", "worker", "leader"):
                machines.start(name)
            await machines.until(lambda: machines.running("leader"), "a leader")
            machines.start_standby(tmp_path / "second")
            machines.start("desk")
            await machines.all_run()
            await machines.until(lambda: deployment.ask("SELECT 1 FROM heartbeats"), "a front")
            await desk.wait_until_served()
            await desk.sign_in()
            await person.reports(deployment)
            for verb in ("claim", "take_over"):
                said = await desk.do(person.reference, verb)
                assert not said["refused"], said
            await person.presses("I can write now")
            machines.lines = machines.stored()

            async def both_write() -> None:
                machines.lines += 1
                api.say(person.number, f"Line {machines.lines}.")
                words = f"Letter {len(machines.letters)}: we are here."
                machines.letters.append(words)
                assert not (await desk.do(person.reference, "say", words=words))["refused"]

            for happens in (
                lambda: the_leader_dies(machines),
                lambda: dies(machines, "worker"),
                lambda: dies(machines, "front"),
                lambda: the_leader_is_paused(machines),
            ):
                await both_write()
                await happens()
            await both_write()
            await machines.until(lambda: machines.stored() >= machines.lines, "lines")
            await machines.until(lambda: not deployment.has_letters_to_send(), "letters")
        finally:
            await desk.close()
            await machines.end()
    texts = api.record.texts(person.number)
    times = [texts.count(words) for words in machines.letters]
    assert max(times) == 1, times
    uncertain = "SELECT count(*) FROM outbox WHERE state = 'uncertain'"
    assert times.count(0) <= deployment.ask(uncertain)[0][0]
    assert machines.stored() == machines.lines
    not_done = "SELECT count(*) FROM inbox WHERE state <> 'done'"
    assert deployment.ask(not_done)[0][0] == 0
    assert "Traceback" not in deployment.said()
