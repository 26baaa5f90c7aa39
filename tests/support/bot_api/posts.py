"""Posts of an independent Bot API to a webhook, as far as the documentation promises anything.

It promises that an update is posted until it was answered 2xx, over at most `max_connections`
connections, with the secret in a header. It promises no order, so there is none here.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import aiohttp

if TYPE_CHECKING:
    from collections.abc import Mapping

PAUSE = 0.05
"""Seconds until a post that failed is made again, and between two looks for new updates."""
DEFAULT_CONNECTIONS = 40


@dataclass(eq=False)
class WebhookPosts:
    """Posts what waits in a list until it was taken; what was taken leaves the list."""

    pending: list[tuple[int, bytes]]
    taken: list[int] = field(default_factory=list)
    """Numbers of updates that were answered 2xx."""
    url: str = ""
    last_error: dict[str, Any] = field(default_factory=dict)
    _running: asyncio.Task[None] | None = None

    def begin(self, given: Mapping[str, Any], now: int) -> None:
        """Post to an address from now on, in place of another."""
        self.end()
        self.url = given["url"]
        self._running = asyncio.ensure_future(self._run(dict(given), now))

    def end(self) -> None:
        """Post nothing more."""
        self.url = ""
        if self._running is not None:
            self._running.cancel()
            self._running = None

    async def _run(self, given: dict[str, Any], now: int) -> None:
        headers = {"X-Telegram-Bot-Api-Secret-Token": given.get("secret_token", "")}
        most = given.get("max_connections", DEFAULT_CONNECTIONS)
        posting: dict[int, asyncio.Task[None]] = {}
        async with aiohttp.ClientSession(headers=headers) as client, asyncio.TaskGroup() as group:
            while True:
                for number, raw in list(self.pending):
                    if number not in posting and len(posting) < most:
                        post = group.create_task(self._post(client, given["url"], raw, now))
                        posting[number] = post
                await asyncio.sleep(PAUSE)
                posting = {number: it for number, it in posting.items() if not it.done()}

    async def _post(self, client: aiohttp.ClientSession, url: str, raw: bytes, now: int) -> None:
        try:
            async with client.post(url, data=raw, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, OSError):
            status = 0
        if 200 <= status < 300:
            self.taken += [number for number, each in self.pending if each == raw]
            self.pending[:] = [it for it in self.pending if it[1] != raw]
        else:
            said = f"Wrong response from the webhook: {status}"
            self.last_error = {"last_error_date": now, "last_error_message": said}
