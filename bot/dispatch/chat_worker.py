"""What a worker does: it locks the chats that waited longest, answers them, and commits.

Why the transaction is the claim: a chat is locked, its updates are answered and marked done, and
its row is unlocked, in one transaction. So there is no lease to renew, to expire or to give back.
If the worker ends, the server unlocks its chats and nothing of the transaction was stored. If it is
paused, the server ends its connection after three seconds (`Work.fence`), another worker takes the
chats, and what the first one tries to commit when it wakes fails and is run again like any other
transaction: it then finds what the other one left. The lock is also the order within a chat: no
other worker takes its next update before this one has committed.

An update over which a worker's process ends is not counted by that transaction, which is undone. So
the first batch after a start is counted by a commit of its own; an update over which processes end
again and again is then quarantined, after as many times as in the direct path (`MAX_CRASHES`).

What a process has in memory, and how it stays right with several of them. Read again by each unit
of work that needs it: service hours, changed phrases, chats with a check-in, the group of the forum
desk. Named by its content, so that two copies cannot differ: the words of questions. Followed every
half minute: epochs (`Vault.rotate_epoch`), the escrow key, cases that were erased. Added up in the
database: counts of updates and sessions. Only the leader's: the fair queue, the letters of the
courier, messages typed in the group; so updates of the group go to the leader (`receiver`).
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.dispatch.batch import BatchResult
from bot.mailbox.fair_queue import MAX_PER_CHAT
from bot.mailbox.inbox import MAX_CRASHES
from bot.mailbox.waiting_chats import MAX_CHATS
from bot.store.changes import LETTERS, WORKERS
from bot.store.faults import is_store_error
from bot.store.processes.running import has_other_workers

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import BatchProcessor
    from bot.mailbox.inbox import Inbox, StoredUpdate
    from bot.mailbox.waiting_chats import ClaimedChat
    from bot.store.writer import Work, Writer

FIRST_CHATS = 10
"""Chats of which one update is answered at first, while it is not known what ended the last
process."""
BRIEF, LONGEST, ALONE = 0.01, 4.0, 20.0
"""Seconds between two looks for chats: after something was stored, while nothing is, and while no
other worker runs. When one of several ends, nothing tells the others that its chats are free."""
FOLLOW_SECONDS = 30.0
"""Seconds between two looks for cases that another process has erased, and for other workers."""
UNHEARD = 0.25
"""Seconds between two looks while it cannot be heard that something is stored."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Which chats a worker wants to lock, and how many updates of each it takes."""

    keys: tuple[bytes, ...] = ()
    """Those chats; empty for the ones that have waited longest."""
    updates: int = MAX_PER_CHAT
    fault: str = ""
    """If there is one, the updates are quarantined for it instead of answered."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What came of a claim."""

    result: BatchResult
    chats: int = 0
    updates: int = 0


