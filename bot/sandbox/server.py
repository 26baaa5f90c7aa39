"""Serving a sandbox over HTTP, inside the event loop that asks for it."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.asgi_server import EmbeddedServer, listen

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from bot.sandbox.sandbox import Sandbox

KEEP_ALIVE = 75
"""Seconds a client may hold an idle connection: longer than any client here pauses."""

BACKLOG = 2048


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP, with a way to cut the line in the middle of a call."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection's own scissors to every request on it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class SandboxServer(EmbeddedServer):
    """One that says when it is ready, and waits to be told that it is over."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()
        self.stop_requested = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.is_ready.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, without looking at the clock ten times a second."""
        await self.stop_requested.wait()


@asynccontextmanager
async def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve while the context lasts; give the base address, without a slash at its end.

    Raises `OSError` when the port is taken; port 0 takes any free one.
    """
    listener = listen(host, port, BACKLOG)
    config = uvicorn.Config(
        sandbox.app(),
        http=AbortableProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    server = SandboxServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.is_ready.wait()
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.stop_requested.set()
        sandbox.close()
        await running
        listener.close()
