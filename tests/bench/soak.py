"""Hours in minutes: `python -m tests.bench.soak [--minutes 20] [--rate 200] [--trace] [--whole]`.

New people begin all the time, walk the conversation and are gone; one process of Haven answers.
Every 15 seconds it looks what memory there is, and at the end at what has grown. Less than an hour:
the buttons of a walk are good for the hour in which the process began. With `--whole` it is all of
Haven with the real flows and all jobs, and the people are at a Telegram on this machine.
"""

from __future__ import annotations

import asyncio
import sys
import time
from contextlib import closing
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Final, NamedTuple

import typer
from rich import box
from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bot.app.run import RunOptions, run_bot
from bot.mailbox.rate_limit import UNLIMITED
from bot.sandbox import TOKEN
from bot.store.database import connect_sqlite
from tests.bench import arrival_pace
from tests.bench.growth_run import FILL
from tests.bench.haven.grown_deployment import settings_of
from tests.bench.haven.haven_turns import Haven
from tests.bench.memory_probe import LiveObjects, MemoryUse, live_objects, memory_use, trim
from tests.bench.update_feed import UpdateFeed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Callable, Iterator

SAMPLE: Final = 15.0
"""Seconds between two looks."""
PEOPLE: Final = 400
"""Who walk at the same time."""
IN_FLIGHT: Final = 512
HANDLED: Final = "SELECT count(*) FROM inbox WHERE state = 'done'"
CASES: Final = 100
"""Cases that are there before a soak of all of Haven."""
FULL: Final = 50
"""Caches with more entries are shown."""
GREW: Final = 100
"""More entries or objects than this, between start and end of a traced run, are shown."""
HEADINGS: Final = (
    "minute", "messages", "RSS MB", "of it anonymous", "malloc used", "malloc free",
    "Python blocks", "p99 ms",
)  # fmt: skip


class SoakSample(NamedTuple):
    """One look at the process."""

    minutes: float
    messages: int
    use: MemoryUse
    p99_ms: float


class SoakResult(NamedTuple):
    """What a soak saw."""

    samples: list[SoakSample]
    trimmed: MemoryUse
    """At the end, once the C library has given back what it keeps."""
    before: LiveObjects | None
    after: LiveObjects
    handled: int = 0
    """How many messages were handled in the end, where that may be fewer than were written."""


async def soak(
    folder: Path, minutes: float, rate: float, tell: Callable[[SoakSample], None],
    *, is_traced: bool = False, sample: float = SAMPLE,
) -> SoakResult:  # fmt: skip
    """Let people walk for so long; return what memory there was meanwhile."""
    subject = Haven(folder)
    await subject.setup(0)
    try:
        updates, samples, began, messages = _updates(subject), list[SoakSample](), time.time(), 0
        before = None
        while (gone := time.time() - began) < minutes * 60:
            if is_traced and before is None and gone >= minutes * 60 / 4:
                before = live_objects()  # once all that is made once is there
            raws = list(islice(updates, max(1, round(rate * sample))))
            took = sorted(await arrival_pace.arriving(subject.feed, raws, rate, IN_FLIGHT))
            messages += len(raws)
            p99 = took[len(took) * 99 // 100] * 1e3
            del raws, took
            minute = (time.time() - began) / 60
            samples.append(SoakSample(minute, messages, memory_use(), p99))
            tell(samples[-1])
        after = live_objects()
        trim()
        return SoakResult(samples, memory_use(), before, after)
    finally:
        await subject.close()


async def soak_whole(
    folder: Path, minutes: float, rate: float, tell: Callable[[SoakSample], None],
    *, is_traced: bool = False, sample: float = SAMPLE,
) -> SoakResult:  # fmt: skip
    """Do the same to all of Haven, as it runs at an organisation; without a limit for sending."""
    filling = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.growth_run", FILL, str(CASES), str(folder)
    )
    if await filling.wait():
        raise SystemExit("haven: the deployment could not be made.")
    crowd = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.bench.soak_crowd", str(rate), stdout=asyncio.subprocess.PIPE
    )
    assert crowd.stdout is not None
    try:
        address = (await crowd.stdout.readline()).decode().strip()
        settings = settings_of(folder, telegram_api=address, telegram_token=TOKEN)
        running = asyncio.create_task(run_bot(settings, RunOptions(limits=UNLIMITED)))
        result = await _looked_at(running, crowd.stdout, minutes, tell, is_traced, sample)
        with closing(connect_sqlite(str(settings.data / "haven.db"))) as connection:
            ((handled,),) = connection.execute(HANDLED).fetchall()
        return result._replace(handled=handled)
    finally:
        crowd.kill()
        await crowd.wait()


