"""A start with so many cases, one while so many updates wait, and a search through cases."""

from __future__ import annotations

import asyncio
from time import perf_counter
from typing import TYPE_CHECKING

from bot.clock import SystemClock
from bot.mailbox.inbox import Inbox
from tests.bench.haven import haven_parts
from tests.bench.haven.counting_channel import CountingChannel
from tests.bench.haven.growth_operations import Took
from tests.bench.haven.haven_turns import Haven
from tests.bench.haven.search_bench import TO_A_CASE, Searching
from tests.bench.scripted_conversation import UPDATES
from tests.bench.update_feed import UpdateFeed
from tests.fire.processes.started_deployment import StartedProcess, wait_for
from tests.support.bot_api.server import TOKEN, serve_bot_api
from tests.support.free_ports import free_port

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


async def start(folder: Path, _count: int, begin: Callable[[], None]) -> Took:
    """Start `haven start` on the deployment, desk included, until it asks for updates."""
    log = folder / "log"
    async with serve_bot_api() as api:
        given = {
            "data": folder / "data", "host_key_file": folder / "key", "telegram_token": TOKEN,
            "telegram_api": api.address, "organisation": "Hope House", "contact": "02-1",
            "desk_listen": f"127.0.0.1:{free_port()}",
        }  # fmt: skip
        settings = {f"HAVEN_{name.upper()}": str(value) for name, value in given.items()}
        begin()
        began = perf_counter()
        process = StartedProcess(settings, log, ("-m", "bot.cli", "start"))
        await wait_for(lambda: log.exists() and '"polling"' in log.read_text(), "the start")
        took = perf_counter() - began
        await asyncio.sleep(AT_REST)
        memory = process.memory() * 1024
        ended = await process.end()
    return Took([took], peak_bytes=memory, cpu_seconds=ended.cpu)


async def search(folder: Path, count: int, begin: Callable[[], None]) -> Took:
    """Look for words that stand nowhere, in ten things of each case."""
    searching = Searching(folder)
    await searching.setup(count * TO_A_CASE)
    begin()
    began = perf_counter()
    await searching.feed(b"")
    took = perf_counter() - began
    await searching.close()
    return Took([took])


async def restart(folder: Path, count: int, begin: Callable[[], None]) -> Took:
    """Answer so many updates that were stored by a process that has ended."""
    waiting = _Waiting(folder)
    await waiting.setup(0)
    people = -(-count // UPDATES)
    await waiting.store(people)
    begin()
    took = await waiting.resume(people)
    await waiting.close()
    return Took([took])


AT_REST = 15.0
"""Seconds after a start until what it does once is done."""


class _LastWords(CountingChannel):
    """The end of the line where no one waits for a single answer, but for the last of all."""

    people = 0

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def _answered(self, _chat: int) -> None:
        if self.finished == self.people:
            self.heard.set()


class _Waiting(Haven):
    """Haven with updates that an earlier process took and did not answer."""

    PEOPLE = 128

    def line(self) -> CountingChannel:
        """Return where letters end."""
        self.last = _LastWords()
        return self.last

    async def store(self, people: int) -> None:
        """Store everything that so many people send."""
        feed, inbox = UpdateFeed(self.press), Inbox(haven_parts.NUMBER, haven_parts.VAULT)
        for first in range(0, people, self.PEOPLE):
            raws = feed.walks(min(self.PEOPLE, people - first))
            arrivals, now = [it for raw in raws for it in self.arrivals(raw)], SystemClock().now()
            await self._store.writer.run(
                lambda work, them=arrivals, at=now: inbox.store_waiting(work, them, at)
            )

    async def resume(self, people: int) -> float:
        """Answer them; return the seconds until the last person has heard the last words."""
        self.last.people = people
        began = perf_counter()
        await self._dispatcher.resume()
        await self.last.heard.wait()
        return perf_counter() - began
