"""Two fronts behind a balancer: what Telegram posts to either is answered once, and in order."""

from __future__ import annotations

import asyncio
import contextlib
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import aiohttp
from aiohttp import web

from bot.app.roles import ProcessRole
from bot.app.run import RunOptions, run_bot
from bot.channels.telegram.parsing.parse import parse
from bot.dispatch.batch import BatchProcessor
from bot.mailbox.rate_limit import UNLIMITED
from bot.store.disk_space import DiskSpace
from tests.support.content.offered_languages import offered_languages
from tests.support.database_fixtures import database_settings
from tests.support.free_ports import free_port
from tests.support.harnesses.live_deployment import evening

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from bot.settings import Settings
    from tests.support.harnesses.live_deployment import LiveDeployment

LINES = 6
PATIENCE = 60.0
SKEW = 0.1
"""Seconds by which every second post is late: less than a chat is left alone."""


class Balancer:
    """Passes each post on to the next front; to another one if that does not answer."""

    def __init__(self, fronts: list[int]) -> None:
        self.port = free_port()
        self._fronts = fronts
        self._count = self._posts = 0
        self.passed: dict[int, int] = defaultdict(int)

    async def pass_on(self, request: web.Request) -> web.Response:
        body, headers = await request.read(), dict(request.headers)
        headers.pop("Host")
        self._posts += 1
        await asyncio.sleep(SKEW * (self._posts % 2))
        for _ in self._fronts:
            self._count += 1
            port = self._fronts[self._count % len(self._fronts)]
            url = f"http://127.0.0.1:{port}{request.path}"
            with contextlib.suppress(aiohttp.ClientError):
                async with self._client.post(url, data=body, headers=headers) as answer:
                    self.passed[port] += answer.status == 200
                    return web.Response(status=answer.status)
        return web.Response(status=502)

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        app = web.Application()
        app.router.add_post("/{path:.*}", self.pass_on)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        async with aiohttp.ClientSession() as self._client:
            await runner.setup()
            await web.TCPSite(runner, "127.0.0.1", self.port).start()
            try:
                yield
            finally:
                await runner.cleanup()


@contextlib.contextmanager
def handled_in_order() -> Iterator[dict[int, list[int]]]:
    """Note the numbers of the updates that are handled, by chat."""
    noted: dict[int, list[int]] = defaultdict(list)
    sound = BatchProcessor.process

    def process(self: Any, work: Any, arrivals: Any, *given: Any) -> Any:
        for arrival in arrivals:
            noted[parse(arrival.raw).chat].append(arrival.update_id)
        return sound(self, work, arrivals, *given)

    with patch.object(BatchProcessor, "process", process):
        yield noted


def begin(settings: Settings, options: RunOptions, *roles: ProcessRole) -> asyncio.Task[None]:
    return asyncio.create_task(run_bot(settings, replace(options, roles=frozenset(roles))))


@dataclass
class TwoFronts:
    """A worker that leads and two fronts, each a bot of its own, behind a balancer."""

    night: LiveDeployment
    balancer: Balancer
    running: list[asyncio.Task[None]] = field(default_factory=list)

    async def begin(self, ports: list[int]) -> None:
        """Start all three; return once both fronts have told Telegram where to post."""
        night, settings = self.night, self.night.settings
        options = RunOptions(
            clock=night.clock, limits=UNLIMITED, disk=DiskSpace.unlimited(settings.data),
            offer=offered_languages(settings.languages), patience=night.store_patience,
        )  # fmt: skip
        self.running.append(begin(settings, options, ProcessRole.WORKER, ProcessRole.LEADER))
        await night.until(settings.data.exists, "data", PATIENCE)
        for port in ports:
            own = replace(settings, webhook_listen=f"127.0.0.1:{port}")
            self.running.append(begin(own, options, ProcessRole.FRONT))
        calls = night.sandbox.calls
        await night.until(lambda: len(calls.of("setWebhook")) == 2, "fronts", PATIENCE)

    async def end(self) -> None:
        for each in self.running:
            each.cancel()
        await asyncio.gather(*self.running, return_exceptions=True)


@contextlib.asynccontextmanager
async def two_fronts(folder: Path) -> AsyncIterator[TwoFronts]:
    ports = [free_port(), free_port()]
    balancer = Balancer(ports)
    posts = f"http://127.0.0.1:{balancer.port}/posts"
    given = {**database_settings("postgresql"), "webhook_url": posts}
    async with balancer.serving(), evening(folder, checks_calls=False, **given) as night:
        night.sandbox.webhook.seconds = 0.01
        fronts = TwoFronts(night, balancer)
        try:
            await fronts.begin(ports)
            night.sandbox.webhook.is_scrambled = True
            yield fronts
        finally:
            await fronts.end()


async def test_two_fronts_store_what_is_posted_and_one_that_dies_is_not_missed(
    tmp_path: Path,
) -> None:
    with handled_in_order() as handled:
        async with two_fronts(tmp_path) as fronts:
            night = fronts.night
            people = [night.add_person(f"P{number}", "en") for number in range(4)]
            chats = [person.phone.id for person in people]
            for wanted in (LINES, 2 * LINES):
                for line in range(LINES):
                    for person in people:
                        person.phone.say(f"line {line}, rice")
                if wanted > LINES:
                    fronts.running[-1].cancel()
                await night.until(
                    lambda wanted=wanted: all(len({*handled[it]}) == wanted for it in chats),
                    "all handled", PATIENCE,
                )  # fmt: skip
                await night.until(lambda: not len(night.sandbox.updates), "all taken", PATIENCE)
    for chat in chats:
        whole, before = handled[chat], handled[chat][:LINES]
        assert sorted(whole) == sorted(set(whole)), "once"
        # What the dying front had not answered is posted again, and may come after newer.
        assert before == sorted(before), "in order while both fronts answer"
    assert len(fronts.balancer.passed) == 2
    assert all(fronts.balancer.passed.values())
