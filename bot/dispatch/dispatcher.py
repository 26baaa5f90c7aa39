"""The loop around the batches: what waits is taken together, one hop to the writer at a time."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from bot.dispatch.conversation_store import Conversations
from bot.log import log
from bot.mailbox.courier import wait_until
from bot.mailbox.inbox import IN_QUEUE
from bot.store.faults import is_store_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import BatchProcessor, BatchResult
    from bot.hotline.chat.chat_marks import ChatMarks
    from bot.hotline.commands.store import StaffCommands, StoredCommand
    from bot.mailbox.courier import Courier, Mailbox
    from bot.mailbox.inbox import Arrival
    from bot.mailbox.letter import DeliveryResult
    from bot.mailbox.passphrase_jobs import PassphraseJob
    from bot.store.writer import Work, Writer

    Take = Callable[..., BatchResult]

T = TypeVar("T")
MAX_BATCH = 128
"""Updates beyond which a batch makes the last one wait longer than it saves."""
CROWD_SIZE = 8
"""Updates in a batch from which it is worth letting others join the next one."""
IDLE_PASSES = 4
"""Passes of the event loop in which no update joined, after which none is waited for."""
FIRST_BATCH = 10
"""Updates handled at first, while it is not known what ended the last process."""


class Dispatcher:
    """Takes what arrives, and returns to the caller once it is durable."""

    def __init__(
        self,
        *,
        mailbox: Mailbox,
        commands: StaffCommands,
        batches: BatchProcessor,
        writer: Writer,
        courier: Courier,
        clock: Clock,
    ) -> None:
        self._mailbox = mailbox
        self._inbox = mailbox.inbox
        self._commands = commands
        self._queue = mailbox.fair_queue
        self._batches = batches
        self._writer = writer
        self._courier = courier
        self._clock = clock
        self._waiting: list[tuple[list[Arrival], int | None, asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None
        self._is_first_batch = self._is_starting = True
        self._resume_lock = asyncio.Lock()
        """Two at a time would both take what waits."""

    async def receive(self, arrivals: Sequence[Arrival], next_update_id: int | None = None) -> None:
        """Handle arrivals; return when they, and all that follows from them, are durable.

        What comes while a batch is under way goes into the next one, all together.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((list(arrivals), next_update_id, done))
        self._begin_work()
        await done

    async def apply_hash(self, job: PassphraseJob, digest: bytes) -> None:
        """Apply the result of hashing a passphrase, in a transaction of its own."""
        now = self._clock.now()
        self.hand_over(
            await self._writer.run(lambda work: self._batches.apply_hash(work, job, digest, now))
        )

    async def resume(self) -> None:
        """Handle what is stored and waits: from an earlier process or another one."""
        async with self._resume_lock:
            await self._resume()
        if self._queue:
            self._begin_work()

    async def retry_crashed(self) -> None:
        """Handle one update again that was quarantined because the process ended over it.

        For a process that has lived for a while: if it ends now, the update was to blame.
        """
        async with self._resume_lock:
            updates = await self._writer.run(self._inbox.load_crashed)
            for taken in await self._process_each(updates, self._process_stored):
                self.hand_over(taken)
        if updates:
            log.info("update_tried_again")

    async def drain(self) -> None:
        """Wait until the fair queue is empty."""
        await wait_until(lambda: not self._queue)

    async def _resume(self) -> None:
        if self._is_starting:
            now = self._clock.now()
            await self._writer.run(lambda work: self._inbox.requeue_all(work, now))
            self._is_starting = False
        most = FIRST_BATCH
        while True:
            # Two commits: an attempt that ends the process must have been counted before.
            updates, commands = await self._writer.run(partial(self._load_waiting, most=most))
            if not updates and not commands:
                return
            for taken in [
                *await self._process_each(updates, self._process_stored),
                *await self._process_each(commands, self._process_commands),
            ]:
                self.hand_over(taken)
            most = min(2 * most, MAX_BATCH)

    def _load_waiting(self, work: Work, most: int) -> tuple[list[Arrival], list[StoredCommand]]:
        """Return the updates, or else the commands, that were stored before all others."""
        work.is_quiet = True  # an attempt is counted, no more
        updates_since = self._inbox.waiting_since(work)
        commands_since = self._commands.waiting_since(work)
        if commands_since < updates_since:
            return [], self._commands.load_waiting(work, most, before=updates_since)
        return self._inbox.load_waiting(work, most, until=commands_since), []

    def _begin_work(self) -> None:
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())

    async def _work(self) -> None:
        try:
            while self._waiting or self._queue:
                if self._waiting and not self._queue.is_full:
                    await self._process_arrivals()
                went = not self._queue or await self._process_round()
                if not went and (self._queue.is_full or not self._waiting):
                    return  # `resume` begins again
        finally:
            self._working = None

    async def _process_arrivals(self) -> None:
        group = self._next_group()
        arrivals = [arrival for part, _, _ in group for arrival in part]
        ends = [end for _, end, _ in group if end is not None]
        try:
            await self._handle(arrivals, ends[-1] if ends else None)
        except Exception as error:  # noqa: BLE001 - raised to every caller that waits
            _resolve_group(group, error)
        else:
            _resolve_group(group, None)
        if len(group) >= CROWD_SIZE:
            await self._let_others_join()

    async def _process_round(self) -> bool:
        """Take the next turns of the fair queue; tell whether that succeeded."""
        turns = self._queue.next_round()
        waiting = [number for _chat, part in turns for number in part]
        try:
            answered = await self._process_each(waiting, self._process_queued)
        except Exception as error:  # noqa: BLE001 - it is stored, and tried again
            log.error("queue_round_failed", error=type(error).__name__, count=len(self._queue))
            return False
        self._queue.finish_round(turns)
        for taken in answered:
            self.hand_over(taken)
        return True

    async def _process_each(self, stored: list[T], take: Take) -> list[BatchResult]:
        """Answer what is stored, together; if that fails, one by one.

        A failed unit is undone whole, with everything its turns had written. An update that fails
        alone as well is quarantined.
        """
        if not stored:
            return []
        fault = ""
        try:
            return [await self._writer.run(lambda work: take(work, stored))]
        except Exception as error:
            if is_store_error(error):
                raise
            fault = type(error).__name__
        if len(stored) > 1:
            return [it for each in stored for it in await self._process_each([each], take)]
        return [await self._writer.run(lambda work: take(work, stored, fault))]

    async def _let_others_join(self) -> None:
        """Wait while people who were just answered write again: one commit serves them all.

        Not for a time: only as long as the event loop still has something to do for them.
        """
        quiet = 0
        while quiet < IDLE_PASSES and len(self._waiting) < MAX_BATCH:
            waiting = len(self._waiting)
            await asyncio.sleep(0)
            quiet = 0 if len(self._waiting) > waiting else quiet + 1

    def _next_group(self) -> list[tuple[list[Arrival], int | None, asyncio.Future[None]]]:
        count = size = 0
        for arrivals, _, _ in self._waiting:
            size += 1
            count += len(arrivals)
            if count >= MAX_BATCH:
                break
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        return group

    async def _handle(self, arrivals: list[Arrival], end: int | None) -> None:
        if self._is_first_batch and arrivals:
            await self._handle_carefully(arrivals, end)
            self._is_first_batch = False
            return
        now = self._clock.now()
        results = self._courier.collect()
        try:
            taken, later = await self._writer.run(
                lambda work: self._process(work, arrivals, now, results)
            )
        except BaseException as error:
            self._courier.put_back(results)
            if not isinstance(error, Exception) or is_store_error(error):
                raise
            await self._queue_arrivals(arrivals, now)
            self._note_offset(end)
            return
        if later:
            self._queue.add(later)
        self._courier.mark_stored(results)
        self._note_offset(end)
        self.hand_over(taken)

    async def _queue_arrivals(self, arrivals: list[Arrival], now: int) -> None:
        """Queue arrivals of which one fails: from there each can be taken alone."""

        def store(work: Work) -> list[tuple[int, Arrival]]:
            theirs, ours = self._split(arrivals, self._marks(work, arrivals))
            self._inbox.store_for_workers(work, theirs, now)
            fresh = self._inbox.store_waiting(work, ours, now, IN_QUEUE)
            return [(self._batches.chat_of(arrival), arrival) for arrival in fresh]

        self._queue.add(await self._writer.run(store))

    async def _handle_carefully(self, arrivals: list[Arrival], end: int | None) -> None:
        """Store first, handle after: so an update that ends the process is counted."""
        now = self._clock.now()

        def store(work: Work) -> None:
            theirs, ours = self._split(arrivals, self._marks(work, arrivals))
            work.is_quiet = not theirs  # ours are handled here, next
            self._inbox.store_for_workers(work, theirs, now)
            self._inbox.store_waiting(work, ours, now)

        await self._writer.run(store)
        self._note_offset(end)
        await self.resume()

    def _process(
        self, work: Work, arrivals: list[Arrival], now: int, results: list[DeliveryResult]
    ) -> tuple[BatchResult, list[tuple[int, Arrival]]]:
        is_routine = all(it.is_routine for it in results)
        if not is_routine:
            chats = self._batches.chats_of(arrivals)
            Conversations.lock(work, [*chats, *(it.letter.chat_key for it in results)])
            self._mailbox.results.store(work, results)
        inserted = self._inbox.insert(work, arrivals, now)
        self._batches.expect(work, arrivals)
        if is_routine and results:
            work.write_meanwhile(lambda: self._mailbox.results.store(work, results))
        marks = self._marks(work, arrivals)
        theirs, fresh = self._split(inserted(), marks)
        if theirs:
            self._inbox.hand_to_workers(work, theirs, now)
        later: list[tuple[int, Arrival]] = []
        if self._queue.is_needed(len(fresh)):
            asked = [(self._batches.chat_of(arrival), arrival) for arrival in fresh]
            fresh, later = self._queue.admit(asked, self._clock.monotonic())
            self._inbox.queue(work, [arrival for _, arrival in later])
        taken = self._batches.process(work, fresh, now, marks=marks)
        is_done = not later and not theirs
        work.is_quiet = taken.is_routine and is_done and is_routine
        return taken, later

    def _marks(self, work: Work, arrivals: list[Arrival]) -> ChatMarks | None:
        """Return what is special about the chats of arrivals; None on SQLite, where no one asks."""
        if work.dialect == "sqlite":
            return None
        return self._batches.marks_of(work, self._batches.chats_of(arrivals))

    def _split(
        self, arrivals: list[Arrival], marks: ChatMarks | None
    ) -> tuple[list[tuple[bytes, Arrival]], list[Arrival]]:
        """Return the arrivals of chats in which others wait for a worker, with their keys.

        And all others, to be answered here. On SQLite there is no other process that answers.
        """
        if marks is None or not marks.waiting:
            return [], arrivals
        keyed = [(self._batches.chat_key_of(arrival), arrival) for arrival in arrivals]
        theirs = [(key, it) for key, it in keyed if key is not None and key in marks.waiting]
        return theirs, [it for key, it in keyed if key not in marks.waiting]

    def _process_queued(self, work: Work, waiting: list[int], fault: str = "") -> BatchResult:
        return self._process_stored(work, self._inbox.load_queued(work, waiting), fault)

    def _process_stored(self, work: Work, waiting: list[Arrival], fault: str = "") -> BatchResult:
        waiting = self._inbox.lock_stored(work, waiting)
        taken = self._batches.process(work, waiting, self._clock.now(), fault)
        work.is_quiet = taken.is_routine
        return taken

    def _process_commands(
        self, work: Work, waiting: list[StoredCommand], fault: str = ""
    ) -> BatchResult:
        return self._batches.process_commands(work, waiting, self._clock.now(), fault)

    def _note_offset(self, end: int | None) -> None:
        if end is not None:
            self._inbox.note_offset(end)

    def hand_over(self, taken: BatchResult) -> None:
        """Do what follows from a stored batch outside the database."""
        if taken.letters:
            self._courier.enqueue(taken.letters)
        if taken.has_passphrases:
            self._mailbox.passphrase_jobs.added.set()
        for chat, toast in taken.toasts:
            self._courier.send_toast(chat, toast)
        for case in taken.opened_cases:
            log.info("case_opened", case=case.reference, priority=int(case.priority))


def _resolve_group(
    group: list[tuple[list[Arrival], int | None, asyncio.Future[None]]], error: Exception | None
) -> None:
    for _, _, done in group:
        if done.done():
            continue
        if error is None:
            done.set_result(None)
        else:
            done.set_exception(error)
