"""The loop around the batches: what waits is taken together, one hop to the writer at a time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from bot.log import log
from bot.mailbox.fair_queue import Line
from bot.mailbox.inbox import IN_LINE
from bot.store.writer import is_of_the_store

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import Batches, Taken
    from bot.mailbox.courier import Courier
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.mailbox.letter import Settled
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work, Writer

    Take = Callable[..., Taken]

MOST_IN_A_BATCH = 128
"""Beyond this a batch makes the last one wait longer than it saves."""
A_CROWD = 8
"""Updates in a batch from which on it is worth letting others join the next one."""
PASSES = 4
"""Turns of the loop in which nobody joined, after which nobody is waited for."""
CAREFUL = 10
"""Updates handled at first while nobody knows what ended the last process."""


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
        self._line = Line()
        courier.floods = self._line.floods
        self._first = self._begins = True
        self._resuming = asyncio.Lock()
        """Two at once would both take what waits."""

    async def receive(self, arrivals: Sequence[Arrival], next_update_id: int | None = None) -> None:
        """Handle arrivals; return when they, and all that follows from them, are durable.

        Whoever calls while a batch is under way goes into the next one together with all others.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((list(arrivals), next_update_id, done))
        self._begin_work()
        await done

    async def resume(self) -> None:
        """Handle what is stored and waits: from an earlier process, or from a desk in another."""
        async with self._resuming:
            await self._resume()
        if self._line:
            self._begin_work()

    async def empty(self) -> None:
        """Wait until nobody is in the line."""
        while self._line:  # noqa: ASYNC110 - only a stopping process and tests wait here
            await asyncio.sleep(0.005)

    async def _resume(self) -> None:
        if self._begins:
            await self._writer.run(self._inbox.break_up)
            self._begins = False
        most = CAREFUL
        while True:
            # Two commits: an attempt that ends the process must have been counted before.
            waiting = await self._writer.run(partial(self._inbox.waiting, most=most))
            if not waiting:
                return
            for taken in await self._answered(waiting, self._take_stored):
                self._let_go(taken)
            most = min(2 * most, MOST_IN_A_BATCH)

    def _begin_work(self) -> None:
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting or self._line:
                if self._waiting and not self._line.is_full:
                    await self._take_what_came()
                went = not self._line or await self._take_turns()
                if not went and (self._line.is_full or not self._waiting):
                    return  # `resume` begins again
        finally:
            self._working = None

    async def _take_what_came(self) -> None:
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

    async def _take_turns(self) -> bool:
        """Let those in the line have their turns; tell whether it went."""
        turns = self._line.next()
        waiting = [arrival for _chat, part in turns for arrival in part]
        try:
            answered = await self._answered(waiting, self._take_in_line)
        except Exception as error:  # noqa: BLE001 - it is stored, and comes again
            log.error("deferred", error=type(error).__name__, count=len(self._line))
            return False
        self._line.done(turns)
        for taken in answered:
            self._let_go(taken)
        return True

    async def _answered(self, stored: list[Arrival], take: Take) -> list[Taken]:
        """Answer what is stored, together; where that fails, one by one.

        A failed unit is undone whole, with all its turns had written. Whoever fails alone as well
        is set aside.
        """
        fault = ""
        try:
            return [await self._writer.run(lambda work: take(work, stored))]
        except Exception as error:
            if is_of_the_store(error):
                raise
            fault = type(error).__name__
        if len(stored) > 1:
            return [it for each in stored for it in await self._answered([each], take)]
        return [await self._writer.run(lambda work: take(work, stored, fault))]

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
            taken, later = await self._writer.run(
                lambda work: self._take(work, arrivals, now, results)
            )
        except BaseException as error:
            self._courier.put_back(results)
            if not isinstance(error, Exception) or is_of_the_store(error):
                raise
            await self._put_in_line(arrivals, now)
            self._note_end(end)
            return
        if later:
            self._line.join(later)
        self._courier.written_down(results)
        self._note_end(end)
        self._let_go(taken)

    async def _put_in_line(self, arrivals: list[Arrival], now: int) -> None:
        """Store arrivals of which one fails: in the line that is nobody else's failure."""

        def store(work: Work) -> list[tuple[int, Arrival]]:
            fresh = self._inbox.unseen(work, arrivals)
            self._inbox.keep_waiting(work, fresh, now, IN_LINE)
            return [(self._batches.whose(arrival), arrival) for arrival in fresh]

        self._line.join(await self._writer.run(store))

    async def _handle_carefully(self, arrivals: list[Arrival], end: int | None) -> None:
        """Store first, handle after: so an update that ends the process is counted."""
        now = self._clock.now()

        def store(work: Work) -> None:
            self._inbox.keep_waiting(work, self._inbox.unseen(work, arrivals), now)

        await self._writer.run(store)
        self._note_end(end)
        await self.resume()

    def _take(
        self, work: Work, arrivals: list[Arrival], now: int, results: list[Settled]
    ) -> tuple[Taken, list[tuple[int, Arrival]]]:
        self._outbox.settle(work, results)
        fresh = self._inbox.unseen(work, arrivals)
        later: list[tuple[int, Arrival]] = []
        if self._line.is_needed(len(fresh)):
            asked = [(self._batches.whose(arrival), arrival) for arrival in fresh]
            fresh, later = self._line.share(asked, self._clock.monotonic())
            self._inbox.keep_waiting(work, [arrival for _, arrival in later], now, IN_LINE)
        return self._batches.take(work, fresh, now), later

    def _take_in_line(self, work: Work, waiting: list[Arrival], fault: str = "") -> Taken:
        return self._take_stored(work, self._inbox.in_line(work, waiting), fault)

    def _take_stored(self, work: Work, waiting: list[Arrival], fault: str = "") -> Taken:
        return self._batches.take(work, waiting, self._clock.now(), fault)

    def _note_end(self, end: int | None) -> None:
        if end is not None:
            self._inbox.committed_to(end)

    def _let_go(self, taken: Taken) -> None:
        if taken.letters:
            self._courier.hand(taken.letters)
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
