"""How updates come: so many in flight, each next one when another is done; or whenever they like.

Both return how long every update took, in seconds.
"""

from __future__ import annotations

import asyncio
import random
from array import array
from time import perf_counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    Take = Callable[[bytes], Awaitable[None]]


async def in_flight(take: Take, raws: Sequence[bytes], many: int) -> array[float]:
    """Keep `many` updates in flight until all are done."""
    took = array("d")
    waiting = iter(raws)

    async def carry() -> None:
        for raw in waiting:
            began = perf_counter()
            await take(raw)
            took.append(perf_counter() - began)

    await asyncio.gather(*(carry() for _ in range(many)))
    return took


async def arriving(take: Take, raws: Sequence[bytes], rate: float, many: int) -> array[float]:
    """Let updates arrive at random (Poisson), `rate` a second; take at most `many` at once.

    Time counts from the moment an update was due, so that waiting in line is part of it. asyncio
    wakes up by the millisecond; that much is in every row.
    """
    took = array("d")
    line: asyncio.Queue[tuple[bytes, float]] = asyncio.Queue()

    async def carry() -> None:
        while True:
            raw, due = await line.get()
            await take(raw)
            took.append(perf_counter() - due)
            line.task_done()

    carriers = [asyncio.ensure_future(carry()) for _ in range(many)]
    arrivals = asyncio.ensure_future(_arrive(line, raws, rate))
    try:
        await _first_to_end(arrivals, *carriers)
        await _first_to_end(asyncio.ensure_future(line.join()), *carriers)
    finally:
        for carrier in carriers:
            carrier.cancel()
    return took


async def _arrive(
    line: asyncio.Queue[tuple[bytes, float]], raws: Sequence[bytes], rate: float
) -> None:
    chance = random.Random(5)
    due = perf_counter()
    for raw in raws:
        due += chance.expovariate(rate)
        if (early := due - perf_counter()) > 0:
            await asyncio.sleep(early)
        line.put_nowait((raw, due))


async def _first_to_end(task: asyncio.Future[None], *others: asyncio.Future[None]) -> None:
    """Wait for `task`; an error in one of the others ends the wait."""
    done, _ = await asyncio.wait((task, *others), return_when=asyncio.FIRST_COMPLETED)
    for ended in done:
        ended.result()
