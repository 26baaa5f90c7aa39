"""A search in the background, and for some minutes what it found."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.hotline.search.search import SearchProgress
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Coroutine

    from bot.hotline.search.search import SearchResult

TIMEOUT = 300.0
"""Seconds after which a search is given up."""
RESULT_LIFETIME = 600.0
"""Seconds for which what was found stays in memory."""


class SearchJob:
    """One search of one caseworker, whose page asks how far it is."""

    def __init__(self, query: str) -> None:
        self.query = query
        self.progress = SearchProgress()
        self.result: SearchResult | None = None
        """None while it runs, if it failed, and after `RESULT_LIFETIME`."""
        self._task: asyncio.Task[SearchResult] | None = None
        self._forgetting: asyncio.TimerHandle | None = None

    @property
    def is_running(self) -> bool:
        """Whether the search is under way."""
        return self._task is not None and not self._task.done()

    async def start(self, search: Coroutine[None, None, SearchResult], wait: float) -> None:
        """Start the search, and return when it has ended, after `wait` seconds at most."""
        self._task = asyncio.create_task(_give_up(search))
        self._task.add_done_callback(self._end)
        await asyncio.wait({self._task}, timeout=wait)

    def _end(self, task: asyncio.Task[SearchResult]) -> None:
        if task.cancelled():
            return
        if error := task.exception():
            log.error("desk_request_failed", error=type(error).__name__)
            return
        self.result = task.result()
        self._task = None  # it holds the result as well
        loop = asyncio.get_running_loop()
        self._forgetting = loop.call_later(RESULT_LIFETIME, self.cancel)

    def cancel(self) -> None:
        """End the search, and drop what it found."""
        self.result = None
        if self._task is not None:
            self._task.cancel()
        if self._forgetting is not None:
            self._forgetting.cancel()


async def _give_up(search: Coroutine[None, None, SearchResult]) -> SearchResult:
    """Run a search for a limited time."""
    async with asyncio.timeout(TIMEOUT):
        return await search
