"""One run of Haven with its stages timed: `python -m tests.bench.budget.run_budget SUBJECT ...`.

It takes the options of `tests.bench.run_one`, and prints one line of JSON. Timing takes
some time itself, about a microsecond for each call of a stage: compare rows with rows, and totals
with those of `run_one`.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sys
import threading
import time
import tracemalloc
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Final

import msgspec

from tests.bench import run_one
from tests.bench.bench_subject import load
from tests.bench.budget.stage_clock import StageClock
from tests.bench.budget.stages import STATEMENTS, wrap_all
from tests.bench.cost_meter import CostMeter
from tests.bench.update_feed import UpdateFeed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from tests.bench.run_one import BenchRun

ADDRESS: Final = "HAVEN_BENCH_DATABASE"
"""The variable that `haven_parts` sets where the data are in a PostgreSQL."""
LOOP, WRITER, OTHERS = "event loop, the rest", "writer thread, the rest", "other threads"
_WALKERS: Final = 5
"""People whose updates are answered while memory is counted, which is slow."""


class Budget(msgspec.Struct, frozen=True, kw_only=True):
    """What one update costs, in the mean of a run."""

    cpu_us: float
    """Of all threads, the timing included."""
    stages: dict[str, float]
    """Microseconds of processor time, by stage; they add up to `cpu_us`."""
    statements: float
    commits: float
    written_kb: float
    """Kilobytes that went to the disk, or into PostgreSQL's log of changes."""
    memory_kb: float
    """The most memory that is taken while one update is answered alone, beyond what was before."""
    missing: list[str] = []
    """Functions that this release does not have: their time counts for the stage around them."""


class _StageMeter(CostMeter):
    """Times the stages of what happens inside its `with` block too."""

    def __init__(self, clock: StageClock) -> None:
        self._clock = clock
        self.threads: dict[str, float] = {}
        """Nanoseconds of what is in no stage, by thread."""
        self.written = 0
        """Bytes for the disk."""

    def __enter__(self) -> Self:
        self._written = _written()
        self._before = {it.ident: _cpu(it) for it in threading.enumerate()}
        self._clock.running = True
        return super().__enter__()

    def __exit__(self, *raised: object) -> None:
        super().__exit__(*raised)
        self._clock.running = False
        for thread in threading.enumerate():
            used = _cpu(thread) - self._before.get(thread.ident, 0)
            rest = used - self._clock.in_thread[thread.ident or 0]
            name = _name(thread)
            self.threads[name] = self.threads.get(name, 0.0) + max(0.0, rest)
        self.written = _written() - self._written


def _written() -> int:
    """Return the bytes this process has written to files, or its PostgreSQL to the log."""
    if address := os.environ.get(ADDRESS):
        import psycopg  # noqa: PLC0415 - memory that other runs do not need

        with psycopg.connect(address) as asked:
            row = asked.execute("SELECT pg_current_wal_lsn() - '0/0'").fetchone()
        return int(row[0]) if row else 0
    lines = Path("/proc/self/io").read_text().splitlines()
    return next(int(it.split()[1]) for it in lines if it.startswith("wchar"))


def _cpu(thread: threading.Thread) -> int:
    return time.clock_gettime_ns(time.pthread_getcpuclockid(thread.ident or 0))


def _name(thread: threading.Thread) -> str:
    if thread is threading.main_thread():
        return LOOP
    return WRITER if thread.name == "writer" else OTHERS


async def measure(run: BenchRun) -> Budget:
    """Measure a run by stages."""
    clock = StageClock()
    missing = wrap_all(clock)
    meter = _StageMeter(clock)
    cost = await run_one.measure(run, lambda: meter)
    updates = len(UpdateFeed().walks(run.people))
    stages = {name: spent / updates / 1000 for name, spent in clock.spent.items()}
    stages |= {name: spent / updates / 1000 for name, spent in meter.threads.items()}
    return Budget(
        cpu_us=round(cost.cpu_us, 1),
        stages={name: round(spent, 2) for name, spent in sorted(stages.items())},
        statements=round(_statements(clock.calls) / updates, 2),
        commits=round(clock.calls["commit"] / updates, 3),
        written_kb=round(meter.written / updates / 1024, 2),
        memory_kb=round(await _memory(run), 1),
        missing=missing,
    )


def _statements(calls: Mapping[str, int]) -> int:
    return sum(count for stage, count in calls.items() if stage.startswith(STATEMENTS))


async def _memory(run: BenchRun) -> float:
    """Return the kilobytes that an update takes while it is answered alone."""
    with TemporaryDirectory(prefix="haven-bench-", dir=run.folder) as folder:
        subject = load(run.subject)(Path(folder))
        await subject.setup(run.stored)
        taken = []
        try:
            feed = UpdateFeed(subject.press)
            for raw in feed.walks(_WALKERS):
                await subject.feed(raw)
            tracemalloc.start()
            for raw in feed.walks(_WALKERS):
                before, _peak = tracemalloc.get_traced_memory()
                tracemalloc.reset_peak()
                await subject.feed(raw)
                taken.append(tracemalloc.get_traced_memory()[1] - before)
        finally:
            tracemalloc.stop()
            await subject.close()
    return sum(taken) / len(taken) / 1024


def main() -> None:
    """Run what the command line says."""
    logging.basicConfig(level=logging.WARNING)
    budget = asyncio.run(measure(run_one.read(sys.argv[1:])))
    sys.stdout.write(msgspec.json.encode(budget).decode() + "\n")


if __name__ == "__main__":
    main()
