"""Free disk space, checked before a commit can fail for lack of it.

Telegram keeps messages for a day; a failed commit keeps nothing. So the bot stops polling while it
can still store what it has, and polls again when there is space. A read-only disk (failing disks
become that) counts as full.
"""

from __future__ import annotations

import os
import shutil
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT_ONLY_SHARE, LOW_SHARE, FULL_SHARE = 0.20, 0.10, 0.02
"""Free shares of the disk: below them no files are fetched, operators are warned, polling stops."""
MIN_FREE_BYTES = 64 * 1024 * 1024
"""Free bytes below which a disk is full, whatever their share: the WAL alone may need them."""


class DiskLevel(IntEnum):
    """How full the disk is."""

    OK = 0
    TEXT_ONLY = 1
    LOW = 2
    FULL = 3
    READ_ONLY = 4


class UsableSpace(NamedTuple):
    """The part of a disk that this process may use, in bytes."""

    total: int
    free: int


def usage_of(path: Path) -> UsableSpace:
    """Return the usable space, without what the system reserves for root."""
    found = shutil.disk_usage(path)
    return UsableSpace(found.used + found.free, found.free)


def level_of(usage: UsableSpace) -> DiskLevel:
    """Return how full a disk is."""
    share = usage.free / max(usage.total, 1)
    if share < FULL_SHARE or usage.free < min(MIN_FREE_BYTES, usage.total * LOW_SHARE):
        return DiskLevel.FULL
    if share < LOW_SHARE:
        return DiskLevel.LOW
    return DiskLevel.TEXT_ONLY if share < TEXT_ONLY_SHARE else DiskLevel.OK


def is_read_only(path: Path) -> bool:
    """Tell whether the disk of a folder is read-only.

    Raises:
        OSError: the folder cannot be examined.
    """
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


class DiskSpace:
    """The disk of a deployment's data."""

    def __init__(
        self,
        path: Path,
        usage: Callable[[Path], UsableSpace] = usage_of,
        read_only: Callable[[Path], bool] = is_read_only,
    ) -> None:
        self._path = path
        self._usage = usage
        self._read_only = read_only
        self._level = DiskLevel.OK

    @classmethod
    def unlimited(cls, path: Path) -> DiskSpace:
        """Return a disk that is never full, for rehearsals."""
        return cls(
            path, lambda _: UsableSpace(MIN_FREE_BYTES * 100, MIN_FREE_BYTES * 100), lambda _: False
        )

    def level(self) -> DiskLevel:
        """Return how full the disk is; one that cannot be examined is full."""
        try:
            if self._read_only(self._path):
                return DiskLevel.READ_ONLY
            return level_of(self._usage(self._path))
        except OSError:
            return DiskLevel.FULL

    def has_space_for_files(self) -> bool:
        """Tell whether there is space for files; text needs space first."""
        return self.level() < DiskLevel.TEXT_ONLY

    def has_space(self) -> bool:
        """Tell whether there is space for messages; log it once when there is none."""
        step, before = self.level(), self._level
        self._level = step
        if step >= DiskLevel.FULL and step is not before:
            log.error("disk_read_only" if step is DiskLevel.READ_ONLY else "disk_full")
        return step < DiskLevel.FULL
