"""`haven demo` as whoever tries it out starts it, and the command line beside it."""

from __future__ import annotations

import asyncio
import json
import os
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.app.demo import PASSWORD
from tests.support.forked_commands import haven_program
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from asyncio.subprocess import Process
    from pathlib import Path

READY = re.compile(r"^Haven is ready at (http://127\.0\.0\.1:\d+)/$")
PATIENCE = 60.0
"""Seconds after which a command is not slow but stuck."""


@dataclass(frozen=True)
class DemoProcess:
    """A demo that runs: where its phones are, and where its cases lie."""

    process: Process
    address: str
    data: Path

    @classmethod
    async def started(cls, data: Path, *, is_empty: bool = True) -> DemoProcess:
        """Start a demo and wait until it says that it is ready."""
        how = ("--empty",) if is_empty else ()
        process = await asyncio.create_subprocess_exec(
            *haven_program(), "demo", *how, "--port", "0", "--no-browser", "--data", str(data),
            cwd=ROOT, env=_clean(), stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        line = await asyncio.wait_for(process.stdout.readline(), PATIENCE)
        ready = READY.match(line.decode().rstrip("\n"))
        if ready is None:
            await cls(process, "", data).stop()
        assert ready is not None, f"the demo said {line!r}"
        return cls(process, ready[1], data)

    async def stop(self) -> int | None:
        """Tell it to stop, as a terminal or a supervisor does, and return how it ended."""
        if self.process.returncode is None:
            self.process.terminate()
        try:
            return await asyncio.wait_for(self.process.wait(), PATIENCE)
        except TimeoutError:
            self.process.kill()
            await self.process.wait()
            return None

    async def haven(self, *words: str) -> Any:
        """Return what a command prints as JSON, run beside the demo by somebody of the staff."""
        settings = {
            "HAVEN_DATA": str(self.data),
            "HAVEN_HOST_KEY_FILE": str(self.data.with_name(f"{self.data.name}.key")),
        }
        process = await asyncio.create_subprocess_exec(
            *haven_program(), *words, "--json", cwd=ROOT, env=_clean() | settings,
            stdout=asyncio.subprocess.PIPE,
        )  # fmt: skip
        printed, _ = await asyncio.wait_for(process.communicate(), PATIENCE)
        assert process.returncode == 0
        return json.loads(printed)

    async def opened(self, reference: str) -> Any:
        """Return a case as the demo's first caseworker reads it in Chinese, signed in."""
        staff = await self.haven("staff", "list")
        who = next(it["id"] for it in staff if it["role"] == "caseworker")
        password = self.data.with_name("password")
        password.write_text(PASSWORD)
        password.chmod(0o600)
        return await self.haven(
            "cases", "show", reference, "--language", "zh_Hant",
            "--as", who, "--password-file", str(password),
        )  # fmt: skip


def _clean() -> dict[str, str]:
    """Return this process's environment without settings of a Haven somebody runs."""
    return {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
