"""A real terminal of some columns, at which a command is typed."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from typing import TYPE_CHECKING

from tests.support.forked_commands import command_settings, haven_program

if TYPE_CHECKING:
    from pathlib import Path

CONTROL = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


def shown_at_a_terminal(columns: int, *typed: str, **settings: str | Path) -> list[str]:
    """Run a command at a terminal; return the lines it printed, without trailing spaces."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    env = command_settings(settings)
    del env["COLUMNS"]
    process = subprocess.Popen(  # noqa: S603 - our own program
        [*haven_program(), *typed],
        stdin=slave, stdout=slave, stderr=slave, env=env | {"TERM": "xterm"},
    )  # fmt: skip
    os.close(slave)
    printed = b"".join(iter(lambda: _read(master), b""))
    process.wait()
    os.close(master)
    assert process.returncode == 0, printed.decode()
    return [it.rstrip() for it in CONTROL.sub("", printed.decode()).splitlines()]


def _read(master: int) -> bytes:
    with contextlib.suppress(OSError):  # the command has ended
        return os.read(master, 65536)
    return b""
