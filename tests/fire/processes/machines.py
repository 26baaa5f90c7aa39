"""Several machines of one deployment: each runs one role of Haven, and is started when it ends."""

from __future__ import annotations

import asyncio
import signal
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.fire.processes.machine_spawner import machine_spawner
from tests.fire.processes.network_namespace import address_from_afar
from tests.fire.processes.started_deployment import HOST
from tests.support.free_ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping
    from pathlib import Path

    from tests.fire.processes.machine_spawner import MachineProcess, MachineSpawner
    from tests.fire.processes.network_namespace import NetworkNamespace

RESTART_AFTER = 0.2
"""Seconds after which a supervisor starts an ended process again."""
FAR = "worker-1"
"""The machine that may be cut off."""
DATABASES = ("HAVEN_DATABASE_URL", "HAVEN_KEYS_URL")
BEGUN = ("started", "stands_by", "desk_open")
"""What a process logs once it does its work, or waits for the lead."""
ROLES = {"front": 2, "worker": 4, "leader": 2, "desk": 2}
"""How many machines run each role; of the leaders one stands by."""


@dataclass
class Machine:
    """One machine, with a data folder of its own, and the process that runs on it."""

    name: str
    role: str
    spawner: MachineSpawner
    settings: Mapping[str, str]
    log: Path
    words: tuple[str, ...]
    flaw: str = ""
    lives: int = 0
    ends: list[int] = field(default_factory=list)
    """What processes ended with that were not killed."""
    _process: MachineProcess | None = None
    _is_killed: bool = False
    _log_before: int = 0
    """Bytes that earlier processes wrote."""

    async def run(self) -> None:
        """Keep a process running until cancelled; then end it."""
        try:
            while True:
                await self._live()
                await asyncio.sleep(RESTART_AFTER)
        finally:
            if self._process is not None:
                self.signal(signal.SIGCONT)
                self._process.signal(signal.SIGKILL)
                await self._process.ended()

    async def _live(self) -> None:
        self._log_before = self.log.stat().st_size if self.log.exists() else 0
        self._process = await self.spawner.begin(
            settings=dict(self.settings), log=str(self.log), flaw=self.flaw, words=self.words
        )
        self.lives += 1
        self._is_killed = False
        ended = await self._process.ended()
        if not self._is_killed:
            self.ends.append(ended)

    @property
    def is_alive(self) -> bool:
        """Tell whether a process runs, paused or not."""
        return self._process is not None and not self._process.is_over

    @property
    def has_begun(self) -> bool:
        """Tell whether a process runs and does its work, or stands by."""
        return any(self._has_said(event) for event in BEGUN)

    @property
    def leads(self) -> bool:
        """Tell whether the process of a leader does its work, and no longer stands by."""
        return self.role == "leader" and self._has_said("started")

    def _has_said(self, event: str) -> bool:
        """Tell whether the process that runs has logged an event."""
        if not self.is_alive or not self.log.exists():
            return False
        with self.log.open("rb") as log:
            log.seek(self._log_before)
            return f'"{event}"'.encode() in log.read()

    def kill(self) -> None:
        """Kill the process as a power cut would."""
        if self.is_alive and self._process is not None:
            self._is_killed = True
            self._process.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Send a signal to the process, if there is one."""
        if self._process is not None:
            self._process.signal(number)

    async def pause(self, seconds: float) -> None:
        """Let the process stand still for a time."""
        self.stand_still()
        await asyncio.sleep(seconds)
        self.go_on()

    def stand_still(self) -> None:
        """Stop the process in the midst of anything, as a machine that is moved or overloaded."""
        self.signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """Let it go on where it stood."""
        self.signal(signal.SIGCONT)

    def said(self) -> str:
        """Return everything its processes wrote."""
        return self.log.read_text("utf-8", "replace") if self.log.exists() else ""


@dataclass
class Machines:
    """All machines of a deployment."""

    all: list[Machine]

    def of(self, role: str) -> list[Machine]:
        """Return the machines of a role."""
        return [it for it in self.all if it.role == role]

    def named(self, name: str) -> Machine:
        """Return the machine of this name."""
        return next(it for it in self.all if it.name == name)

    def desks(self) -> list[str]:
        """Return the addresses of the desks."""
        return [f"http://{it.settings['HAVEN_DESK_LISTEN']}" for it in self.of("desk")]

    @property
    def ends(self) -> dict[str, list[int]]:
        """What processes ended with that were not killed, by machine."""
        return {it.name: it.ends for it in self.all if it.ends}

    def said(self, event: str) -> int:
        """Return how often any of them logged an event."""
        return sum(it.said().count(f'"{event}"') for it in self.all)


@asynccontextmanager
async def machines(
    folder: Path, settings: dict[str, str], flaw: str = "",
    network: NetworkNamespace | None = None, counts: Mapping[str, int] = ROLES,
) -> AsyncIterator[Machines]:  # fmt: skip
    """Start the machines of a deployment; the first worker is in a network of its own, if any."""
    async with AsyncExitStack() as stack:
        near = await stack.enter_async_context(machine_spawner())
        far = near
        if network is not None:
            far = await stack.enter_async_context(machine_spawner(network.words))
        made: list[Machine] = []
        for role, count in counts.items():
            for number in range(1, count + 1):
                name = f"{role}-{number}"
                (folder / name).mkdir()
                own, spawner = settings | {"HAVEN_DATA": str(folder / name)}, near
                if name == FAR and network is not None:
                    own, spawner = own | {it: address_from_afar(own[it]) for it in DATABASES}, far
                if role == "desk":
                    own = own | {"HAVEN_DESK_LISTEN": f"{HOST}:{free_port()}"}
                words = ("--only", role, *(("--standby",) if role == "leader" else ()))
                made.append(Machine(name, role, spawner, own, folder / f"{name}.log", words, flaw))
        running = [asyncio.create_task(it.run()) for it in made]
        try:
            yield Machines(made)
        finally:
            for each in running:
                each.cancel()
            await asyncio.gather(*running, return_exceptions=True)
