"""The workers of one search: one per core, for as long as the search takes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

from bot.hotline.search.match import MatchResult, SealedRow, find_matches
from bot.hotline.search.worker import LENGTH_PREFIX, SearchTask, decode_result, encode_batch, frame

if TYPE_CHECKING:
    from asyncio import StreamReader, StreamWriter
    from asyncio.subprocess import Process
    from collections.abc import Mapping

    from bot.vault.keys.case_keys import CaseOpener

CORES = os.cpu_count() or 1
_ROOT = Path(__file__).parents[3]
_WORKER_COMMAND = ("-m", "bot.hotline.search.worker")


@dataclass(frozen=True, slots=True)
class _SearchWorker:
    process: Process
    pipe: StreamWriter
    answers: StreamReader


class SearchPool:
    """One worker in a thread of this process, and others in processes of their own.

    `workers` is the number of processes; 0 where they would start later than the thread is done.
    """

    def __init__(self, workers: int = CORES - 1) -> None:
        self._worker_count = workers
        self._workers: list[_SearchWorker] = []
        self._free: asyncio.Queue[_SearchWorker | None] = asyncio.Queue()

    async def __aenter__(self) -> Self:
        """Start the worker processes; meanwhile keys and rows are loaded."""
        try:
            for _ in range(self._worker_count):
                self._workers.append(await _start_worker())
        except BaseException:
            await self._stop()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """End the worker processes, with what they hold in memory."""
        await self._stop()

    def start(self, query: str, openers: Mapping[str, CaseOpener]) -> None:
        """Give the query and the keys to all workers.

        Args:
            query: the words, with case and accents folded.
            openers: what opens, by case.
        """
        self._query, self._openers = query, openers
        pairs = {case: it.private_bytes for case, it in openers.items()}
        task = frame(SearchTask(query, pairs))
        self._free.put_nowait(None)
        for reader in self._workers:
            reader.pipe.write(task)
            self._free.put_nowait(reader)

    async def search(self, rows: list[SealedRow]) -> MatchResult:
        """Search rows with the next free worker."""
        reader = await self._free.get()
        try:
            if reader is not None and (result := await _search_in_worker(reader, rows)) is not None:
                return result
            return await asyncio.to_thread(find_matches, rows, self._openers, self._query)
        finally:
            self._free.put_nowait(reader)

    async def _stop(self) -> None:
        for reader in self._workers:
            with contextlib.suppress(ProcessLookupError):
                reader.process.kill()
        for reader in self._workers:
            await reader.process.wait()


async def _search_in_worker(reader: _SearchWorker, rows: list[SealedRow]) -> MatchResult | None:
    """Search rows in a worker process; None if it has ended, and nothing was read."""
    try:
        reader.pipe.write(encode_batch(rows))
        await reader.pipe.drain()
        (length,) = LENGTH_PREFIX.unpack(await reader.answers.readexactly(LENGTH_PREFIX.size))
        return decode_result(await reader.answers.readexactly(length))
    except (asyncio.IncompleteReadError, OSError):
        return None


async def _start_worker() -> _SearchWorker:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_WORKER_COMMAND,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL, env={}, cwd=_ROOT, start_new_session=True,
    )  # fmt: skip
    return _SearchWorker(
        process, cast("StreamWriter", process.stdin), cast("StreamReader", process.stdout)
    )
