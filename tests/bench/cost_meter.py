"""What a run costs: time, own CPU, what others burnt meanwhile, and memory at its peak (Linux)."""

from __future__ import annotations

import asyncio
import contextlib
import os
import resource
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

if TYPE_CHECKING:
    from types import TracebackType

_TICKS: Final = os.sysconf("SC_CLK_TCK")
_QUIET: Final = 0.2
"""Foreign load, in cores, below which the machine counts as ours."""
_LOOK: Final = 0.4
"""Seconds between two looks at the load."""
_PROC: Final = Path("/proc")


class CostMeter:
    """Measures what happens inside its `with` block."""

    seconds: float
    cpu: float
    """Seconds of CPU of this process, all its threads, without its children."""
    foreign: float
    """Cores kept busy by processes that are neither this one nor its children."""

    def __enter__(self) -> Self:
        self._machine, self._helpers = _machine(), _helpers()
        self._own, self._since = _own(), time.perf_counter()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.seconds = time.perf_counter() - self._since
        self.cpu = _own() - self._own
        family = self.cpu + _helpers() - self._helpers
        self.foreign = max(0.0, (_machine() - self._machine - family) / self.seconds)


async def wait_until_idle(limit: float) -> bool:
    """Wait until nobody else works on this machine, at most `limit` seconds; say whether so."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        with CostMeter() as meter:
            await asyncio.sleep(_LOOK)
        if meter.foreign < _QUIET:
            return True
    return False


def forget_peak() -> None:
    """Let the peak begin anew from what is in use now, so that preparing does not count.

    Where the kernel does not let us, the peak includes it.
    """
    with contextlib.suppress(OSError):
        (_PROC / "self/clear_refs").write_text("5")


def peak_mb() -> float:
    """Return the most memory this process has held, in MB.

    Not `ru_maxrss`: that one begins with the size of whoever started the process.
    """
    status = (_PROC / "self/status").read_text().splitlines()
    kibibytes = next(line.split()[1] for line in status if line.startswith("VmHWM:"))
    return int(kibibytes) * 1024 / 1e6


def _own() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def _machine() -> float:
    """Return the seconds all cores have worked; idle, waiting for disks and guests left out."""
    user, nice, system, _, _, *rest = _numbers((_PROC / "stat").read_text().split("\n", 1)[0][3:])
    return (user + nice + system + sum(rest[:3])) / _TICKS


def _helpers() -> float:
    """Return the seconds of CPU our children have used, those that are still there."""
    children = (_PROC / f"self/task/{os.getpid()}/children").read_text().split()
    return sum(_used(_PROC / child / "stat") for child in children)


def _used(stat: Path) -> float:
    fields = stat.read_text().rsplit(")", 1)[1].split()
    user_and_system = fields[11:13]
    return sum(_numbers(" ".join(user_and_system))) / _TICKS


def _numbers(text: str) -> list[int]:
    return [int(word) for word in text.split()]
