"""A full server: silent connections make room for new ones, and requests in service stay."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import TYPE_CHECKING

import pytest
import uvicorn

from bot.asgi_server import listen, serving
from bot.asgi_server.connection_limits import ConnectionLimits
from tests.fire.drills.sockets_drill import FullLimits

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.types import Receive, Scope, Send

    Connection = tuple[asyncio.StreamReader, asyncio.StreamWriter]

MOST = 20
"""Connections of the server of these tests: uvicorn refuses a request at this number."""
ASKED = b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n"
BODY = b"POST /upload HTTP/1.1\r\nhost: desk\r\ncontent-length: 100000\r\n\r\nx"
STREAM = b"GET /stream HTTP/1.1\r\nhost: desk\r\n\r\n"
START = {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"4")]}
HERE = "127.0.0.2"


class Application:
    """Answers at once, under /stream half when it is told to, under /upload after the body."""

    def __init__(self) -> None:
        self.goes_on = asyncio.Event()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        while scope["path"] == "/upload":
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            if not message["more_body"]:
                break
        await send(START)
        await send({"type": "http.response.body", "body": b"he", "more_body": True})
        if scope["path"] == "/stream":
            await self.goes_on.wait()
        await send({"type": "http.response.body", "body": b"re"})


@contextlib.asynccontextmanager
async def served(app: Application, limits: ConnectionLimits) -> AsyncIterator[int]:
    """Serve while the context lasts; yield the port."""
    listener = listen("127.0.0.1", 0, 512)
    config = uvicorn.Config(
        app, http=limits.protocol,  # type: ignore[arg-type]
        ws="none", lifespan="off", log_config=None, limit_concurrency=MOST,
        timeout_graceful_shutdown=0,
    )  # fmt: skip
    async with serving(config, listener):
        yield listener.getsockname()[1]


async def opened(port: int, address: str, first: bytes = b"") -> Connection:
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(address, 0))
    writer.write(first)
    return reader, writer


async def crowd(port: int, addresses: int, sockets: int, first: bytes = b"") -> list[Connection]:
    """Open connections one after the other, as many from each address."""
    found = []
    for number in range(sockets):
        found.append(await opened(port, f"127.0.1.{1 + number % addresses}", first))
        if first == ASKED:
            await found[-1][0].readuntil(b"here")
    return found


async def status(port: int, address: str = HERE) -> bytes:
    """Ask for a page on a new connection; return the status."""
    reader, writer = await opened(port, address, ASKED)
    line = await reader.readline()
    writer.close()
    return line.split()[1] if line else b""


async def is_closed(connection: Connection) -> bool:
    """Tell whether the server has closed a connection on which it had nothing to send."""
    try:
        async with asyncio.timeout(0.2):
            return not await connection[0].read(1)
    except TimeoutError:
        return False
    except OSError:
        return True


async def close_all(connections: list[Connection]) -> None:
    for _reader, writer in connections:
        writer.close()


def patient(kind: type[ConnectionLimits] = ConnectionLimits) -> ConnectionLimits:
    """Return limits that close nothing for its age while a test runs."""
    return kind(head_seconds=600, body_seconds=600)


@pytest.mark.parametrize(
    "first", [b"", b"GET / HT", ASKED, BODY], ids=["silent", "head", "asked", "body"]
)
@pytest.mark.parametrize("addresses", [2, 50])
async def test_a_full_server_answers_a_new_connection(addresses: int, first: bytes) -> None:
    """From few addresses and from many, also after a whole request of each."""
    async with served(Application(), patient()) as port:
        strangers = await crowd(port, addresses, 100, first)
        assert [await status(port) for _colleague in range(5)] == [b"200"] * 5
        await close_all(strangers)


async def test_a_server_that_makes_no_room_refuses_a_new_connection() -> None:
    """The negative control."""
    async with served(Application(), patient(FullLimits)) as port:
        strangers = await crowd(port, 50, 100)
        assert await status(port) == b"503"
        await close_all(strangers)


async def test_streams_and_requests_in_service_are_never_closed_for_room() -> None:
    app = Application()
    async with served(app, patient()) as port:
        streams = [await opened(port, HERE, STREAM) for _page in range(5)]
        # The second request of this connection is there before the first is answered.
        streams.append(await opened(port, HERE, ASKED + STREAM))
        for reader, _writer in streams:
            await reader.readuntil(b"he")
        strangers = await crowd(port, 50, 100, ASKED)
        assert await status(port) == b"200"
        app.goes_on.set()
        for reader, _writer in streams[:-1]:
            assert await reader.readexactly(2) == b"re"
        assert (await streams[-1][0].readuntil(b"\r\n\r\n")).endswith(b"\r\n\r\n")
        assert await streams[-1][0].readuntil(b"here")
        await close_all([*streams, *strangers])


async def test_a_body_that_arrives_whole_is_taken_while_a_crowd_sends_theirs_for_ever() -> None:
    async with served(Application(), patient()) as port:
        sender, rest = await opened(port, HERE, BODY), b"x" * 99_999
        strangers = await crowd(port, 4, 100, BODY)
        assert await status(port) == b"200"
        sender[1].write(rest)
        assert await sender[0].readuntil(b"here")
        await close_all([sender, *strangers])


async def test_the_address_with_the_most_silent_connections_makes_room() -> None:
    async with served(Application(), patient()) as port:
        alone = await opened(port, HERE)
        strangers = await crowd(port, 3, MOST)
        more = await crowd(port, 3, MOST)
        assert not await is_closed(alone)
        assert await is_closed(strangers[0])
        assert not await is_closed(more[-1])
        await close_all([alone, *strangers, *more])


async def test_connections_that_asked_stay_while_silent_ones_are_more() -> None:
    async with served(Application(), patient()) as port:
        kept = await crowd(port, 1, 5, ASKED)
        strangers = await crowd(port, 50, 100)
        assert [await is_closed(it) for it in kept] == [False] * 5
        await close_all([*kept, *strangers])


async def test_an_answer_that_is_still_being_sent_is_not_cut_off_for_room() -> None:
    """A reader who is slow gets the whole of a file."""
    size = 32_000_000  # more than the system takes from the server

    async def big(scope: Scope, _receive: Receive, send: Send) -> None:
        body = b"here" * (size // 4 if scope["path"] == "/stream" else 1)
        length = [(b"content-length", b"%d" % len(body))]
        await send({**START, "headers": length})
        await send({"type": "http.response.body", "body": body})

    async with served(big, patient()) as port:  # type: ignore[arg-type]
        slow = socket.create_connection(("127.0.0.1", port), source_address=(HERE, 0))
        slow.sendall(STREAM)
        assert await status(port) == b"200"
        strangers = await crowd(port, 50, 100, ASKED)
        reader, writer = await asyncio.open_connection(sock=slow)
        await reader.readuntil(b"\r\n\r\n")
        assert len(await reader.readexactly(size)) == size
        writer.close()
        await close_all(strangers)
