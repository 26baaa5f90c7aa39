"""Room on the disk: what is done before a commit can fail for want of it.

Telegram keeps what people write for a day; a commit that failed keeps nothing. So the bot stops
asking for messages while it can still write down what it has, and asks again once there is room.
"""

from __future__ import annotations

import shutil
from enum import IntEnum
from typing import TYPE_CHECKING, Protocol

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


class Usage(Protocol):
    """What the system says of a disk."""

    @property
    def total(self) -> int:
        """Return all its bytes."""

    @property
    def free(self) -> int:
        """Return those that are free."""


def step_of(usage: Usage) -> Step:
    """Return how full a disk is."""
    share = usage.free / max(usage.total, 1)
    if share < FULL or usage.free < min(LEAST, usage.total * LITTLE):
        return Step.FULL
    if share < LITTLE:
        return Step.LITTLE
    return Step.TEXT_ONLY if share < TEXT_ONLY else Step.ROOM


class Room:
    """The room where a deployment's data lie."""

    def __init__(self, path: Path, usage: Callable[[Path], Usage] = shutil.disk_usage) -> None:
        self._path = path
        self._usage = usage

    def step(self) -> Step:
        """Return how full the disk is; one that cannot be asked is full."""
        try:
            return step_of(self._usage(self._path))
        except OSError:
            return Step.FULL

    def is_left(self) -> bool:
        """Tell whether there is room for what people write."""
        return self.step() < Step.FULL
