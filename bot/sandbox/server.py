"""Serving a sandbox over HTTP, inside the event loop that asks for it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from bot.sandbox.sandbox import Sandbox

KEEP_ALIVE = 75
"""Seconds a client may hold an idle connection: longer than any client here pauses."""

BACKLOG = 2048


class CutProtocol(H11Protocol):
    """uvicorn's HTTP, with a way to cut the line in the middle of a call."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Hand the connection's own scissors to every request on it."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, "cut": transport.abort}


class QuietServer(uvicorn.Server):
    """uvicorn without its signal handlers: the process belongs to somebody else."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_ready = asyncio.Event()
        self.is_over = asyncio.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.is_ready.set()

    async def main_loop(self) -> None:
        """Serve until told to stop, without looking at the clock ten times a second."""
        await self.is_over.wait()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave every signal to the process."""
        yield


@asynccontextmanager
async def serve(sandbox: Sandbox, *, host: str = "127.0.0.1", port: int = 0) -> AsyncIterator[str]:
    """Serve while the context lasts; give the base address, without a slash at its end.

    Raises `OSError` when the port is taken; port 0 takes any free one.
    """
    listener = _listen(host, port)
    config = uvicorn.Config(
        sandbox.app(),
        http=CutProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        date_header=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1,
    )
    server = QuietServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.is_ready.wait()
        yield f"http://{host}:{listener.getsockname()[1]}"
    finally:
        server.is_over.set()
        sandbox.close()
        await running
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
    """Return a listening socket that says it speaks TCP.

    asyncio switches Nagle's delay off only for sockets that say so, and `create_server` makes
    one that does not: then every answer takes 40 ms.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError:
        listener.close()
        raise
    return listener
