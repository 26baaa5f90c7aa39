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

TEXT_ONLY, LITTLE, FULL = 0.20, 0.10, 0.02
"""Shares of the disk: below them no files are fetched, an operator is called, nothing is asked."""
LEAST = 64 * 1024 * 1024
"""Bytes below which a disk is full, whatever share of it they are: the log alone may want that."""


class Step(IntEnum):
    """How full the disk is."""

    ROOM = 0
    TEXT_ONLY = 1
    LITTLE = 2
    FULL = 3
    READ_ONLY = 4


class Usage(Protocol):
    """What the system says of a disk."""

    @property
    def total(self) -> int:
        """Return all its bytes."""

    @property
    def free(self) -> int:
        """Return those that are free."""


class Disk(NamedTuple):
    """How much of a disk is ours to use."""

    total: int
    free: int


def usage_of(path: Path) -> Disk:
    """Return how much there is to use; what is kept back for others counts for nothing."""
    found = shutil.disk_usage(path)
    return Disk(found.used + found.free, found.free)


def step_of(usage: Usage) -> Step:
    """Return how full a disk is."""
    share = usage.free / max(usage.total, 1)
    if share < FULL or usage.free < min(LEAST, usage.total * LITTLE):
        return Step.FULL
    if share < LITTLE:
        return Step.LITTLE
    return Step.TEXT_ONLY if share < TEXT_ONLY else Step.ROOM


def is_read_only(path: Path) -> bool:
    """Tell whether the disk on which a folder lies takes nothing more.

    Raises:
        OSError: there is none that can be asked.
    """
    return bool(os.statvfs(path).f_flag & os.ST_RDONLY)


class Room:
    """The room where a deployment's data lie."""

    def __init__(
        self,
        path: Path,
        usage: Callable[[Path], Usage] = usage_of,
        frozen: Callable[[Path], bool] = is_read_only,
    ) -> None:
        self._path = path
        self._usage = usage
        self._frozen = frozen
        self._found = Step.ROOM

    @classmethod
    def without_end(cls, path: Path) -> Room:
        """Return a room that is never full: for a rehearsal."""
        return cls(path, lambda _: Disk(LEAST * 100, LEAST * 100), lambda _: False)

    def step(self) -> Step:
        """Return how full the disk is; one that cannot be asked is full."""
        try:
            if self._frozen(self._path):
                return Step.READ_ONLY
            return step_of(self._usage(self._path))
        except OSError:
            return Step.FULL

    def takes_files(self) -> bool:
        """Tell whether there is room for files: words come before them."""
        return self.step() < Step.TEXT_ONLY

    def is_left(self) -> bool:
        """Tell whether there is room for what people write; say so once when there is none."""
        step, before = self.step(), self._found
        self._found = step
        if step >= Step.FULL and step is not before:
            log.error("disk_read_only" if step is Step.READ_ONLY else "disk_full")
        return step < Step.FULL
