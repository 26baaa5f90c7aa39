"""Web server of the desk; it listens on this computer only, unless the settings say otherwise."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import uvicorn

from bot.asgi_server import EmbeddedServer, listen
from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import ASGIApp

KEEP_ALIVE = 75
BACKLOG = 512
MAX_CONNECTIONS = 1200


@contextlib.asynccontextmanager
async def serve(app: ASGIApp, host: str, port: int) -> AsyncIterator[int]:
    """Serve while the context lasts; yield the port.

    Headers of proxies are ignored: access never depends on them.

    Raises:
        SettingError: the port is taken.
    """
    try:
        listener = listen(host, port, BACKLOG)
    except OSError as error:
        raise SettingError(
            f"HAVEN_DESK_LISTEN: {host}:{port}: {error.strerror}; name another port"
        ) from None
    config = uvicorn.Config(
        app, ws="none", lifespan="off", log_config=None, access_log=False, date_header=False,
        server_header=False, proxy_headers=False, timeout_keep_alive=KEEP_ALIVE,
        timeout_graceful_shutdown=1, limit_concurrency=MAX_CONNECTIONS,
        h11_max_incomplete_event_size=16384,
    )  # fmt: skip
    server = EmbeddedServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait({running})
        listener.close()
