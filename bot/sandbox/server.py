"""HTTP server of a sandbox, in the caller's event loop."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from bot.asgi_server import EmbeddedServer, listen
from bot.sandbox.app import build_app

if TYPE_CHECKING:
    import socket
    from collections.abc import AsyncIterator

    from bot.sandbox.sandbox import Sandbox

KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than any client here pauses."""

BACKLOG = 2048


class AbortableProtocol(H11Protocol):
    """uvicorn's HTTP protocol, with a way to cut the connection during a call."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Put a function that cuts the connection into the state of its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class SandboxServer(EmbeddedServer):
    """A server that signals when it is ready and runs until it is told to stop."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()
        self.stop_requested = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and signal that the server is ready."""
        await super().startup(sockets)
        self.is_ready.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, without polling."""
        await self.stop_requested.wait()


@asynccontextmanager
async def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve while the context lasts; yield the base URL, without a slash at its end.

    Raises `OSError` when the port is taken; port 0 takes any free one.
    """
    listener = listen(host, port, BACKLOG)
    config = uvicorn.Config(
        build_app(sandbox),
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