class ChatWorker:
    """Answers the chats that wait, as one of any number of workers."""

    def __init__(
        self, inbox: Inbox, batches: BatchProcessor, writer: Writer, clock: Clock,
        hand_over: Callable[[BatchResult], None],
    ) -> None:  # fmt: skip
        """Take what answers updates; `hand_over` gets what is to be done outside the database."""
        self._inbox = inbox
        self._batches = batches
        self._writer = writer
        self._clock = clock
        self._hand_over = hand_over
        self._is_first, self._is_warm = True, False
        self._is_alone = False
        """Whether no other worker ran, at the last look."""
        self._next_at: int | None = None
        """From when on a chat that was not locked may be; None if none waited."""

    async def warm_up(self) -> None:
        """Load what the first answer needs, unless that was done: it takes about a second."""
        if not self._is_warm:
            await asyncio.to_thread(self._batches.warm_up)
            self._is_warm = True

    async def run(self) -> None:
        """Answer chats until cancelled."""
        await self.warm_up()
        followed_at = self._clock.monotonic()
        while True:
            seen = self._writer.changes.count_for(WORKERS)
            if not await self.answer_some():
                await self._wait(seen)
            if self._clock.monotonic() - followed_at >= FOLLOW_SECONDS:
                followed_at = self._clock.monotonic()
                await self._writer.run(self._follow)

    def _follow(self, work: Work) -> None:
        """Learn what other processes have done: erased cases, and worked at all."""
        self._batches.evict_erased(work)
        self._is_alone = not has_other_workers(work, self._clock.now())

    async def answer_some(self) -> int:
        """Answer the chats that have waited longest; return how many chats were locked."""
        if not self._is_first:
            return await self._answer(Claim())
        keys = await self._writer.run(self._count_attempts)
        if keys:
            await self._answer(Claim(tuple(keys), updates=1))
            self._is_first = False
        return len(keys)

    async def _wait(self, seen: int) -> None:
        """Wait until something is stored, or a chat that is left alone for now may be taken."""
        changes, longest = self._writer.changes, ALONE if self._is_alone else LONGEST
        if not changes.is_listening:
            await asyncio.sleep(UNHEARD)
        if self._next_at is not None:
            ahead = (self._next_at - self._clock.now()) / SECOND
            longest = min(ahead if ahead > 0 else UNHEARD, longest)
        await changes.wait(seen, BRIEF, max(longest, 2 * BRIEF), WORKERS)

    async def _answer(self, claim: Claim) -> int:
        """Answer chats, together; if that fails, one by one, and at last each update alone.

        A failed unit is undone whole. An update that fails alone as well is quarantined.
        """
        locked: list[ClaimedChat] = []
        try:
            answered = await self._writer.run(lambda work: self._take(work, claim, locked))
        except Exception as error:
            if is_store_error(error) or not locked or claim.fault:
                raise
            return await self._answer_apart(claim, locked, type(error).__name__)
        self._hand_over(answered.result)
        return answered.chats

    async def _answer_apart(self, claim: Claim, locked: list[ClaimedChat], fault: str) -> int:
        keys = [chat.key for chat in locked]
        if len(keys) > 1:
            return sum([await self._answer(replace(claim, keys=(key,))) for key in keys])
        if claim.updates > 1:
            alone = Claim((keys[0],), updates=1)
            return max([await self._answer(alone) for _ in range(claim.updates)])
        return await self._answer(replace(claim, keys=(keys[0],), fault=fault))

    def _take(self, work: Work, claim: Claim, locked: list[ClaimedChat]) -> Answered:
        """Lock chats, answer their next updates and mark them done."""
        work.fence()
        now, most, chats = self._clock.now(), claim.updates, self._inbox.chats
        locked[:] = self._lock(work, claim, now)
        if not locked:
            self._next_at = chats.next_at(work)
            return Answered(BatchResult())
        stored = self._load(work, locked, most)
        arrivals = self._inbox.open_stored(work, [it for part in stored for it in part])
        result = self._batches.process(work, arrivals, now, claim.fault)
        if result.is_routine:
            work.only_for = LETTERS
        for chat, part in zip(locked, stored, strict=True):
            chats.finish(work, chat, len(part), most, now)
        return Answered(result, len(locked), sum(map(len, stored)))

    def _lock(self, work: Work, claim: Claim, now: int) -> list[ClaimedChat]:
        chats = self._inbox.chats
        if not claim.keys:
            return chats.claim(work, now, MAX_CHATS)
        return [chat for key in claim.keys for chat in chats.claim_chat(work, key)]

    def _load(
        self, work: Work, locked: Sequence[ClaimedChat], most: int
    ) -> list[list[StoredUpdate]]:
        """Return the next updates of each chat; all that the batch reads comes with them."""
        for chat in locked:
            self._inbox.expect_of_chat(work, chat.key, most)
        updates = sum(min(chat.update_count, most) for chat in locked)
        self._batches.expect_chats(work, [chat.key for chat in locked], updates)
        return [self._inbox.load_of_chat(work, chat.key, most) for chat in locked]

    def _count_attempts(self, work: Work) -> list[bytes]:
        """Choose the chats of the first batch; count an attempt for the next update of each.

        One over which processes ended too often is quarantined instead. One that was attempted
        before comes alone, so that others are not quarantined with it.
        """
        work.fence()
        now, chats = self._clock.now(), self._inbox.chats
        locked = chats.claim(work, now, FIRST_CHATS)
        if not locked:  # loading would draw numbers for letters, of which some wake every process
            self._next_at = chats.next_at(work)
            return []
        self._next_at = None
        chosen: list[tuple[bytes, StoredUpdate]] = []
        for chat, part in zip(locked, self._load(work, locked, 1), strict=True):
            ended = [it for it in part if it.attempts >= MAX_CRASHES]
            self._inbox.quarantine_crashing(work, ended)
            if ended or not part:
                chats.finish(work, chat, len(part), 1, now)
            chosen += [(chat.key, it) for it in part if it not in ended]
        tried = [(key, it) for key, it in chosen if it.attempts]
        chosen = tried[:1] or chosen
        self._inbox.count_attempts(work, [it for _, it in chosen])
        return [key for key, _ in chosen]
