"""How much several machines carry: `python -m tests.bench.machines_load workers` (or `day`).

`workers`: how many waiting updates 1, 2 and 4 workers answer a second, all on this computer. `day`:
a day of a national line in a few minutes, and how long people wait; a front, two workers and a
leader. Both on a PostgreSQL and a standby that each commit waits for. Each prints one line of JSON.
"""

from __future__ import annotations

import asyncio
import json
import math
import sys
import time
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from rich.console import Console
from rich.progress import Progress

from bot.sandbox import TOKEN, Sandbox, serve
from tests.fire.answer_times import AnswerTimes
from tests.fire.drills.machines_drill import DATA, PairOfServers
from tests.fire.processes.machines import machines
from tests.fire.processes.started_deployment import StartedDeployment, wait_for
from tests.fire.walkers.numbered_walkers import NumberedWalker
from tests.support.database.server_pair import server_pair

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from bot.sandbox import Phone

PEOPLE, LINES = 200, 30
"""Who waits for the workers, and what each has written."""
WORKERS: Final = (1, 2, 4)
DAY_PEOPLE, DAY_LINES, DAY_SECONDS = 300, 60, 300.0
"""A national line: people a day, what each writes, and the seconds in which the day is run."""
EVENING = 0.8
"""The part of the day at which most people write; three times as many as on average."""
PATIENCE = 600.0
HANDLED = "SELECT count(*) FROM inbox WHERE state = 'done'"


@asynccontextmanager
async def deployment(folder: Path) -> AsyncIterator[tuple[Sandbox, PairOfServers, dict[str, str]]]:
    """Give a Telegram, a pair of databases, and the settings of machines on them."""
    async with AsyncExitStack() as stack:
        sandbox = Sandbox(seed=1, keep_calls=100)
        address = await stack.enter_async_context(serve(sandbox))
        pair = PairOfServers(stack.enter_context(server_pair()), 0, is_synchronous=True)
        databases = {"database_url": pair.new_database(DATA), "keys_url": pair.new_database("keys")}
        made = StartedDeployment(folder, address, **databases, telegram_token=TOKEN)
        yield sandbox, pair, made.settings


def words_of(phone: Phone, seed: int, lines: int) -> list[str]:
    """Return what a person types who waits for no answer."""
    walker = NumberedWalker(phone, Random(seed), presses=False, acts=lines)
    return [act.words for act in walker.acts]


async def updates_a_second(workers: int, folder: Path) -> float:
    """Return how many waiting updates so many workers answer a second."""
    async with deployment(folder) as (sandbox, pair, settings):
        phones = [sandbox.add_phone(f"Sari {it}", language="en") for it in range(PEOPLE)]
        said = [words_of(phone, number, LINES) for number, phone in enumerate(phones)]
        (folder / "fronts").mkdir()
        async with machines(folder / "fronts", settings, counts={"front": 1}):
            for line in range(LINES):
                for phone, words in zip(phones, said, strict=True):
                    phone.say(words[line])
            await wait_for(lambda: not len(sandbox.updates), "the updates", PATIENCE)
        (folder / "workers").mkdir()
        async with machines(folder / "workers", settings, counts={"worker": workers}) as running:
            await wait_for(lambda: running.said("started") >= workers, "workers", PATIENCE)
            count = lambda: pair.ask(HANDLED, DATA)  # noqa: E731 - asked again and again
            await wait_for(lambda: count() > PEOPLE, "the first answers", PATIENCE)
            first, began = count(), time.monotonic()
            await wait_for(lambda: count() >= PEOPLE * LINES, "all answers", PATIENCE)
            return (PEOPLE * LINES - first) / (time.monotonic() - began)


def rate_at(part: float) -> float:
    """Return how many times the average is written at a part of the day, from 0 to 1."""
    return 0.4 + 2.6 * math.exp(-(((part - EVENING) / 0.12) ** 2))


async def a_day(folder: Path) -> dict[str, Any]:
    """Run a day of a national line; return what was written, and how long people waited."""
    async with deployment(folder) as (sandbox, pair, settings):
        counts = {"front": 1, "worker": 2, "leader": 1}
        (folder / "machines").mkdir()
        async with machines(folder / "machines", settings, counts=counts) as running:
            await wait_for(lambda: running.said("started") >= 4, "machines", PATIENCE)
            phones = [sandbox.add_phone(f"Sari {it}", language="en") for it in range(DAY_PEOPLE)]
            times = AnswerTimes(phones)
            watching = asyncio.create_task(times.watch())
            written = await _write_all_day(phones)
            await wait_for(lambda: pair.ask(HANDLED, DATA) >= written, "all answers", PATIENCE)
            watching.cancel()
            size = pair.ask(f"SELECT pg_database_size('{DATA}')")
        return {
            "updates": written, "seconds": DAY_SECONDS, "answers": len(times.waited[""]),
            "p50": times.part("", 0.5), "p99": times.part("", 0.99),
            "longest": round(max(times.waited[""]), 2), "database_megabytes": size // 1_000_000,
        }  # fmt: skip


async def _write_all_day(phones: list[Phone]) -> int:
    """Write as a day goes: few at night, most in the evening; return how many lines."""
    dice = Random(1)
    lines = [
        (phone, words)
        for number, phone in enumerate(phones)
        for words in _stretched(words_of(phone, number, DAY_LINES), dice)
    ]
    lines.sort(key=lambda it: it[1][0])
    began = time.monotonic()
    for phone, (at, words) in lines:
        if (ahead := began + at * DAY_SECONDS - time.monotonic()) > 0:
            await asyncio.sleep(ahead)
        phone.say(words)
    return len(lines)


def _stretched(words: list[str], dice: Random) -> list[tuple[float, str]]:
    """Return words with the part of the day at which each is written, within a conversation."""
    begin = dice.choices(
        [it / 1000 for it in range(900)], [rate_at(it / 1000) for it in range(900)]
    )[0]
    moments = sorted(begin + dice.uniform(0, 0.09) for _ in words)
    return list(zip(moments, words, strict=True))


async def _measured(what: str, tell: Callable[[str], None]) -> dict[str, Any]:
    if what == "day":
        with TemporaryDirectory() as folder:
            return await a_day(Path(folder))
    row: dict[str, Any] = {}
    for count in WORKERS:
        tell(f"{count} workers")
        with TemporaryDirectory() as folder:
            row[f"workers_{count}"] = round(await updates_a_second(count, Path(folder)))
    return row


def main() -> None:
    """Measure what was asked for, and print it as one line of JSON."""
    what = sys.argv[1] if len(sys.argv) > 1 else "workers"
    if what not in {"workers", "day"}:
        sys.exit("python -m tests.bench.machines_load workers, or day")
    with Progress(console=Console(stderr=True), transient=True) as bars:
        bar = bars.add_task(what, total=None)
        row = asyncio.run(_measured(what, lambda it: bars.update(bar, description=it)))
    sys.stdout.write(json.dumps({"bench": what, **row}) + "\n")


if __name__ == "__main__":
    main()
