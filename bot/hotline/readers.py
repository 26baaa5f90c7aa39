"""Readers beside this process: as many as there are cores, for as long as one search takes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from bot.hotline.reader import HEAD, Task, came_to, framed, part

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process
    from collections.abc import Mapping

    from bot.hotline.finding import Read, Row

CORES = os.cpu_count() or 1
_ROOT = Path(__file__).parents[2]
_READER = ("-m", "bot.hotline.reader")


@dataclass(frozen=True, slots=True)
class _Reader:
    process: Process
    pipe: StreamWriter
    answers: StreamReader


class Readers:
    """What reads rows beside this process.

    Args:
        wanted: the words, in their plainest spelling.
        keys: the private half of each case, as bytes.
    """

    def __init__(self, wanted: str, keys: Mapping[str, bytes]) -> None:
        self._task = framed(Task(wanted, dict(keys)))
        self._all: list[_Reader] = []
        self._free: asyncio.Queue[_Reader] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start them; they get ready while the first rows are fetched."""
        try:
            for _ in range(CORES):
                self._all.append(await _started())
        except BaseException:
            await self._end()
            raise
        for reader in self._all:
            reader.pipe.write(self._task)
            self._free.put_nowait(reader)
        return self

    async def __aexit__(self, *_: object) -> None:
        """End them, and what they hold in memory."""
        await self._end()

    async def read(self, rows: list[Row]) -> Read | None:
        """Have some rows read by whoever is free; None when that reader has ended."""
        reader = await self._free.get()
        try:
            reader.pipe.write(part(rows))
            await reader.pipe.drain()
            (length,) = HEAD.unpack(await reader.answers.readexactly(HEAD.size))
            return came_to(await reader.answers.readexactly(length))
        except (asyncio.IncompleteReadError, OSError):
            return None
        finally:
            self._free.put_nowait(reader)

    async def _end(self) -> None:
        for reader in self._all:
            with contextlib.suppress(ProcessLookupError):
                reader.process.kill()
        for reader in self._all:
            await reader.process.wait()


async def _started() -> _Reader:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_READER,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, cwd=_ROOT, start_new_session=True,
    )  # fmt: skip
    return _Reader(
        process, cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)
    )
