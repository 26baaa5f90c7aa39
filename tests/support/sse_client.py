"""A page that listens: one open stream, as the application fills it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

from bot.desks.web.request import SESSION_COOKIE

if TYPE_CHECKING:
    from tests.support.harnesses.web_desk_harness import HttpBrowser


class SseClient:
    """One stream; `status` is there once it is answered, and it ends when it is left."""

    def __init__(
        self, browser: HttpBrowser, path: str = "/stream", secret: str = "", last: str = ""
    ) -> None:
        self.status = 0
        self.heard: list[str] = []
        self._office = browser.office
        request = browser.client.build_request("GET", path)
        if secret:
            request.headers["cookie"] = f"{SESSION_COOKIE}={secret}"
        if last:
            request.headers["last-event-id"] = last
        self._scope: dict[str, Any] = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET",
            "headers": [(name.lower(), value) for name, value in request.headers.raw],
            "scheme": "https", "path": request.url.path, "raw_path": request.url.raw_path,
            "query_string": request.url.query, "root_path": "", "server": ("desk.test", 443),
            "client": ("127.0.0.1", 1),
        }  # fmt: skip
        self.answered, self._more, self._left = asyncio.Event(), asyncio.Event(), asyncio.Event()
        self._asked = False

    async def listen(self) -> None:
        """Listen until it is left, or ends."""
        await self._office.app(self._scope, self._receive, self._send)

    async def _receive(self) -> dict[str, Any]:
        if not self._asked:
            self._asked = True
            return {"type": "http.request", "body": b"", "more_body": False}
        await self._left.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.answered.set()
        else:
            piece = message.get("body", b"").decode()
            self.heard += [line[7:] for line in piece.splitlines() if line.startswith("event: ")]
            self._more.set()

    async def next_event(self, event: str) -> None:
        """Wait until an event was heard."""
        while event not in self.heard:
            self._more.clear()
            await self._more.wait()

    def close(self) -> None:
        self._left.set()


async def open_all(hearings: list[SseClient]) -> list[asyncio.Task[None]]:
    """Open streams in one moment; return once each is answered."""
    tasks = [asyncio.create_task(each.listen()) for each in hearings]
    await asyncio.gather(*(each.answered.wait() for each in hearings))
    return tasks


async def close_all(hearings: list[SseClient], tasks: list[asyncio.Task[None]]) -> None:
    """Leave every stream and see each of them end."""
    for each in hearings:
        each.close()
    await asyncio.gather(*tasks)
