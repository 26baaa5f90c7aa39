"""Jobs that run side by side."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine


async def run_together(
    *jobs: Coroutine[Any, Any, None], at_end: Callable[[], None] = lambda: None
) -> None:
    """Run all jobs; once one fails or all are cancelled, cancel the rest and wait for them.

    `at_end` is called before the rest is cancelled.
    """
    tasks = [asyncio.create_task(job) for job in jobs]
    try:
        await asyncio.gather(*tasks)
    finally:
        at_end()
        for task in tasks:
            if not task.cancelling():  # a second cancellation would interrupt its clean-up
                task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
