"""Stands for the program `haven` where a test starts one: the server of commands forks it.

Its own files, settings and folder are the command's; signals are handed on, and it ends as the
command ends. It imports nothing of Haven, so that it starts at once.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import struct
import sys
from typing import Any

HANDED_ON = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)
BEGUN, ENDED = struct.Struct("!I"), struct.Struct("!hd")
"""What the server answers: the process of a command; its exit code and seconds of processor."""


def send_command(
    server: socket.socket, words: list[str], env: dict[str, str], cwd: str, files: list[int]
) -> int:
    """Have a command run; return the number of its process."""
    request = json.dumps({"words": words, "env": env, "cwd": cwd}).encode()
    socket.send_fds(server, [struct.pack("!I", len(request))], files)
    server.sendall(request)
    (number,) = BEGUN.unpack(server.recv(BEGUN.size, socket.MSG_WAITALL))
    return int(number)


def end_of(server: socket.socket) -> tuple[int, float]:
    """Wait for the end of a command; return its exit code, negative for a signal, and its cost.

    The cost is in seconds of processor time, what the server had imported not counted.
    """
    code, seconds = ENDED.unpack(server.recv(ENDED.size, socket.MSG_WAITALL))
    return int(code), float(seconds)


def main(address: str, *words: str) -> None:
    """Run a command by the server at an address."""
    server = socket.socket(socket.AF_UNIX)
    server.connect(f"\0{address}")

    def hand_on(number: int, _frame: Any) -> None:
        server.send(bytes([number]))

    for each in HANDED_ON:
        signal.signal(each, hand_on)
    send_command(server, list(words), dict(os.environ), os.curdir, [0, 1, 2])
    code, _seconds = end_of(server)
    if code < 0:
        if -code in HANDED_ON:
            signal.signal(-code, signal.SIG_DFL)
        os.kill(os.getpid(), -code)
    sys.exit(code)


if __name__ == "__main__":
    main(*sys.argv[1:])
