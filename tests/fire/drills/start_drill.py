"""Start Haven while Telegram fails in every way: the desk works, and polling follows the healing.

`python -m tests.fire.drills.start_drill --starts 100` writes what it found as one line of JSON; it
ends with 1 when anything is wrong. `--control` starts a program that asks Telegram who it is before
anything else, as Haven once did: that must be found.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from tests.fire.drill_command import run_command
from tests.fire.processes.started_deployment import DeskClient, StartedDeployment, wait_for
from tests.support.bot_api.faults import SpoiltAnswer
from tests.support.bot_api.server import BotApiServer
from tests.support.database_fixtures import database_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from tests.fire.processes.started_deployment import StartedProcess

HEALED_WITHIN = 10.0
"""Seconds from the healing of Telegram until updates are asked for."""
CPU_ALLOWED = 1.2
"""Seconds of processor time until the desk answers."""
SARI = 5_100_000_001
REFUSED, HEALTHY = "connection refused", "healthy"
REVOKED = "401"
OWN_FAULT = "by a fault of its own"
"""What `haven` says at a terminal in place of a traceback."""
MISSING, TOKEN_REFUSED = "telegram_missing", "token_refused"
"""The events that say that Telegram is not there, or does not take the token."""
_ASKS_FIRST = (
    "import sys; from bot.app import run; run.connections = lambda bot: bot; "
    "sys.argv[1:] = ['start']; from bot.cli.main import main; main()"
)
CONTROL = ("-c", _ASKS_FIRST)
FAULTS: dict[str, dict[str, Any]] = {
    HEALTHY: {},
    REFUSED: {},
    "429": {"status": 429, "retry_after": 2},
    "502": {"status": 502},
    "400": {"status": 400},
    REVOKED: {"status": 401},
    "HTML 404": {"status": 404, "reply": SpoiltAnswer.HTML},
    "HTML 502": {"status": 502, "reply": SpoiltAnswer.HTML},
    "cut": {"reply": SpoiltAnswer.CUT},
    "cut after": {"reply": SpoiltAnswer.CUT, "delivers": True},
    "silence": {"reply": SpoiltAnswer.SILENCE},
}
"""What Telegram does at a start, by name."""
TOLD = "SELECT value FROM shared_values WHERE name LIKE 'profile.%'"
"""The digest of the profile and the menus, once Telegram knows them."""
SHORT = (REFUSED,)


@dataclass
class StartFindings:
    """What was found; each fault is counted by the name of what Telegram did."""

    starts: int = 0
    ended: Counter[str] = field(default_factory=Counter)
    """Processes that ended by themselves."""
    no_desk: Counter[str] = field(default_factory=Counter)
    not_healed: Counter[str] = field(default_factory=Counter)
    """Starts after which no update was fetched within the time allowed."""
    own_faults: int = 0
    """Tracebacks, and lines that say Haven failed by a fault of its own."""
    not_told: Counter[str] = field(default_factory=Counter)
    """Starts without Telegram whose log does not say once that it is missing."""
    lost: int = 0
    """Updates that were never confirmed."""
    menus_again: int = 0
    """Starts that told the menus although nothing had changed."""
    slow: int = 0
    """Starts that cost more processor time than allowed."""
    cpu: list[float] = field(default_factory=list)
    """Seconds of processor time of each start, until the desk answers."""
    healed_after: list[float] = field(default_factory=list)
    """Seconds from the healing to the first update that was fetched."""

    @property
    def faults(self) -> dict[str, Any]:
        """Everything that should not be."""
        names = ("ended", "no_desk", "not_healed", "own_faults", "not_told", "lost", "menus_again",
                 "slow")  # fmt: skip
        return {name: value for name in names if (value := getattr(self, name))}

    def row(self) -> dict[str, Any]:
        """Return one row of figures."""
        figures = {
            "starts": self.starts,
            "cpu_seconds": [round(min(self.cpu), 2), round(max(self.cpu), 2)] if self.cpu else [],
            "healed_after_seconds": round(max(self.healed_after, default=0.0), 1),
        }
        return figures | {"faults": {name: str(value) for name, value in self.faults.items()}}


class StartDrill:
    """One deployment that is started again and again."""

    def __init__(
        self, folder: Path, server: BotApiServer, program: tuple[str, ...], database: str, *,
        is_forked: bool,
    ) -> None:  # fmt: skip
        self.server = server
        databases = database_settings(database)
        self.deployment = StartedDeployment(
            folder, server.address, program, is_forked=is_forked, **databases
        )
        self.found = StartFindings()
        server.add_person(SARI)

    async def start(self, fault: str, *, is_measured: bool = True) -> None:
        """Start once while Telegram fails, let it heal, and end the process."""
        server, found = self.server, self.found
        found.starts += 1
        server.faults.clear()
        if fault != REFUSED:
            await server.start()
            if FAULTS[fault]:
                server.faults.add(times=-1, **FAULTS[fault])
        menus = len(server.record.of("setMyCommands"))
        begin = len(self.deployment.said())
        life = self.deployment.begin()
        desk = DeskClient(self.deployment)
        try:
            await self._watch(fault, life, desk, begin)
            if not is_measured:
                await wait_for(lambda: self.deployment.ask(TOLD), "the menus")
        finally:
            await desk.close()
            await life.end()
            await server.stop()
        if not is_measured:
            found.cpu, found.slow = [], 0  # it compiled what the others find
        said = self.deployment.said()[begin:]
        found.own_faults += said.count("Traceback") + said.count(OWN_FAULT)
        if fault != HEALTHY and said.count(_event(fault)) != 1:
            found.not_told[fault] += 1
        if is_measured:
            found.menus_again += len(server.record.of("setMyCommands")) > menus

    async def _watch(self, fault: str, life: StartedProcess, desk: DeskClient, begin: int) -> None:
        found, server = self.found, self.server
        try:
            await _unless_over(life, desk.wait_until_served())
        except TimeoutError:
            found.no_desk[fault] += 1
            found.ended[fault] += life.is_over
            return
        cpu = life.cpu()
        found.cpu.append(cpu)
        found.slow += cpu > CPU_ALLOWED
        if fault != HEALTHY:  # it must have met the fault, and bear it
            with suppress(TimeoutError):
                told = _event(fault)
                await wait_for(lambda: told in self.deployment.said()[begin:], told)
        if life.is_over:
            found.ended[fault] += 1
            return
        server.faults.clear()
        if fault == REFUSED:
            await server.start()
        healed, update = time.monotonic(), server.say(SARI, "/start")
        # What was asked before the healing may still hang: silence ends in a time-out of its own.
        patience = HEALED_WITHIN * (2.5 if fault == "silence" else 1)
        try:
            await wait_for(lambda: update in server.record.handed_out, "an update", patience)
            await wait_for(lambda: update in server.record.confirmed, "its confirmation")
        except TimeoutError:
            found.not_healed[fault] += 1
            found.lost += update not in server.record.confirmed
            found.ended[fault] += life.is_over
            return
        found.healed_after.append(time.monotonic() - healed)


def _event(fault: str) -> str:
    return TOKEN_REFUSED if fault == REVOKED else MISSING


async def _unless_over(life: StartedProcess, waiting: Any) -> None:
    """Wait for something, but not longer than a process lives; raise TimeoutError."""
    task = asyncio.ensure_future(waiting)
    while not task.done():
        if life.is_over:
            task.cancel()
            raise TimeoutError("the process is over")
        await asyncio.sleep(0.02)
    await task


async def run(
    faults: Sequence[str], folder: Path, program: tuple[str, ...] = (),
    tell: Callable[[int], None] = lambda _: None, database: str = "sqlite", *,
    is_forked: bool = False,
) -> StartFindings:  # fmt: skip
    """Start once for each fault, after a first start that tells the menus.

    A forked process has imported everything: what a start costs is then not measured.
    """
    drill = StartDrill(folder, BotApiServer(), program, database, is_forked=is_forked)
    await drill.start(HEALTHY, is_measured=False)
    for number, fault in enumerate(faults, start=1):
        await drill.start(fault)
        tell(number)
    return drill.found


def drill(
    *, starts: int = 10, control: bool = False, database: str = "sqlite",
    tell: Callable[[int], None] = lambda _: None,
) -> dict[str, Any]:  # fmt: skip
    """Start so often; return one row of figures, with what is wrong under `faults`."""
    faults = list(islice(cycle(FAULTS), starts))
    with TemporaryDirectory() as folder:
        program = CONTROL if control else ()
        found = asyncio.run(run(faults, Path(folder), program, tell, database))
    return found.row()


if __name__ == "__main__":
    sys.exit(run_command(drill))
