"""Secrets in files that only their owner can read, and whose files are."""

from __future__ import annotations

import os
import pwd
import stat
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import HavenError

if TYPE_CHECKING:
    from pathlib import Path


def read_private_line(path: Path) -> str:
    """Return the first line of a file; raise HavenError if it is empty, or others can read it."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise HavenError(f"others can read {path}; chmod 0400 {path}")
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        raise HavenError(f"{path} cannot be read; its first line must be the secret") from None
    if not lines or not lines[0]:
        raise HavenError(f"{path} is empty; its first line must be the secret")
    return lines[0]


def give_as_its_folder(path: Path) -> None:
    """Give a file that root made to the owner of its folder, where this user may do so."""
    if os.geteuid():
        return
    owner = path.parent.stat()
    with suppress(OSError):  # a stick that knows no owners
        os.chown(path, owner.st_uid, owner.st_gid)


def user_name(number: int | None = None) -> str:
    """Return the name of a user, by default of this process's; their number if they have none."""
    number = os.geteuid() if number is None else number
    try:
        return pwd.getpwuid(number).pw_name
    except KeyError:
        return str(number)
