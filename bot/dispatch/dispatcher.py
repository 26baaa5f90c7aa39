"""The loop around the batches: what waits is taken together, one hop to the writer at a time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import Batches, Taken
    from bot.mailbox.courier import Courier
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.mailbox.outbox import Outbox, Settled
    from bot.store.writer import Work, Writer

MOST_IN_A_BATCH = 128
"""Beyond this a batch makes the last one wait longer than it saves."""
A_CROWD = 8
"""Updates in a batch from which on it is worth letting others join the next one."""
PASSES = 4
"""Turns of the loop in which nobody joined, after which nobody is waited for."""
CAREFUL = 10
"""Updates handled at a time while nobody knows what ended the last process."""


class Dispatcher:
    """Takes what arrives, and returns to whoever brought it once it is durable."""

    def __init__(  # noqa: PLR0913 - the two letterboxes, and what stands between them
        self,
        *,
        inbox: Inbox,
        outbox: Outbox,
        batches: Batches,
        writer: Writer,
        courier: Courier,
        clock: Clock,
    ) -> None:
        self._inbox = inbox
        self._outbox = outbox
        self._batches = batches
        self._writer = writer
        self._courier = courier
        self._clock = clock
        self._waiting: list[tuple[list[Arrival], int | None, asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None
        self._first = True
        self._resuming = asyncio.Lock()
        """Two at once would both take what waits."""

    async def receive(self, arrivals: Sequence[Arrival], next_update_id: int | None = None) -> None:
        """Handle arrivals; return when they, and all that follows from them, are durable.

        Whoever calls while a batch is under way goes into the next one together with all others.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((list(arrivals), next_update_id, done))
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())
        await done

    async def resume(self) -> None:
        """Handle what is stored and waits: from an earlier process, or from a desk in another."""
        async with self._resuming:
            await self._resume()

    async def _resume(self) -> None:
        while True:
            # Two commits: an attempt that ends the process must have been counted before.
            waiting = await self._writer.run(lambda work: self._inbox.waiting(work, CAREFUL))
            if not waiting:
                return
            self._let_go(await self._writer.run(partial(self._take_stored, waiting)))

    async def _work(self) -> None:
        try:
            while self._waiting:
                group = self._next_group()
                arrivals = [arrival for part, _, _ in group for arrival in part]
                ends = [end for _, end, _ in group if end is not None]
                try:
                    await self._handle(arrivals, ends[-1] if ends else None)
                except Exception as error:  # noqa: BLE001 - told to everybody who waits for it
                    _settle(group, error)
                else:
                    _settle(group, None)
                if len(group) >= A_CROWD:
                    await self._let_others_join()
        finally:
            self._working = None

    async def _let_others_join(self) -> None:
        """Wait while people who were just answered write again: one commit serves them all.

        Not by the clock: only for as long as the loop still has something to do for them.
        """
        quiet = 0
        while quiet < PASSES and len(self._waiting) < MOST_IN_A_BATCH:
            waiting = len(self._waiting)
            await asyncio.sleep(0)
            quiet = 0 if len(self._waiting) > waiting else quiet + 1

    def _next_group(self) -> list[tuple[list[Arrival], int | None, asyncio.Future[None]]]:
        count = 0
        for place, (arrivals, _, _) in enumerate(self._waiting):
            count += len(arrivals)
            if count >= MOST_IN_A_BATCH:
                place += 1  # noqa: PLW2901 - the one that filled the batch goes with it
                break
        else:
            place = len(self._waiting)
        group, self._waiting = self._waiting[:place], self._waiting[place:]
        return group

    async def _handle(self, arrivals: list[Arrival], end: int | None) -> None:
        if self._first and arrivals:
            await self._handle_carefully(arrivals, end)
            self._first = False
            return
        now = self._clock.now()
        results = self._courier.collect()
        try:
            taken = await self._writer.run(lambda work: self._take(work, arrivals, now, results))
        except BaseException:
            self._courier.put_back(results)
            raise
        self._courier.written_down(results)
        self._note_end(end)
        self._let_go(taken)

    async def _handle_carefully(self, arrivals: list[Arrival], end: int | None) -> None:
        """Store first, handle after: so an update that ends the process is counted."""
        now = self._clock.now()

        def store(work: Work) -> None:
            self._inbox.keep_waiting(work, self._inbox.unseen(work, arrivals), now)

        await self._writer.run(store)
        self._note_end(end)
        await self.resume()

    def _take(self, work: Work, arrivals: list[Arrival], now: int, results: list[Settled]) -> Taken:
        self._outbox.settle(work, results)
        return self._batches.take(work, self._inbox.unseen(work, arrivals), now)

    def _take_stored(self, waiting: list[Arrival], work: Work) -> Taken:
        return self._batches.take(work, waiting, self._clock.now())

    def _note_end(self, end: int | None) -> None:
        if end is not None:
            self._inbox.committed_to(end)

    def _let_go(self, taken: Taken) -> None:
        if taken.letters:
            self._courier.hand(letter for letter in taken.letters if letter.hold is None)
        for chat, toast in taken.toasts:
            self._courier.toast(chat, toast)
        for case in taken.opened:
            log.info("case_opened", case=case.reference, priority=int(case.priority))


def _settle(
    group: list[tuple[list[Arrival], int | None, asyncio.Future[None]]], error: Exception | None
) -> None:
    for _, _, done in group:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
