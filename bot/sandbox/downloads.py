"""Fetching a file by the path `getFile` named: `/file/bot<token>/<path>`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.api import error_body, respond
from bot.sandbox.api_errors import BotApiError

if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

    from bot.sandbox.files import SandboxFile
    from bot.sandbox.sandbox import Sandbox

STALL_DIVISOR = 100
"""A stalling file is a hundredth short when it stops."""
OCTET_STREAM = (b"content-type", b"application/octet-stream")


class FileDownloads:
    """Hands out files."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one fetch."""
        parts = scope["path_params"]
        stored = self._sandbox.world.files.fetch(parts["path"])
        if parts["token"] != self._sandbox.token or stored is None:
            await respond(send, 404, error_body(BotApiError(404, "Not Found")))
        elif stored.stalls:
            await _stall(stored, receive, send)
        else:
            await respond(send, 200, file_bytes(stored), OCTET_STREAM)


def file_bytes(stored: SandboxFile) -> bytes:
    """Return a file's bytes; one that was only claimed is zeros."""
    return stored.data or bytes(stored.size)


async def _stall(stored: SandboxFile, receive: Receive, send: Send) -> None:
    data = file_bytes(stored)
    head = data[: len(data) - max(1, len(data) // STALL_DIVISOR)]
    length = (b"content-length", b"%d" % len(data))
    await send({"type": "http.response.start", "status": 200, "headers": [OCTET_STREAM, length]})
    await send({"type": "http.response.body", "body": head, "more_body": True})
    while (await receive())["type"] != "http.disconnect":
        pass
