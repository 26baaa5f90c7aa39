"""Begins the bot's processes, one after the other, and ends them one way or another."""

from __future__ import annotations

import asyncio
import json
import os
import resource
import signal
import subprocess
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from bot.sandbox import TOKEN
from bot.vault import HostKey
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class ProcessSpawner:
    """A process in which everything is imported: what it begins need not do that again."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def begin(self, **life: object) -> int:
        """Begin a process; the last one must have ended."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(life) + "\n")
        self._process.stdin.flush()
        return self._hear("began")

    def end(self) -> int:
        """Wait for the process to end, and return what it ended with."""
        return self._hear("ended")

    def _hear(self, expected: str) -> int:
        assert self._process.stdout is not None
        what, number = self._process.stdout.readline().split()
        assert what == expected
        return int(number)


@contextmanager
def process_spawner() -> Iterator[ProcessSpawner]:
    """Have a nurse, for any number of deployments, one after the other."""
    command = [sys.executable, "-m", "tests.fire.processes.killed_process"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=ROOT) as process:  # noqa: S603
        yield ProcessSpawner(process)


class BotProcess:
    """One process of the bot."""

    def __init__(self, process: int, nurse: ProcessSpawner) -> None:
        self._process = process
        self._ended = asyncio.create_task(asyncio.to_thread(nurse.end))

    @property
    def is_over(self) -> bool:
        return self._ended.done()

    def limit_file_size(self, most: int) -> None:
        """Let no file of the process grow beyond so many bytes, as on a full disk; -1: any size."""
        resource.prlimit(self._process, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))

    def signal(self, number: int) -> None:
        """Send a signal to the process, unless it has ended by itself."""
        if not self.is_over:
            os.kill(self._process, number)

    async def ended(self) -> int:
        """Return what the process ended with; a signal is a negative number."""
        return await asyncio.shield(self._ended)


class DeploymentProcesses:
    """Lives of one deployment, on the same data."""

    def __init__(self, nurse: ProcessSpawner, folder: Path, address: str, **databases: str) -> None:
        self.data = folder / "data"
        self.log = folder / "log"
        self.key = folder / "key"
        self.lives = 0
        self._nurse = nurse
        self._life: BotProcess | None = None
        self._settings = {
            "HAVEN_DATA": str(self.data),
            "HAVEN_HOST_KEY_FILE": str(self.key),
            "HAVEN_TELEGRAM_TOKEN": TOKEN,
            "HAVEN_TELEGRAM_API": address,
            "HAVEN_ORGANISATION": "Hope House",
            "HAVEN_CONTACT": "02-1234",
            "HAVEN_HOURS": "00:00-24:00",
        }
        self._settings |= {f"HAVEN_{name.upper()}": url for name, url in databases.items()}
        HostKey.create(self.key)

    async def begin(self, flaws: str = "") -> BotProcess:
        """Start the bot on the data as they are, sound or not; the last life must have ended."""
        self.lives += 1
        process = self._nurse.begin(settings=self._settings, log=str(self.log), flaws=flaws)
        self._life = BotProcess(process, self._nurse)
        return self._life

    async def close(self) -> None:
        """Let no process live on."""
        if self._life is not None:
            self._life.signal(signal.SIGKILL)
            await self._life.ended()

    def said(self) -> str:
        """Return everything the processes wrote to their log."""
        return self.log.read_text() if self.log.exists() else ""
