"""Runs `haven` commands in processes of their own, forked from one that has imported everything.

Starting Python and importing Haven takes longer than what most commands do. One server is shared by
all workers of a run. A client connects to its socket and sends one command as JSON, its three
standard files along with it; it hears the number of its process. Then it sends the numbers of
signals, a byte each, for the command; it hears the exit code, and what the command cost. A client
that ends earlier takes its command along. An empty command asks the server to stay: it ends when
the last client that asked for this has ended.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import struct
import sys
import tempfile
from typing import Any

import bot
from bot.app import sign_in
from bot.cli.main import main
from tests.support.content.offered_languages import offered_languages
from tests.support.database.key_store_fixtures import CHEAP
from tests.support.forked_haven import BEGUN, ENDED

LATE = (
    "alembic.command", "sqlalchemy.dialects.sqlite", "rich.console", "rich.table", "uvicorn",
    "uvicorn.loops.auto", "uvicorn.protocols.http.auto", "uvicorn.lifespan.on",
)  # fmt: skip
"""Modules of others that a command imports only when it needs them."""
NOT_IMPORTED = ("bot.store.migrations", "bot.store.key_migrations", "bot.cli.__main__")
STANDARD_FILES = 3
LENGTH = struct.Struct("!I")
"""Before a command: its length in bytes."""
PATIENCE = 60
"""Seconds without a client that wants the server to stay."""


def import_everything() -> None:
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.startswith(NOT_IMPORTED):
            importlib.import_module(found.name)
    for name in LATE:
        importlib.import_module(name)
    sign_in.DEFAULT_COST = CHEAP  # as the context's object says it to commands in a test's process
    offered_languages("")  # remembered for the commands, which begin with it


def run_command(words: list[str], env: dict[str, str], cwd: str, files: list[int]) -> None:
    """Run one command and end this process with its exit code."""
    code: Any = 1
    try:
        _become_a_new_process(env, cwd, files)
        if words[:1] == ["-c"]:
            sys.argv = ["-c", *words[2:]]
            exec(words[1], {"__name__": "__main__"})  # noqa: S102 - the tests' own words
        else:
            sys.argv = ["haven", *words]
            main()
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:  # noqa: BLE001 - written as Python writes it, and the process ends
        sys.excepthook(*sys.exc_info())
    finally:
        with contextlib.suppress(OSError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)


def _become_a_new_process(env: dict[str, str], cwd: str, files: list[int]) -> None:
    """Take what a started process would have: settings, folders, signals and standard files."""
    os.environ.clear()
    os.environ.update(env)
    os.chdir(cwd)
    tempfile.tempdir = None
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGTERM, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    sys.stdin, sys.stdout, sys.stderr = (
        os.fdopen(number, mode, buffering, encoding="utf-8")
        for number, (mode, buffering) in enumerate((("r", -1), ("w", -1), ("w", 1)))
    )
    sys.__stdin__, sys.__stdout__, sys.__stderr__ = sys.stdin, sys.stdout, sys.stderr


def attend(client: socket.socket, request: bytes, files: list[int]) -> None:
    """Run the command of a client, hand signals on to it, and tell its process and its end."""
    child = os.fork()
    if not child:
        client.close()
        run_command(**json.loads(request), files=files)
    for file in files:
        os.close(file)
    ended = os.pidfd_open(child)
    with contextlib.suppress(BrokenPipeError):
        client.send(BEGUN.pack(child))
    while ended not in select.select([client, ended], [], [])[0]:
        for number in _signals(client):
            os.kill(child, number)
    _child, status, used = os.wait4(child, 0)
    with contextlib.suppress(BrokenPipeError):
        client.send(ENDED.pack(os.waitstatus_to_exitcode(status), used.ru_utime + used.ru_stime))


def _signals(client: socket.socket) -> bytes:
    """Return the signals a client sent; the one that kills if the client has ended."""
    with contextlib.suppress(ConnectionResetError):
        if numbers := client.recv(64):
            return numbers
    return bytes([signal.SIGKILL])


def receive(client: socket.socket) -> tuple[bytes, list[int]]:
    """Return what a client sent: a command and its standard files."""
    header, files, _, _ = socket.recv_fds(client, LENGTH.size, STANDARD_FILES)
    (length,) = LENGTH.unpack(header)
    request = b""
    while len(request) < length:
        request += client.recv(length - len(request))
    return request, files


def serve(listener: socket.socket) -> None:
    """Run each command in a process of its own, as long as a client wants the server to stay."""
    import_everything()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    staying: list[socket.socket] = []
    while ready := select.select([listener, *staying], [], [], None if staying else PATIENCE)[0]:
        for ended in set(staying) & set(ready):
            staying.remove(ended)
            ended.close()
        if listener in ready:
            client, _ = listener.accept()
            request, files = receive(client)
            if not request:
                staying.append(client)
                continue
            if not os.fork():
                for each in (listener, *staying):
                    each.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                attend(client, request, files)
                os._exit(0)
            client.close()
            for file in files:
                os.close(file)
        if not staying:
            return


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))
