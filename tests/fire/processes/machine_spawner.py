"""Begins processes of `machine_process`, any number at a time, and hears how each of them ended."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import sys
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


class MachineProcess:
    """One process that was begun."""

    def __init__(self, number: int) -> None:
        self.number = number
        self._ended: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    @property
    def is_over(self) -> bool:
        """Tell whether it has ended."""
        return self._ended.done()

    def signal(self, number: int) -> None:
        """Send a signal to the process, unless it has ended."""
        if not self.is_over:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.number, number)

    async def ended(self) -> int:
        """Return what the process ended with; a signal is a negative number."""
        return await asyncio.shield(self._ended)

    def note_end(self, status: int) -> None:
        """Note what it ended with."""
        self._ended.set_result(status)


class MachineSpawner:
    """A process in which everything is imported: what it begins need not do that again."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self._begun: asyncio.Queue[MachineProcess] = asyncio.Queue()
        self._running: dict[int, MachineProcess] = {}
        self._lock = asyncio.Lock()

    async def begin(self, **life: object) -> MachineProcess:
        """Begin a process."""
        assert self._process.stdin is not None
        async with self._lock:
            self._process.stdin.write(json.dumps(life).encode() + b"\n")
            await self._process.stdin.drain()
            return await self._begun.get()

    async def hear(self) -> None:
        """Hear what becomes of the processes, until cancelled."""
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            what, number, status = line.split()
            if what == b"began":
                self._running[int(number)] = made = MachineProcess(int(number))
                self._begun.put_nowait(made)
            else:
                self._running.pop(int(number)).note_end(int(status))


@asynccontextmanager
async def machine_spawner(before: tuple[str, ...] = ()) -> AsyncIterator[MachineSpawner]:
    """Give a spawner; `before` are words in front of its command, to enter a network namespace."""
    process = await asyncio.create_subprocess_exec(
        *before, sys.executable, "-m", "tests.fire.processes.machine_process", cwd=ROOT,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    spawner = MachineSpawner(process)
    hearing = asyncio.create_task(spawner.hear())
    try:
        yield spawner
    finally:
        hearing.cancel()
        assert process.stdin is not None
        process.stdin.close()
        await process.wait()
