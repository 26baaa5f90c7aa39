"""Runs a script that decodes what a stranger sent, in a process of its own that is soon killed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


@dataclass
class ConfinedWorker:
    """Runs one script, once at a time so that many files cannot exhaust the memory.

    The script gives up what it does not need before it decodes anything; here it gets no
    environment, no folder and little time.
    """

    script: Path
    seconds: float
    _one_at_a_time: asyncio.Semaphore = field(default_factory=asyncio.Semaphore)

    async def run(self, data: bytes, *arguments: str) -> bytes | None:
        """Return what the script makes of these bytes; None if it fails or takes too long."""
        async with self._one_at_a_time:
            return await self._run(data, arguments)

    async def _run(self, data: bytes, arguments: tuple[str, ...]) -> bytes | None:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self.script), *arguments,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env={}, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self.seconds):
                clean, _stderr = await child.communicate(data)
        except TimeoutError:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        return clean if child.returncode == 0 else None
