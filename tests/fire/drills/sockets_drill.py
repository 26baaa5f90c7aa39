"""Idle and slow sockets, and strangers who guess, at the desk's own web server.

Strangers open sockets from one address and send nothing, or a head a byte at a time, or a body that
never ends, or one whole request and then nothing. Meanwhile colleagues ask for a page on new
connections. Every one of them must be answered, and the strangers' sockets must be closed in time.

Then strangers open silent sockets from many addresses, fewer from each than the limit of an
address, while colleagues ask and after. The server waits long for a head then, so that only room
that is made for newcomers keeps it open.

`python -m tests.fire.drills.sockets_drill --sockets 1300` prints JSON and ends with 1 when someone
was kept out; `--flaw patient`, a server that waits for ever, and `--flaw full`, one that makes no
room for a newcomer, must be found.
"""

from __future__ import annotations

import asyncio
import contextlib
import resource
import sys
import time
from asyncio.subprocess import PIPE
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from bot.asgi_server.connection_limits import MAX_WAITING, ConnectionLimits
from bot.desks.web.app import MAX_CONNECTIONS, serve
from bot.desks.web.auth.throttle import Line, LoginThrottle
from tests.fire.drill_command import run_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from starlette.requests import Request

HOST = "127.0.0.1"
HEAD_SECONDS = 1.0
"""Shorter than at a real desk, so that the drill is short."""
ASKED = b"GET / HTTP/1.1\r\nhost: desk\r\n\r\n"
SLOW_BODY = b"POST / HTTP/1.1\r\nhost: desk\r\ncontent-length: 100000\r\n\r\nx"
OPENINGS = {"idle": b"", "head": b"GET / HT", "body": SLOW_BODY, "kept": ASKED}
"""What each kind of stranger sends before nothing more comes."""
GUESSERS, FILES_BESIDE = 16, 200
ANSWER_SECONDS = 10.0
FLAWS = ("patient", "full")
CROWDS = (20, 500)
"""From how many addresses silent sockets come."""
LONG_SECONDS = 60.0
"""So long may a head take while a crowd is there: no socket is closed for its age."""
Socket = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class SocketFindings:
    """What a number of sockets came to."""

    sockets: int = 0
    colleagues: int = 0
    answered: int = 0
    left_open: int = 0
    """Strangers' sockets that were not closed in time."""
    invitations: int = 0
    """Invitations whose password was checked while strangers guessed."""
    crowd: int = 0
    """Silent sockets that came from many addresses."""
    crowd_colleagues: int = 0
    crowd_answered: int = 0
    """Colleagues who were answered while silent sockets came from many addresses."""
    slowest_ms: int = 0
    """How long the slowest of these answers took."""
    faults: dict[str, Any] = field(default_factory=dict)


async def _page(request: Request) -> PlainTextResponse:
    with contextlib.suppress(ClientDisconnect):
        await request.body()
    return PlainTextResponse("here")


class FullLimits(ConnectionLimits):
    """Limits of a server that makes no room for a newcomer."""

    def one_to_end(self) -> None:
        """Spare everyone."""


def limits_of(flaw: str, head_seconds: float = HEAD_SECONDS) -> ConnectionLimits:
    """Return the limits of the server of a drill."""
    if flaw == "patient":
        return FullLimits(10**6, 10**6, 10**6, 10**6)
    return (FullLimits if flaw == "full" else ConnectionLimits)(head_seconds, head_seconds)


async def _opened(port: int, first: bytes) -> Socket | None:
    with contextlib.suppress(OSError):
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(first)
        return reader, writer
    return None


