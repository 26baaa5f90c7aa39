"""Fetching a file by the path `getFile` named: `/file/bot<token>/<path>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api import refused, respond
from bot.sandbox.api_errors import Refusal

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.sandbox.files import Stored
    from bot.sandbox.sandbox import Sandbox

HELD_BACK = 100
"""A stalling file is a hundredth short when it stops."""
KIND = (b"content-type", b"application/octet-stream")


class Downloads:
    """Hands out files."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one fetch."""
        parts = scope["path_params"]
        stored = self._sandbox.world.files.fetch(parts["path"])
        if parts["token"] != self._sandbox.token or stored is None:
            await respond(send, 404, refused(Refusal(404, "Not Found")))
        elif stored.stalls:
            await _stall(stored, receive, send)
        else:
            await respond(send, 200, content(stored), KIND)


def content(stored: Stored) -> bytes:
    """Return a file's bytes; one that was only claimed is zeros."""
    return stored.data or bytes(stored.size)


async def _stall(stored: Stored, receive: Receive, send: Send) -> None:
    data = content(stored)
    head = data[: len(data) - max(1, len(data) // HELD_BACK)]
    length = (b"content-length", b"%d" % len(data))
    await send({"type": "http.response.start", "status": 200, "headers": [KIND, length]})
    await send({"type": "http.response.body", "body": head, "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
