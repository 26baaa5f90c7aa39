"""One run of one subject in a process of its own: `python -m tests.bench.run_one SUBJECT ...`.

What it cost is printed as one line of JSON. Imports little: its memory is part of the measurement.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import logging
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import msgspec

from tests.bench import arrival_pace, cost_meter
from tests.bench.bench_subject import NAMES, load
from tests.bench.cost_meter import CostMeter
from tests.bench.update_feed import UpdateFeed

if TYPE_CHECKING:
    from array import array
    from collections.abc import Callable, Coroutine

    from tests.bench.bench_subject import Subject

T = TypeVar("T")
WARM_UP: Final = 20
"""People who walk before anything is measured."""
LONGEST: Final = 300.0
"""Seconds after which a walk has got stuck."""
PEERS: Final = ("ptb-", "aiogram-")
"""What subjects that are not ours begin with."""


class BenchRun(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be run."""

    subject: str
    people: int
    stored: int = 0
    in_flight: int = 1
    rate: float = 0.0
    """Arrivals a second; 0: whenever another is done."""
    warm_up: int = WARM_UP
    idle: float = 0.0
    """Longest wait for a quiet machine, in seconds."""
    folder: str = tempfile.gettempdir()
    """Where the subject's own folder is made; on a real disk, or durable means nothing."""


class BenchCost(msgspec.Struct, frozen=True, kw_only=True):
    """What a run cost."""

    updates_per_s: float
    p50_ms: float
    p99_ms: float
    cpu_us: float
    """Own CPU for one update."""
    rss_mb: float
    foreign: float
    """Cores others kept busy meanwhile."""
    lost: int = 0
    """People who never heard the last words: peers lose some; where Haven does, nothing counts."""
    plan: str = ""
    """How a database went about it, where that is part of the answer."""
    sent_kb: float = 0.0
    """What one page brings over the wire, packed, where that is what is measured."""


async def measure(run: BenchRun, make_meter: Callable[[], CostMeter] = CostMeter) -> BenchCost:
    """Set the subject up in a folder of its own, and measure it there."""
    with tempfile.TemporaryDirectory(prefix="haven-bench-", dir=run.folder) as folder:
        subject = load(run.subject)(Path(folder))
        await subject.setup(run.stored)
        try:
            cost = await walk(subject, run, make_meter)
            plan, sent_kb = getattr(subject, "plan", ""), getattr(subject, "sent_kb", 0.0)
            return msgspec.structs.replace(cost, plan=plan, sent_kb=sent_kb)
        finally:
            await subject.close()


async def walk(
    subject: Subject, run: BenchRun, make_meter: Callable[[], CostMeter] = CostMeter
) -> BenchCost:
    """Warm up, wait for quiet, measure, and count who came to the end."""
    feed = UpdateFeed(subject.press)
    await _at_last(arrival_pace.in_flight(subject.feed, feed.walks(run.warm_up), 1), run)
    raws = feed.walks(run.people)
    gc.collect()
    cost_meter.forget_peak()
    await cost_meter.wait_until_idle(run.idle)
    with make_meter() as spent:
        if run.rate:
            walking = arrival_pace.arriving(subject.feed, raws, run.rate, run.in_flight)
        else:
            walking = arrival_pace.in_flight(subject.feed, raws, run.in_flight)
        took = await _at_last(walking, run)
    lost = _lost(await subject.finished(), run)
    return msgspec.structs.replace(_cost(spent, took), lost=lost)


async def _at_last(walking: Coroutine[Any, Any, T], run: BenchRun) -> T:
    try:
        return await asyncio.wait_for(walking, LONGEST)
    except TimeoutError:
        raise SystemExit(f"{run.subject}: somebody still waits for an answer.") from None


def _lost(finished: int, run: BenchRun) -> int:
    walked = run.warm_up + run.people
    if finished != walked and not run.subject.startswith(PEERS):
        raise SystemExit(f"{run.subject}: {finished} of {walked} people came to the end.")
    return walked - finished


def _cost(spent: cost_meter.CostMeter, took: array[float]) -> BenchCost:
    many = len(took)
    ordered = sorted(took)
    return BenchCost(
        updates_per_s=many / spent.seconds,
        p50_ms=ordered[many // 2] * 1e3,
        p99_ms=ordered[many * 99 // 100] * 1e3,
        cpu_us=spent.cpu / many * 1e6,
        rss_mb=cost_meter.peak_mb(),
        foreign=spent.foreign,
    )


def words(run: BenchRun) -> list[str]:
    """Return the command line that means this run."""
    options = msgspec.structs.asdict(run)
    subject = options.pop("subject")
    return [subject, *(f"--{name}={value}" for name, value in options.items())]


def read(line: list[str]) -> BenchRun:
    """Return the run a command line means: an option for every field of `Run`."""
    parser = argparse.ArgumentParser("tests.bench.run_one", description=__doc__)
    parser.add_argument("subject", choices=NAMES)
    for field in msgspec.structs.fields(BenchRun)[1:]:
        parser.add_argument(
            f"--{field.name}",
            type=field.type,
            default=field.default,
            required=field.default is msgspec.NODEFAULT,
        )
    return BenchRun(**vars(parser.parse_args(line)))


def main() -> None:
    """Run what the command line says."""
    logging.basicConfig(level=logging.WARNING)
    run = read(sys.argv[1:])
    cost = asyncio.run(measure(run))
    sys.stdout.write(msgspec.json.encode(cost).decode() + "\n")


if __name__ == "__main__":
    main()
