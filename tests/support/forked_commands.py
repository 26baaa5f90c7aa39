"""The server of commands as tests reach it: one for all workers of a run, started by the first."""

from __future__ import annotations

import os
import socket
import sys
import time
from functools import cache
from tempfile import TemporaryFile
from typing import TYPE_CHECKING

from tests.support import forked_haven
from tests.support.paths import ROOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

PATIENCE = 120
"""Real seconds after which a command has hung."""


def run_forked(words: Iterable[str | Path], said: str, env: dict[str, str]) -> tuple[int, str, str]:
    """Run a command in a forked process; return its exit code and what it printed."""
    address = server_address()
    with (
        TemporaryFile("w+") as given,
        TemporaryFile("w+") as printed,
        TemporaryFile("w+") as complained,
        connected(address) as server,
    ):
        given.write(said)
        given.seek(0)
        server.settimeout(PATIENCE)
        files = [each.fileno() for each in (given, printed, complained)]
        forked_haven.send_command(server, [*map(str, words)], env, str(ROOT), files)
        code, _seconds = forked_haven.end_of(server)
        printed.seek(0)
        complained.seek(0)
        return code, printed.read(), complained.read()


def haven_program() -> tuple[str, ...]:
    """Return the words that start `haven` as a process that a test signals, kills or talks to."""
    return (sys.executable, "-IS", forked_haven.__file__, server_address())


def python_code(code: str) -> tuple[str, ...]:
    """Return the words that start a process with some code, everything of Haven imported."""
    return (*haven_program(), "-c", code)


@cache
def server_address() -> str:
    """Return the address of the server of commands, which stays as long as this process."""
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    address = f"haven-commands-{run}"
    with socket.socket(socket.AF_UNIX) as listener:
        try:
            listener.bind(f"\0{address}")
        except OSError:  # another worker has started it
            pass
        else:
            listener.listen(64)
            _start(listener)
    stays = connected(address)
    stays.sendall(bytes(4))  # an empty command
    _STAYS.append(stays)
    return address


_STAYS: list[socket.socket] = []


def _start(listener: socket.socket) -> None:
    descriptor = listener.fileno()
    listener.set_inheritable(True)
    os.posix_spawn(
        sys.executable,
        [sys.executable, "-m", "tests.support.command_server", str(descriptor)],
        command_settings({}),
        file_actions=[
            (os.POSIX_SPAWN_OPEN, 0, os.devnull, os.O_RDONLY, 0),
            (os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0),
        ],
        setsid=True,  # Ctrl-C in a terminal is for us, not for it
    )


def command_settings(settings: dict[str, str | Path]) -> dict[str, str]:
    """Return an environment with these settings of Haven and no others."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HAVEN_")}
    clean |= {f"HAVEN_{name.upper()}": str(value) for name, value in settings.items()}
    usual = {"PYTHONPATH": str(ROOT), "COLUMNS": "200", "NO_COLOR": "1"}
    return {"HAVEN_ENV_FILE": "", **clean, **usual}


def connected(address: str) -> socket.socket:
    """Return a connection; between its name and its first client a server refuses for a moment."""
    end = time.monotonic() + PATIENCE
    while True:
        client = socket.socket(socket.AF_UNIX)
        try:
            client.connect(f"\0{address}")
        except ConnectionRefusedError:
            client.close()
            assert time.monotonic() < end, "no server of commands"
            time.sleep(0.01)
        else:
            return client
