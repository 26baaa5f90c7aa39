"""A web server that runs inside a process with other tasks."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import socket
from typing import TYPE_CHECKING

import uvicorn

from bot.errors import SettingError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator


_FIXES = {
    errno.EADDRINUSE: "stop the other program, or name another port",
    errno.EADDRNOTAVAIL: "name an address of this machine, e.g. 127.0.0.1",
    errno.EACCES: "ports below 1024 are for root: name a higher one, and a web server before it",
}


class EmbeddedServer(uvicorn.Server):
    """uvicorn without its signal handlers, which belong to the process."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handler."""
        yield


@contextlib.asynccontextmanager
async def serving(
    config: uvicorn.Config, listener: socket.socket
) -> AsyncIterator[asyncio.Task[None]]:
    """Serve on a listening socket while the context lasts, then close it; yield the task."""
    server = EmbeddedServer(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        yield running
    finally:
        server.should_exit = True
        await asyncio.wait({running})
        listener.close()


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """Return a listening TCP socket; port 0 takes any free one.

    The socket is created with IPPROTO_TCP, unlike that of `socket.create_server`: asyncio disables
    Nagle's algorithm only for such sockets, and with it every response takes 40 ms longer.

    Raises:
        OSError: the port is taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(backlog)
    except OSError:
        listener.close()
        raise
    return listener


def listen_for(setting: str, host: str, port: int, backlog: int) -> socket.socket:
    """Return a listening socket for the address in a setting.

    Raises:
        SettingError: the port is taken; it names the setting.
    """
    try:
        return listen(host, port, backlog)
    except OSError as error:
        fix = _FIXES.get(error.errno or 0, "name another address or port")
        raise SettingError(f"{setting}: {host}:{port}: {error.strerror}; {fix}") from None
