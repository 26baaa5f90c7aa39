"""The desk's own server: on this machine alone unless the settings say otherwise."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn

from bot.errors import WrongSetting

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from starlette.types import ASGIApp

KEEP_ALIVE = 75
BACKLOG = 512
MOST_AT_ONCE = 1200
"""Connections; the next hears that it should come later."""


class QuietServer(uvicorn.Server):
    """uvicorn without its signal handlers: the process belongs to somebody else."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave every signal to the process."""
        yield


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the context lasts; give the port.

    Headers of proxies are believed nowhere: who somebody is never depends on them.

    Raises:
        WrongSetting: the port is taken.
    """
    try:
        listener = _listen(host, port)
    except OSError as error:
        raise WrongSetting(
            f"HAVEN_DESK_LISTEN: {host}:{port}: {error.strerror}; name another port"
        ) from None
    config = uvicorn.Config(
        app, ws="none", lifespan="off", log_config=None, access_log=False, date_header=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1, limit_concurrency=MOST_AT_ONCE,
        h11_max_incomplete_event_size=16384,
    )  # fmt: skip
    server = QuietServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait({running})
        listener.close()


def _listen(host: str, port: int) -> socket.socket:
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
