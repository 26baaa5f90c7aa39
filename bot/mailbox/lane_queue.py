"""The jobs of the courier's carriers, in lanes: people before staff, toasts before all."""

from __future__ import annotations

import asyncio
import heapq
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.messages import Body

    Job = bytes | tuple[int, Body] | None
    """A chat whose first letter is due, a toast, or None to stop."""


class LaneQueue:
    """Jobs, each in its lane; in a lane the first comes first.

    Carriers wake one at a time: one that wakes takes a job and wakes the next if there are more.
    All of them woken at once would find that the first had done everything.
    """

    def __init__(self) -> None:
        self._jobs: list[tuple[int, int, Job]] = []
        self._serial = 0
        self._idle: list[asyncio.Future[None]] = []
        self._waking = False

    def __len__(self) -> int:
        """Return how many jobs there are."""
        return len(self._jobs)

    def push(self, lane: int, job: Job) -> None:
        """Put a job at the end of its lane."""
        self._serial += 1
        heapq.heappush(self._jobs, (lane, self._serial, job))
        self.wake_one()

    def move(self, lane: int, job: Job) -> None:
        """Move a job that is queued already to the end of this lane."""
        self._jobs = [each for each in self._jobs if each[2] != job]
        heapq.heapify(self._jobs)
        self.push(lane, job)

    async def wait(self) -> None:
        """Wait until there is a job."""
        while not self._jobs:
            woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._idle.append(woken)
            await woken
            self._waking = False

    def pop(self) -> tuple[int, Job]:
        """Return the next job, with its lane."""
        lane, _, job = heapq.heappop(self._jobs)
        return lane, job

    def wake_one(self) -> None:
        """Wake a carrier that waits, if there is a job."""
        while self._jobs and self._idle and not self._waking:
            woken = self._idle.pop()
            if not woken.done():
                self._waking = True
                woken.set_result(None)
