"""Who reads sealed rows: as many as there are cores, for as long as one search takes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from bot.hotline.search.match import read
from bot.hotline.search.worker import HEAD, Task, came_to, framed, part
from bot.vault.keys.case_keys import CaseOpener

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process
    from collections.abc import Mapping

    from bot.hotline.search.match import Read, Row
    from bot.vault.keys.case_keys import Opener

CORES = os.cpu_count() or 1
_ROOT = Path(__file__).parents[3]
_READER = ("-m", "bot.hotline.search.worker")


@dataclass(frozen=True, slots=True)
class _Reader:
    process: Process
    pipe: StreamWriter
    answers: StreamReader


class Readers:
    """Who reads rows: one here, in a thread, and others beside.

    Args:
        beside: how many of these; nobody, where they would begin later than one here has ended.
    """

    def __init__(self, beside: int = CORES - 1) -> None:
        self._wanted_beside = beside
        self._beside: list[_Reader] = []
        self._free: asyncio.Queue[_Reader | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start those beside; they get ready while keys are looked up and rows are fetched."""
        try:
            for _ in range(self._wanted_beside):
                self._beside.append(await _started())
        except BaseException:
            await self._end()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End them, and what they hold in memory."""
        await self._end()

    def look_for(self, wanted: str, openers: Mapping[str, Opener]) -> None:
        """Tell everybody what to look for, and give them keys.

        Args:
            wanted: the words, in their plainest spelling.
            openers: what opens, by case. Those of older releases stay here; they are few.
        """
        self._wanted, self._openers = wanted, openers
        pairs = {case: it.raw for case, it in openers.items() if isinstance(it, CaseOpener)}
        self._old = {case: it for case, it in openers.items() if case not in pairs}
        task = framed(Task(wanted, pairs))
        self._free.put_nowait(None)
        for reader in self._beside:
            reader.pipe.write(task)
            self._free.put_nowait(reader)

    async def read(self, rows: list[Row]) -> Read:
        """Have some rows read by whoever is free."""
        reader = await self._free.get()
        try:
            if reader is not None and (told := await _read_beside(reader, rows)) is not None:
                return told + read(rows, self._old, self._wanted)
            return await asyncio.to_thread(read, rows, self._openers, self._wanted)
        finally:
            self._free.put_nowait(reader)

    async def _end(self) -> None:
        for reader in self._beside:
            with contextlib.suppress(ProcessLookupError):
                reader.process.kill()
        for reader in self._beside:
            await reader.process.wait()


async def _read_beside(reader: _Reader, rows: list[Row]) -> Read | None:
    """Have rows read beside; None where that reader has ended: then nothing was read."""
    try:
        reader.pipe.write(part(rows))
        await reader.pipe.drain()
        (length,) = HEAD.unpack(await reader.answers.readexactly(HEAD.size))
        return came_to(await reader.answers.readexactly(length))
    except (asyncio.IncompleteReadError, OSError):
        return None


async def _started() -> _Reader:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_READER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, cwd=_ROOT, start_new_session=True,
    )  # fmt: skip
    return _Reader(
        process, cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)
    )
