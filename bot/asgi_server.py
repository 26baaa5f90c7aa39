"""Serving inside a process that has other things to do: a socket of our own, no signals."""

from __future__ import annotations

import contextlib
import socket
from typing import TYPE_CHECKING

import uvicorn

if TYPE_CHECKING:
    from collections.abc import Iterator


class EmbeddedServer(uvicorn.Server):
    """uvicorn without its signal handlers: the process belongs to somebody else."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave every signal to the process."""
        yield


def listen(host: str, port: int, backlog: int) -> socket.socket:
    """Return a listening socket that says it speaks TCP; port 0 takes any free one.

    asyncio switches Nagle's delay off only for sockets that say so, and `create_server` makes
    one that does not: then every answer takes 40 ms.

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
