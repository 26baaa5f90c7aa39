"""A machine in a network of its own, whose cable can be pulled: what is sent then arrives nowhere.

A process in the namespace reaches the database through a relay at the near end of the cable, which
is in a namespace too: a change of this machine's own network breaks what Chromium loads in other
tests (ERR_NETWORK_CHANGED). Needs the rights of an administrator and the command `ip`;
`can_be_made` tells whether both are there.
"""

from __future__ import annotations

import asyncio
import contextlib
import ctypes
import os
import socket
import subprocess
import threading
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NET = f"10.213.{os.getpid() % 256}"
"""Of our own: a drill that was killed may have left its cable."""
HERE, THERE, MASK = f"{NET}.1", f"{NET}.2", 30
PORT = 5432
CHUNK = 65536
CLONE_NEWNET = 0x40000000


def can_be_made() -> bool:
    """Tell whether this machine lets a namespace be made."""
    return not os.geteuid() and Path("/usr/sbin/ip").exists()


@dataclass(frozen=True)
class NetworkNamespace:
    """The far end of a cable."""

    name: str
    near: str
    """The namespace of the near end."""
    cable: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words in front of a command that is to run there."""
        return ("/usr/sbin/ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Pull the cable: nothing arrives at either end, and neither is told."""
        _ip("-n", self.near, "link", "set", self.cable, "down")

    def mend(self) -> None:
        """Put the cable back."""
        _ip("-n", self.near, "link", "set", self.cable, "up")


@asynccontextmanager
async def network_namespace(socket_of: Callable[[], str]) -> AsyncIterator[NetworkNamespace]:
    """Make a namespace from which the server with this socket is reached at `HERE`."""
    name = f"haven{os.getpid()}"
    made = NetworkNamespace(name, f"{name}near", f"hv{os.getpid() % 100_000}")
    near, cable, far = made.near, made.cable, f"{made.cable}b"
    try:
        _ip("netns", "add", name)
        _ip("netns", "add", near)
        _ip("-n", near, "link", "add", cable, "type", "veth", "peer", "name", far, "netns", name)
        for space, end, address in ((near, cable, HERE), (name, far, THERE)):
            _ip("-n", space, "addr", "add", f"{address}/{MASK}", "dev", end)
            _ip("-n", space, "link", "set", end, "up")
            _ip("-n", space, "link", "set", "lo", "up")
        async with await asyncio.start_server(
            lambda far_in, far_out: _relay(socket_of(), far_in, far_out), sock=_listener(near)
        ):
            yield made
    finally:
        for each in (near, name):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip("netns", "del", each)


def _listener(space: str) -> socket.socket:
    """Return a socket at the near end: it belongs to the namespace its thread was in."""
    made: list[socket.socket] = []

    def make() -> None:
        with Path(f"/run/netns/{space}").open("rb") as opened:
            if ctypes.CDLL(None, use_errno=True).setns(opened.fileno(), CLONE_NEWNET):
                return
        made.append(socket.create_server((HERE, PORT)))

    thread = threading.Thread(target=make)
    thread.start()
    thread.join()
    if not made:
        raise OSError(f"no socket could be opened in the namespace {space}")
    return made[0]


def address_from_afar(url: str) -> str:
    """Return the address of the same database as the far end knows it."""
    return f"{url.partition('?')[0]}?host={HERE}&port={PORT}"


def _ip(*words: str) -> None:
    subprocess.run(("/usr/sbin/ip", *words), check=True, capture_output=True)  # noqa: S603 - ours


async def _relay(path: str, far_in: asyncio.StreamReader, far_out: asyncio.StreamWriter) -> None:
    """Pass on what each end says, until one of them ends."""
    try:
        near_in, near_out = await asyncio.open_unix_connection(path)
    except OSError:
        far_out.close()
        return
    ways = [asyncio.create_task(_pass_on(*it)) for it in ((far_in, near_out), (near_in, far_out))]
    await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    for each in (*ways, near_out, far_out):
        each.cancel() if isinstance(each, asyncio.Task) else each.close()


async def _pass_on(source: asyncio.StreamReader, target: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while said := await source.read(CHUNK):
            target.write(said)
            await target.drain()
