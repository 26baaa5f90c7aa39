"""One operation on a deployment that has grown, in a process of its own.

`python -m tests.bench.growth_run OPERATION COUNT FOLDER`; `fill` makes the deployment. What it cost
is printed as one line of JSON.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from importlib import import_module
from pathlib import Path
from typing import Final

import msgspec

from tests.bench import cost_meter

FILL: Final = "fill"
ON_DEPLOYMENT: Final = ("start", "sign_in", "backup", "restore", "erase", "retention")
"""What is done with the deployment that was filled, in this order."""
_OWN_STORE: Final = ("search", "restart")
_HEAVY: Final = "tests.bench.haven.waiting_updates"
OPERATIONS: Final = {
    **dict.fromkeys(ON_DEPLOYMENT, "tests.bench.haven.growth_operations"),
    **dict.fromkeys(("start", *_OWN_STORE), _HEAVY),
}
"""Where each operation is; imported only in the process that measures it."""


class GrowthCost(msgspec.Struct, frozen=True, kw_only=True):
    """What an operation cost at one size."""

    count: int
    """How often it ran."""
    median_ms: float
    p99_ms: float
    cpu_ms: float
    """Processor time of one."""
    peak_mb: float
    disk_mb: float = 0.0


async def measure(operation: str, count: int, folder: Path) -> GrowthCost:
    """Run an operation on the deployment in a folder, which has so many cases."""
    operate = getattr(import_module(OPERATIONS[operation]), operation)
    meter = cost_meter.CostMeter()

    def begin() -> None:
        gc.collect()
        cost_meter.forget_peak()
        meter.__enter__()

    took = await operate(folder, count, begin)
    meter.__exit__(None, None, None)
    ordered = sorted(took.seconds)
    return GrowthCost(
        count=len(ordered),
        median_ms=ordered[len(ordered) // 2] * 1e3,
        p99_ms=ordered[len(ordered) * 99 // 100] * 1e3,
        cpu_ms=(took.cpu_seconds or meter.cpu) / len(ordered) * 1e3,
        peak_mb=took.peak_bytes / 1e6 or cost_meter.peak_mb(),
        disk_mb=took.disk_bytes / 1e6,
    )


def main() -> None:
    """Run what the command line says."""
    operation, count, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    if operation == FILL:
        from tests.bench.haven.filled_deployment import fill  # noqa: PLC0415 - only here

        fill(folder, count)
        return
    cost = asyncio.run(measure(operation, count, folder))
    sys.stdout.write(msgspec.json.encode(cost).decode() + "\n")


if __name__ == "__main__":
    main()
