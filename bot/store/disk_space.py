"""Room on the disk: what is done before a commit can fail for want of it.

Telegram keeps what people write for a day; a commit that failed keeps nothing. So the bot stops
asking for messages while it can still write down what it has, and asks again once there is room. A
disk that became read-only (as one does that fails) has no room either.
"""

from __future__ import annotations

import os
import shutil
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TEXT_ONLY_SHARE, LOW_SHARE, FULL_SHARE = 0.20, 0.10, 0.02
"""Shares of the disk: below them no files are fetched, an operator is called, nothing is asked."""
MIN_FREE_BYTES = 64 * 1024 * 1024
"""Bytes below which a disk is full, whatever share of it they are: the log alone may want that."""


class DiskLevel(IntEnum):
    """How full the disk is."""

    OK = 0
    TEXT_ONLY = 1
    LOW = 2
    FULL = 3
    READ_ONLY = 4


class DiskUsage(Protocol):
    """What the system says of a disk."""

    @property
    def total(self) -> int:
        """Return all its bytes."""

    @property
    def free(self) -> int:
        """Return those that are free."""


class UsableSpace(NamedTuple):
    """How much of a disk is ours to use."""

    total: int
    free: int


def usage_of(path: Path) -> UsableSpace:
    """Return how much there is to use; what is kept back for others counts for nothing."""
    found = shutil.disk_usage(path)
    return UsableSpace(found.used + found.free, found.free)


def level_of(usage: DiskUsage) -> DiskLevel:
    """Return how full a disk is."""
    share = usage.free / max(usage.total, 1)
    if share < FULL_SHARE or usage.free < min(MIN_FREE_BYTES, usage.total * LOW_SHARE):
        return DiskLevel.FULL
    if share < LOW_SHARE:
        return DiskLevel.LOW
    return DiskLevel.TEXT_ONLY if share < TEXT_ONLY_SHARE else DiskLevel.OK


def is_read_only(path: Path) -> bool:
    """Tell whether the disk on which a folder lies takes nothing more.

    Raises:
        OSError: there is none that can be asked.
    """
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


class DiskSpace:
    """The room where a deployment's data lie."""

    def __init__(
        self,
        path: Path,
        usage: Callable[[Path], DiskUsage] = usage_of,
        read_only: Callable[[Path], bool] = is_read_only,
    ) -> None:
        self._path = path
        self._usage = usage
        self._read_only = read_only
        self._level = DiskLevel.OK

    @classmethod
    def unlimited(cls, path: Path) -> DiskSpace:
        """Return a room that is never full: for a rehearsal."""
        return cls(
            path, lambda _: UsableSpace(MIN_FREE_BYTES * 100, MIN_FREE_BYTES * 100), lambda _: False
        )

    def level(self) -> DiskLevel:
        """Return how full the disk is; one that cannot be asked is full."""
        try:
            if self._read_only(self._path):
                return DiskLevel.READ_ONLY
            return level_of(self._usage(self._path))
        except OSError:
            return DiskLevel.FULL

    def has_space_for_files(self) -> bool:
        """Tell whether there is room for files: words come before them."""
        return self.level() < DiskLevel.TEXT_ONLY

    def has_space(self) -> bool:
        """Tell whether there is room for what people write; say so once when there is none."""
        step, before = self.level(), self._level
        self._level = step
        if step >= DiskLevel.FULL and step is not before:
            log.error("disk_read_only" if step is DiskLevel.READ_ONLY else "disk_full")
        return step < DiskLevel.FULL
