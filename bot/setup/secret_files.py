"""Files with secrets that root names in a command which then runs as the user of the service."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from bot.private_file import read_private_line

if TYPE_CHECKING:
    from collections.abc import Sequence

HANDED_OVER = Path("/proc/self/fd")
"""Where a process finds files in memory without a name."""
OPTIONS = frozenset(
    {
        "--password-file", "--old-password-file", "--recovery-file", "--passphrase-file",
        "--part-file",
    }
)  # fmt: skip


def put_in_memory(name: str, secret: str, owner: int | None) -> Path:
    """Return a file in memory that holds a secret; it ends with the process.

    `owner` is the user who may read it, by default this one.
    """
    handle = os.memfd_create(name)
    os.write(handle, f"{secret}\n".encode())
    if owner is not None:
        os.fchown(handle, owner, -1)
    os.fchmod(handle, 0o400)
    return HANDED_OVER / str(handle)


def hand_over_files(words: Sequence[str], owner: int) -> list[str]:
    """Return the words of a command with files that its user can read in place of root's.

    Root's file is for root alone, as it must be, so another user could not read it. What is missing
    stays as it is: the command says so.

    Raises:
        HavenError: others can read one of them, or it is empty.
    """
    found: list[str] = []
    for before, word in zip(["", *words], words, strict=False):
        option, is_one_word, value = word.partition("=")
        if option in OPTIONS and is_one_word:
            found.append(f"{option}={_readable(value, owner)}")
        else:
            found.append(_readable(word, owner) if before in OPTIONS else word)
    return found


def _readable(named: str, owner: int) -> str:
    path = Path(named)
    if not path.is_file():
        return named
    return str(put_in_memory(path.name, read_private_line(path), owner))
