"""Temporary files in memory: half of the suite's time went to waiting for a disk to sync.

What a test kills is a process, never the power, so that nothing a test shows depends on the disk.
`TMPDIR` set by hand wins.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

MEMORY = Path("/dev/shm")  # noqa: S108 - folders in it are made by `tempfile`
ROOM = 2 * 1024**3
"""Bytes that must be free; a container often has 64 MiB there."""


def use_memory_folder() -> None:
    """Have `tempfile`, and every process started from here on, use memory where there is room."""
    if "TMPDIR" in os.environ or not os.access(MEMORY, os.W_OK):
        return
    if shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
