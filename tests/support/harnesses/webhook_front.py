"""The front of a webhook with its real server, before a sandbox that posts."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

from bot.channels.telegram.client import build_bot
from bot.channels.telegram.webhook.server import WebhookServer
from bot.channels.telegram.webhook.source import WebhookAddress, WebhookSource
from bot.errors import CommitFailedError
from bot.sandbox import TOKEN, Sandbox, serve
from bot.vault.keys.webhook_secret import derive_webhook_secret, is_same_secret
from tests.support.free_ports import free_port

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from bot.channels.telegram.client import SilentBot
    from bot.channels.telegram.parsing.split_batch import RawUpdate

SECRET = derive_webhook_secret(TOKEN)
LOOK = 0.002


class SlowInbox:
    """Keeps what it is given; can be told to wait or to fail."""

    def __init__(self) -> None:
        self.kept: list[RawUpdate] = []
        self.came, self.may_commit = asyncio.Event(), asyncio.Event()
        self.may_commit.set()
        self.fails = False

    async def receive(self, batch: Sequence[RawUpdate]) -> None:
        self.came.set()
        await self.may_commit.wait()
        if self.fails:
            raise CommitFailedError("the disk is full")
        self.kept += batch

    @property
    def numbers(self) -> list[int]:
        return [update.update_id for update in self.kept]


class WebhookFront:
    """The server of one process, and a source that comes and goes."""

    source_class = WebhookSource

    def __init__(self, bot: SilentBot, port: int, hold: float) -> None:
        self.address = WebhookAddress(f"http://127.0.0.1:{port}/telegram", SECRET)
        self.server = WebhookServer(self.address.url, lambda it: is_same_secret(it, SECRET))
        self.bot, self.hold = bot, hold
        self.inbox = SlowInbox()
        self.running: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self.source = self.source_class(
            self.bot, self.inbox.receive, self.server, self.address, hold=self.hold
        )
        self.running = asyncio.create_task(self.source.run())

    async def end(self) -> None:
        assert self.running is not None
        self.source.stop()
        self.running.cancel()
        with contextlib.suppress(asyncio.CancelledError, CommitFailedError):
            await self.running

    async def until_open(self) -> None:
        await until(lambda: self.server.is_open)


def webhook_here() -> dict[str, str]:
    """Return the settings of a webhook on a free port."""
    port = free_port()
    return {
        "webhook_url": f"http://127.0.0.1:{port}/posts-of-telegram",
        "webhook_listen": f"127.0.0.1:{port}",
    }


@contextlib.asynccontextmanager
async def front_of(sandbox: Sandbox, hold: float = 0.2) -> AsyncIterator[WebhookFront]:
    port = free_port()
    sandbox.webhook.seconds = 0.01
    async with asyncio.timeout(30), serve(sandbox) as address:
        bot = build_bot(TOKEN, address)
        front = WebhookFront(bot, port, hold)
        await bot.open()
        serving = asyncio.create_task(front.server.serve("127.0.0.1", port))
        front.begin()
        try:
            await front.until_open()
            yield front
        finally:
            await front.end()
            serving.cancel()
            await asyncio.gather(serving, bot.shutdown(), return_exceptions=True)


async def until(true: Callable[[], object]) -> None:
    """Wait until something is so."""
    async with asyncio.timeout(10):
        while not true():  # noqa: ASYNC110 - a condition of many objects
            await asyncio.sleep(LOOK)
