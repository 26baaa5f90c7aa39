"""A Bot API that says yes to everything, on a loopback port it prints; ends with its stdin."""

from __future__ import annotations

import asyncio
import sys

from tests.bench.peers import canned_answers

_HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
_LENGTH = b"content-length:"


class OkProtocol(asyncio.Protocol):
    """Reads requests off one kept-alive connection and answers each."""

    def __init__(self) -> None:
        self._read = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Remember where to answer."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer every request that is complete by now."""
        self._read += data
        while (end := self._read.find(b"\r\n\r\n")) >= 0:
            head = self._read[:end]
            size = end + 4 + _length(head)
            if len(self._read) < size:
                return
            self._read = self._read[size:]
            body = canned_answers.body(_method(head))
            self._transport.write(_HEAD % len(body) + body)


def _method(head: bytes) -> str:
    path = head.split(b" ", 2)[1]
    return path.rsplit(b"/", 1)[1].decode()


def _length(head: bytes) -> int:
    lower = head.lower()
    at = lower.find(_LENGTH)
    return int(lower[at + len(_LENGTH) :].split(b"\r\n", 1)[0]) if at >= 0 else 0


async def serve() -> None:
    """Answer until nobody holds our stdin any more."""
    server = await asyncio.get_running_loop().create_server(OkProtocol, "127.0.0.1", 0)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await asyncio.to_thread(sys.stdin.read)
    server.close()


if __name__ == "__main__":
    asyncio.run(serve())