async def _looked_at(
    running: asyncio.Task[None], written: asyncio.StreamReader, minutes: float,
    tell: Callable[[SoakSample], None], is_traced: bool, sample: float,
) -> SoakResult:  # fmt: skip
    samples, began, before, messages = list[SoakSample](), time.time(), None, 0
    looked = began
    while (gone := time.time() - began) < minutes * 60:
        if running.done():
            await running
        messages = int(await written.readline())
        if is_traced and before is None and gone >= minutes * 60 / 4:
            before = live_objects()
        if time.time() - looked >= sample:
            looked = time.time()
            samples.append(SoakSample((looked - began) / 60, messages, memory_use(), 0.0))
            tell(samples[-1])
    after = live_objects()
    trim()
    last = memory_use()
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    return SoakResult(samples, last, before, after)


def _updates(subject: Haven) -> Iterator[bytes]:
    feed = UpdateFeed(subject.press)
    while True:
        yield from feed.walks(PEOPLE)


def memory_table(result: SoakResult) -> Table:
    """Return the looks as a table; the last row is what is left when free memory is given back."""
    caption = f"{result.handled:,} were handled" if result.handled else None
    shown = Table(box=box.SIMPLE_HEAD, caption=caption)
    for heading in HEADINGS:
        shown.add_column(heading, justify="right")
    for it in result.samples:
        shown.add_row(f"{it.minutes:.2f}", f"{it.messages:,}", *_cells(it.use), _milliseconds(it))
    shown.add_row("trimmed", "", *_cells(result.trimmed), "")
    return shown


def _milliseconds(it: SoakSample) -> str:
    return f"{it.p99_ms:.1f}" if it.p99_ms else ""


def _cells(use: MemoryUse) -> list[str]:
    return [*(f"{it:.1f}" for it in use[:-1]), f"{use.blocks:,}"]


def growth_tables(before: LiveObjects | None, after: LiveObjects) -> list[Table]:
    """Return the caches with the most entries, and what there is more of than before."""
    caches = Table("cache", "entries", "at most", box=box.SIMPLE_HEAD)
    for name, (entries, most) in sorted(after.caches.items(), key=lambda it: -it[1][0]):
        if entries > FULL:
            caches.add_row(name, f"{entries:,}", "no limit" if most is None else f"{most:,}")
    if before is None:
        return [caches]
    return [
        caches,
        _grew("objects of a type", before.types, after.types),
        _grew("entries of a collection", before.lengths, after.lengths),
    ]


def _grew(what: str, before: Counter[str], after: Counter[str]) -> Table:
    shown = Table(what, "before", "after", box=box.SIMPLE_HEAD)
    for name, more in (after - before).most_common(25):
        if more > GREW:
            shown.add_row(name, f"{before[name]:,}", f"{after[name]:,}")
    return shown


def main(
    *,
    minutes: Annotated[float, typer.Option(help="How long.", max=55)] = 20,
    rate: Annotated[float, typer.Option(help="Messages a second.")] = 200,
    trace: Annotated[
        bool, typer.Option("--trace", help="Show what there is more of than after a quarter.")
    ] = False,
    whole: Annotated[
        bool, typer.Option("--whole", help="All of Haven, at a Telegram on this machine.")
    ] = False,
    folder: Annotated[Path, typer.Option(help="A real disk.", exists=True)] = Path("/var/tmp"),  # noqa: S108
) -> None:
    """Let people come and go, and show what memory Haven has meanwhile."""
    console = Console(width=None if sys.stdout.isatty() else 120)
    with (
        Progress(console=Console(stderr=True), transient=True) as bars,
        TemporaryDirectory(prefix="haven-soak-", dir=folder) as made,
    ):
        bar = bars.add_task("soak", total=minutes)

        def tell(it: SoakSample) -> None:
            bars.update(
                bar, completed=it.minutes,
                description=f"{it.messages:,} messages, {it.use.rss:.0f} MB",
            )  # fmt: skip

        soaking = soak_whole if whole else soak
        result = asyncio.run(soaking(Path(made), minutes, rate, tell, is_traced=trace))
    for table in (memory_table(result), *growth_tables(result.before, result.after)):
        console.print(table)


if __name__ == "__main__":
    typer.run(main)
