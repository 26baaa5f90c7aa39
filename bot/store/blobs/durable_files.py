"""Files and folders made durable, and files overwritten before they are deleted."""

from __future__ import annotations

import os
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from io import BufferedRandom
    from pathlib import Path

ZEROS = bytes(64 * 1024)


def overwrite(file: BufferedRandom) -> None:
    """Overwrite an open file with zeros."""
    left = file.seek(0, os.SEEK_END)
    file.seek(0)
    while left > 0:
        left -= file.write(ZEROS[:left])
    sync_file(file)


def sync_file(file: IO[Any]) -> None:
    """Make the content of an open file durable."""
    file.flush()
    os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Make the entries of a folder durable."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
