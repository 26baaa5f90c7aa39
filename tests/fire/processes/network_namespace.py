"""A machine in a network of its own, whose cable can be pulled: what is sent then arrives nowhere.

A process in the namespace reaches the database through a relay at this end of the cable. Needs the
rights of an administrator and the command `ip`; `can_be_made` tells whether both are there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
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


def can_be_made() -> bool:
    """Tell whether this machine lets a namespace be made."""
    return not os.geteuid() and Path("/usr/sbin/ip").exists()


@dataclass(frozen=True)
class NetworkNamespace:
    """The far end of a cable."""

    name: str
    cable: str

    @property
    def words(self) -> tuple[str, ...]:
        """The words in front of a command that is to run there."""
        return ("/usr/sbin/ip", "netns", "exec", self.name)

    def cut(self) -> None:
        """Pull the cable: nothing arrives at either end, and neither is told."""
        _ip("link", "set", self.cable, "down")

    def mend(self) -> None:
        """Put the cable back."""
        _ip("link", "set", self.cable, "up")


@asynccontextmanager
async def network_namespace(socket_of: Callable[[], str]) -> AsyncIterator[NetworkNamespace]:
    """Make a namespace from which the server with this socket is reached at `HERE`."""
    name = f"haven{os.getpid()}"
    made = NetworkNamespace(name, f"hv{os.getpid() % 100_000}")
    far = f"{made.cable}b"
    try:
        _ip("netns", "add", name)
        _ip("link", "add", made.cable, "type", "veth", "peer", "name", far)
        _ip("link", "set", far, "netns", name)
        _ip("addr", "add", f"{HERE}/{MASK}", "dev", made.cable)
        _ip("link", "set", made.cable, "up")
        for words in (("addr", "add", f"{THERE}/{MASK}", "dev", far), ("link", "set", far, "up"),
                      ("link", "set", "lo", "up")):  # fmt: skip
            _ip("-n", name, *words)
        async with await asyncio.start_server(
            lambda far_in, far_out: _relay(socket_of(), far_in, far_out), HERE, PORT
        ):
            yield made
    finally:
        for words in (("link", "del", made.cable), ("netns", "del", name)):
            with contextlib.suppress(subprocess.CalledProcessError):
                _ip(*words)


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
