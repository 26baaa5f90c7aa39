"""What stands on the wire is read in one way: bytes of a stranger, at the desk's own server."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING

import pytest
from starlette.responses import PlainTextResponse

from bot.desks.web.app import serve

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp

    from tests.support.harnesses.web_desk_harness import WebDeskHarness

HOST = "Host: desk.test"
FORM = "Content-Type: application/x-www-form-urlencoded"
NEXT = f"GET /static/icon.svg HTTP/1.1\r\n{HOST}\r\nConnection: close\r\n\r\n"
"""What a stranger would have the desk take for somebody else's request."""
BEGINS = b"HTTP/1.1 "


def written(*lines: str, body: str = "", ends: str = "") -> bytes:
    return ("\r\n".join(lines) + "\r\n\r\n" + body + ends).encode("latin-1")


def answers(app: ASGIApp, requests: Mapping[str, bytes]) -> dict[str, list[int]]:
    """Return the numbers of all answers to some bytes, until the desk hangs up, by name."""

    async def asked(port: int, sent: bytes) -> list[int]:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(sent)
        said = b""
        with contextlib.suppress(ConnectionResetError):  # hung up on with more to say
            while more := await reader.read(4096):
                said += more
        writer.close()
        return [int(part[:3]) for part in said.split(BEGINS)[1:]]

    async def all_of_them() -> list[list[int]]:
        async with serve(app, "127.0.0.1", 0) as port:
            return [await asked(port, sent) for sent in requests.values()]

    return dict(zip(requests, asyncio.run(all_of_them()), strict=True))


def test_two_requests_one_after_the_other_are_two(web_desk: WebDeskHarness) -> None:
    """The control: what follows an honest request is answered, and counted here."""
    two = written("GET /static/icon.svg HTTP/1.1", HOST, ends=NEXT)
    assert answers(web_desk.app, {"two": two}) == {"two": [200, 200]}


FRAMED_TWICE = {
    "chunks and a length": ("Content-Length: 6", "Transfer-Encoding: chunked"),
    "a length and chunks": ("Transfer-Encoding: chunked", "Content-Length: 6"),
    "chunks": ("Transfer-Encoding: chunked",),
    "chunks, otherwise written": ("Content-Length: 6", "transfer-encoding: Chunked"),
    "chunks of chunks": ("Transfer-Encoding: chunked, chunked",),
    "another coding": ("Content-Length: 6", "Transfer-Encoding: xchunked"),
    "two codings": ("Transfer-Encoding: chunked", "Transfer-Encoding: identity"),
    "two lengths": ("Content-Length: 6", "Content-Length: 5"),
    "two lengths in one": ("Content-Length: 6, 5",),
    "a length with a sign": ("Content-Length: +5",),
    "a length and a space": ("Content-Length : 5",),
    "chunks on the next line": (
        "X: y",
        " Transfer-Encoding: chunked",
        "Transfer-Encoding : chunked",
    ),
}


@pytest.mark.parametrize("method", ["POST /signin", "GET /static/icon.svg"])
def test_nothing_can_be_smuggled_behind_a_request(web_desk: WebDeskHarness, method: str) -> None:
    head = (f"{method} HTTP/1.1", HOST, "Origin: https://desk.test", FORM)
    requests = {
        name: written(*head, *lines, body="0\r\n\r\n", ends=NEXT)
        for name, lines in FRAMED_TWICE.items()
    }
    found = answers(web_desk.app, requests)
    assert {name: said for name, said in found.items() if said not in ([400], [501])} == {}


def test_a_server_that_accepts_chunks_would_allow_smuggling() -> None:
    """The control: the same server takes what follows for a request, where nobody refuses it."""
    head = ("POST / HTTP/1.1", HOST, *FRAMED_TWICE["chunks and a length"])
    sent = written(*head, body="0\r\n\r\n", ends=NEXT)
    assert answers(PlainTextResponse("taken"), {"smuggled": sent}) == {"smuggled": [200, 200]}


STRANGE = {
    "no host": ("GET /signin HTTP/1.1",),
    "two hosts": ("GET /signin HTTP/1.1", HOST, "Host: evil.example"),
    "an old protocol": ("GET /signin",),
    "no protocol": ("nothing at all",),
    "a nought": ("GET /signin HTTP/1.1", HOST, "X-A: \x00"),
    "an end of line in a name": ("GET /signin HTTP/1.1", HOST, "X\rA: b"),
    "a space in an address": ("GET /sign in HTTP/1.1", HOST),
}


def test_what_is_no_request_is_hung_up_on(web_desk: WebDeskHarness) -> None:
    found = answers(web_desk.app, {name: written(*lines) for name, lines in STRANGE.items()})
    assert {name: said for name, said in found.items() if said != [400]} == {}


def test_headers_have_an_end(web_desk: WebDeskHarness) -> None:
    head = ("GET /signin HTTP/1.1", HOST, "Connection: close")
    sizes = {str(size): written(*head, f"X-A: {'a' * size}") for size in (8_000, 20_000, 2_000_000)}
    assert answers(web_desk.app, sizes) == {"8000": [200], "20000": [431], "2000000": [400]}


OUTSIDE = (
    "/static/%2e%2e/app.py", "/static/..%2fapp.py", "/static/%252e%252e%252fapp.py",
    "/static/desk.css%00.js", "/static/%00", "/..%2f..%2fetc%2fpasswd", "/%2e%2e/%2e%2e/signin",
    "/signin%00", "/signin%2f", "/%73ignin%20", "/static/desk%2ecss/", "//signin", "/./signin",
    "/static/%c0%ae%c0%ae/app.py", "/signin;x=1", "/static/desk.css%3fx",
)  # fmt: skip


def test_no_spelling_of_an_address_leads_elsewhere(web_desk: WebDeskHarness) -> None:
    ours = ("/%73ignin", "/signin?x=/../", "/static/desk%2ecss")  # the control: these are ours
    requests = {
        path: written(f"GET {path} HTTP/1.1", HOST, "Connection: close") for path in OUTSIDE + ours
    }
    found = answers(web_desk.app, requests)
    assert {path: said for path, said in found.items() if path in OUTSIDE and said != [404]} == {}
    assert [found[path] for path in ours] == [[200]] * len(ours)