async def _is_answered(port: int) -> bool:
    """Ask for a page as a colleague does, on a connection of their own."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            writer.write(ASKED)
            status = await reader.readline()
            writer.close()
    except (OSError, TimeoutError):
        return False
    return b" 200 " in status


async def _ask(port: int, found: SocketFindings) -> None:
    began = time.monotonic()
    found.crowd_colleagues += 1
    found.crowd_answered += await _is_answered(port)
    found.slowest_ms = max(found.slowest_ms, round(1000 * (time.monotonic() - began)))


@contextlib.asynccontextmanager
async def crowd(port: int, sockets: int, addresses: int) -> AsyncIterator[asyncio.Task[int]]:
    """Let silent sockets come from a process of their own; yield the task of their coming."""
    command = (sys.executable, "-m", "tests.fire.silent_crowd")
    process = await asyncio.create_subprocess_exec(
        *command, *map(str, (port, sockets, addresses)), stdin=PIPE, stdout=PIPE
    )
    assert process.stdin is not None
    assert process.stdout is not None
    reading = process.stdout.readline()

    async def opened() -> int:
        return int(await reading)

    coming = asyncio.create_task(opened())
    try:
        yield coming
    finally:
        process.stdin.close()
        await process.wait()
        await coming


async def _attack_from(
    addresses: int, sockets: int, colleagues: int, flaw: str, found: SocketFindings
) -> None:
    """Let silent sockets come from many addresses, and colleagues ask meanwhile and after."""
    app = Starlette(routes=[Route("/", _page)])
    async with (
        serve(app, HOST, 0, limits_of(flaw, LONG_SECONDS)) as port,
        crowd(port, sockets, addresses) as coming,
    ):
        while not coming.done():
            await _ask(port, found)
            await asyncio.wait({coming}, timeout=0.05)
        for _colleague in range(colleagues):
            await _ask(port, found)
        found.crowd += await coming


async def _is_open(stranger: Socket) -> bool:
    """Tell whether the server still holds a socket open."""
    reader, writer = stranger
    try:
        async with asyncio.timeout(0.05):
            while await reader.read(4096):
                pass
    except TimeoutError:
        return not writer.is_closing()
    except OSError:
        return False
    return False


async def _attack(sockets: int, colleagues: int, flaw: str) -> SocketFindings:
    found = SocketFindings()
    app = Starlette(routes=[Route("/", _page, methods=["GET", "POST"])])
    async with serve(app, HOST, 0, limits_of(flaw)) as port:
        kinds = list(OPENINGS.values())
        strangers: list[Socket] = []
        for number in range(sockets):
            made = await _opened(port, kinds[number % len(kinds)])
            strangers += [made] if made is not None else []
        found.sockets, found.colleagues = len(strangers), colleagues
        for _colleague in range(colleagues):
            found.answered += await _is_answered(port)
        await asyncio.sleep(2 * HEAD_SECONDS)
        states = await asyncio.gather(*(_is_open(it) for it in strangers))
        found.left_open = sum(states)
        for _reader, writer in strangers:
            writer.close()
    for addresses in CROWDS:
        await _attack_from(addresses, sockets, colleagues, flaw, found)
    found.invitations = await _invited_while_strangers_guess(flaw)
    if found.answered < colleagues:
        found.faults["kept out"] = colleagues - found.answered
    if found.crowd_answered < found.crowd_colleagues:
        found.faults["kept out by a crowd"] = found.crowd_colleagues - found.crowd_answered
    if found.left_open > MAX_WAITING:  # those that sent one whole request may wait for another
        found.faults["left open"] = found.left_open
    if not found.invitations:
        found.faults["invitations"] = "none was checked"
    return found


async def _invited_while_strangers_guess(flaw: str) -> int:
    throttle, is_over = LoginThrottle(), asyncio.Event()
    line = Line.UNKNOWN if flaw == "patient" else Line.INVITED

    async def guesses() -> None:
        async with throttle.check_slot(Line.UNKNOWN) as has_turn:
            if has_turn:
                await is_over.wait()

    strangers = [asyncio.create_task(guesses()) for _stranger in range(GUESSERS)]
    await asyncio.sleep(0)
    async with throttle.check_slot(line) as has_turn:
        is_over.set()
    await asyncio.gather(*strangers)
    return int(has_turn)


def run(sockets: int, colleagues: int = 20, flaw: str = "") -> SocketFindings:
    """Let strangers open that many sockets, and colleagues ask."""
    wanted = 2 * sockets + FILES_BESIDE  # both ends are in this process
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted <= hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
    return asyncio.run(_attack(sockets, colleagues, flaw))


def drill(
    *, sockets: int = MAX_CONNECTIONS + 100, colleagues: int = 20, flaw: str = ""
) -> dict[str, Any]:
    """Look once; return one row of figures, with what is wrong under `faults`."""
    began, found = time.monotonic(), run(sockets, colleagues, flaw)
    return {
        "sockets": found.sockets, "colleagues": found.colleagues, "answered": found.answered,
        "left_open": found.left_open, "invitations": found.invitations,
        "crowd": found.crowd, "crowd_colleagues": found.crowd_colleagues,
        "crowd_answered": found.crowd_answered, "slowest_ms": found.slowest_ms,
        "seconds": round(time.monotonic() - began, 1), "faults": found.faults,
    }  # fmt: skip


if __name__ == "__main__":
    sys.exit(run_command(drill, flaw=("", *FLAWS)))
