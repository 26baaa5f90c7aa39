"""A process that opens silent sockets from many loopback addresses, and holds them.

`python -m tests.fire.silent_crowd PORT SOCKETS ADDRESSES` opens them as fast as it can, prints how
many it opened, and ends when its standard input does. It imports nothing of Haven: it is there at
once, and takes no time from the server's process.
"""

from __future__ import annotations

import contextlib
import resource
import socket
import sys

HOST, CONNECT_SECONDS = "127.0.0.1", 10.0


def silent_socket(port: int, at: int) -> socket.socket:
    """Return a connected socket, from the loopback address of that number; 127.0.0.1 is none.

    Raises:
        OSError: there is no connection.
    """
    opened = socket.socket()
    opened.settimeout(CONNECT_SECONDS)
    try:
        opened.bind((f"127.0.{1 + at // 250}.{1 + at % 250}", 0))
        opened.connect((HOST, port))
    except OSError:
        opened.close()
        raise
    return opened


def open_crowd(port: int, sockets: int, addresses: int) -> list[socket.socket]:
    """Open silent sockets, as many from each address; leave out those that do not connect."""
    opened = []
    for number in range(sockets):
        with contextlib.suppress(OSError):
            opened.append(silent_socket(port, number % addresses))
    return opened


def main() -> None:
    """Open the sockets, say so, and hold them."""
    port, sockets, addresses = map(int, sys.argv[1:])
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    held = open_crowd(port, sockets, addresses)
    print(len(held), flush=True)  # noqa: T201 - read by the drill
    sys.stdin.read()


if __name__ == "__main__":
    main()
