"""A picture drawn anew, by a process that can do nothing else.

Pictures come from anybody: one may be made to break whoever unpacks it. So the bot never does; a
process of its own does (`cleaner`), which is killed with all it holds after ten seconds. What is no
JPEG, PNG or WebP, has more than 40 million pixels, is cut off, or is anything beside what it seems
has no clean version; it is handed over as bytes or not at all.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from pathlib import Path

from bot.cases.evidence.file_type import IMAGE_TYPES, detect_type

TIMEOUT_SECONDS = 10.0
WORKER = Path(__file__).with_name("image_worker.py")


class ImageSanitizer:
    """Draws pictures anew, one at a time: no crowd of them takes the memory of the host."""

    def __init__(self, seconds: float = TIMEOUT_SECONDS, worker: Path = WORKER) -> None:
        self._seconds = seconds
        self._worker = worker
        self._one_at_a_time = asyncio.Semaphore()

    async def sanitize(self, data: bytes) -> bytes | None:
        """Return a picture without anything but its pixels; None where there can be none."""
        looks = detect_type(data)
        if looks not in IMAGE_TYPES:
            return None
        async with self._one_at_a_time:
            drawn = await self._run_worker(data)
        return drawn if drawn and detect_type(drawn) == looks else None

    async def _run_worker(self, data: bytes) -> bytes | None:
        child = await asyncio.create_subprocess_exec(
            sys.executable, "-I", str(self._worker),
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL, env={}, cwd="/", start_new_session=True,
        )  # fmt: skip
        try:
            async with asyncio.timeout(self._seconds):
                drawn, _nothing = await child.communicate(data)
        except TimeoutError:
            return None
        finally:
            with contextlib.suppress(ProcessLookupError):
                child.kill()
            await child.wait()
        return drawn if child.returncode == 0 else None
