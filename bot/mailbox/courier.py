"""The courier sends letters: each chat's in order, people before staff, until they arrive.

At most `RateLimits.in_flight` letters are sent at a time, each by a task of its own. Results are
stored in batches, so that a slow disk delays no letter and a slow network no disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.errors import CommitFailedError, DeliveryError, LetterRefusedError, RetryLaterError
from bot.log import log
from bot.mailbox.delivery import PreSendCheck, RetryPolicy, with_message_ids
from bot.mailbox.fair_queue import FairQueue
from bot.mailbox.lane_queue import LaneQueue
from bot.mailbox.letter import WITHDRAWN, Author, DeliveryResult, Lane, Letter, LetterState
from bot.mailbox.outbox import Outbox, OutboxResults, sent_message_ids
from bot.mailbox.rate_limit import RateLimiter, RateLimits, TokenBucket
from bot.messages import ClearChat, DeleteMessages, EditText, letters_named_in
from bot.store.changes import LETTERS
from bot.store.processes.running import has_other_workers
from bot.store.work import check_connection

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.clock import Clock
    from bot.mailbox.delivery import Channel, DeliveryPolicy
    from bot.mailbox.inbox import Inbox
    from bot.mailbox.lane_queue import Job
    from bot.mailbox.passphrase_jobs import PassphraseJobs
    from bot.messages import Body
    from bot.store.writer import Work, Writer


RESULT_DELAY = 0.05
"""Seconds a result may wait for a batch to store it. If the process ends meanwhile, a bot's letter
may be sent twice; a human's is marked before it is sent."""
RECOVERY_PERIOD = 10.0
"""Seconds after a start with letters left behind in which no result waits: if the process ends
again, people would read everything once more each time."""
POLL_INTERVAL = 1.0
"""Seconds between two looks for letters that other processes stored."""
SHARED_INTERVAL = 0.05
"""The same while other processes answer people, whose letters come by the store."""
LONG_INTERVAL, IDLE_INTERVAL = 5.0, 15.0
"""The same while nothing is stored; and if no letter waits at all. By the first of them a letter
that waits for its time is late at most."""
MAX_LOADED = 500
MAX_TRACKED = 5000
"""Stored letters that are tracked by chat; with more of them every chat is assumed to wait."""
TOAST_LANE, STOP_LANE = -1, 99
"""Lanes before and behind those of letters: a toast is worth nothing later; stopping comes last."""
SHUTDOWN_TIMEOUT = 10.0
"""Seconds a stopping process waits for letters that are being sent."""
MAX_PER_CALL = 100
FIRST_LOOK, LAST_LOOK = 0.005, 0.1
"""Seconds between two looks at what a stopping process waits for: soon at first, then seldom."""


@dataclass(frozen=True)
class Mailbox:
    """Everything that waits: updates, letters, passphrases to be hashed."""

    inbox: Inbox
    outbox: Outbox
    passphrase_jobs: PassphraseJobs
    results: OutboxResults = field(default_factory=OutboxResults)
    fair_queue: FairQueue = field(default_factory=FairQueue)


async def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait until a condition holds; only a stopping process and tests wait like this."""
    pause = FIRST_LOOK
    while not is_done():
        await asyncio.sleep(pause)
        pause = min(pause * 1.5, LAST_LOOK)


class Courier:
    """Sends letters from the outbox to a channel."""

    def __init__(
        self,
        mailbox: Mailbox,
        writer: Writer,
        channel: Channel,
        clock: Clock,
        limits: RateLimits,
        policy: DeliveryPolicy | None = None,
    ) -> None:
        self._pre_send = PreSendCheck(mailbox.results, policy)
        self._outbox = mailbox.outbox
        self._results_store = mailbox.results
        self._fair_queue = mailbox.fair_queue
        self._writer = writer
        self._channel = channel
        self._clock = clock
        self._limits = limits
        rate = limits.total_per_second
        self._total_bucket = TokenBucket(rate, max(rate, 1.0), clock.monotonic())
        self._limiter = RateLimiter(limits)
        self._retries = RetryPolicy(clock, self._limiter)
        self._waiting: dict[bytes, deque[Letter]] = {}
        self._in_flight: set[bytes] = set()
        self._timers: dict[bytes, asyncio.TimerHandle] = {}
        self._taken: dict[int, Letter] = {}
        self._dropped: dict[int, list[int]] = {}
        """Letters that waited behind one that showed that the chat has blocked us."""
        self._stored_chats: set[bytes] | None = None
        """Chats with stored letters that are not loaded; None while that is unknown."""
        self._passed_over: set[bytes] = set()
        self._recovery_until = 0.0
        self._queue = LaneQueue()
        self._busy = 0
        self._results: list[DeliveryResult] = []
        self._inherited: list[DeliveryResult] = []
        self._is_shared = False
        """Whether other processes answer people, and store letters between ours."""
        self._claims_end_at = 0
        """When a claim that another process left ends; 0: there is none."""
        self._has_results = asyncio.Event()
        self._results_since = 0.0

    def enqueue(self, letters: Iterable[Letter]) -> None:
        """Take letters that were stored just now; a delayed one is found when it is due.

        None overtakes a letter that an earlier process left in the store for the same chat, or that
        another one has stored: it stays there too, until the store is polled.
        """
        for letter in letters:
            if letter.delay_reason is not None or letter.not_before > self._clock.now():
                continue  # else all letters of its chat would wait for it
            key, stored = letter.chat_key, self._stored_chats
            if self._is_shared or stored is None or key in stored or key in self._passed_over:
                self._passed_over.add(key)
                self._writer.changes.tell(LETTERS)
            else:
                self._take(letter)

    def _take(self, letter: Letter) -> None:
        if (taken := self._taken.get(letter.id)) is not None:
            # It was stored and read from the store before it was handed over: its claim counts.
            taken.fence = max(taken.fence, letter.fence)
            return
        self._taken[letter.id] = letter
        if type(letter.body) is ClearChat:
            self._drop_waiting(letter)
        waiting = self._waiting.get(letter.chat_key)
        if waiting is None:
            self._waiting[letter.chat_key] = deque((letter,))
            self._queue.push(self._lane_of(letter), letter.chat_key)
        else:
            waiting.append(letter)

    def _drop_waiting(self, wipe: Letter) -> None:
        """Drop what waits in a chat that is about to be cleared: it would only be deleted again."""
        waiting = self._waiting.get(wipe.chat_key)
        if waiting is None:
            return
        is_in_flight = wipe.chat_key in self._in_flight
        first = [waiting.popleft()] if is_in_flight else []
        for letter in waiting:
            now = self._clock.now()
            self._add_result(DeliveryResult(letter, LetterState.REFUSED, now, fault=WITHDRAWN))
        waiting.clear()
        waiting.extend(first)
        if (timer := self._timers.pop(wipe.chat_key, None)) is not None:
            timer.cancel()
        if not is_in_flight:  # it need not wait where the dropped letters stood
            self._queue.move(wipe.lane, wipe.chat_key)

    def send_toast(self, chat: int, body: Body) -> None:
        """Send once, without storing it, what is worth nothing in a few seconds."""
        self._queue.push(TOAST_LANE, (chat, body))

    async def run(self) -> None:
        """Send letters until cancelled; then wait for those being sent and store their results."""
        self._claims_end_at = await self._writer.run(self._recover)
        self._inherited = []
        carriers = [asyncio.create_task(self._carry()) for _ in range(self._limits.in_flight)]
        others = [asyncio.create_task(job()) for job in (self._poll_store, self._store_results)]
        try:
            # Not `gather`: it would cancel the carriers too, in the middle of sending.
            ended, _ = await asyncio.wait([*carriers, *others], return_when=asyncio.FIRST_EXCEPTION)
            for task in ended:
                task.result()
        finally:
            for task in others:
                task.cancel()
            for _ in carriers:
                self._queue.push(STOP_LANE, None)
            _done, slow = await asyncio.wait(carriers, timeout=SHUTDOWN_TIMEOUT)
            for task in slow:
                task.cancel()
            await asyncio.gather(*carriers, *others, return_exceptions=True)
            with contextlib.suppress(CommitFailedError):
                await self._flush()

    async def drain(self) -> None:
        """Wait until no letter waits, is being sent, or has a result to be stored."""
        await wait_until(
            lambda: (
                self._stored_chats is not None
                and not (self._busy or self._taken or self._queue or self._passed_over)
            )
        )

    def _recover(self, work: Work) -> int:
        self._results_store.store(work, self._inherited)
        return self._end_claims(work, is_start=True)

    def _end_claims(self, work: Work, *, is_start: bool = False) -> int:
        """Note as uncertain what was left while it was sent; return when the next claim ends."""
        if count := self._results_store.end_left(work, self._clock.now(), is_start=is_start):
            log.warning("letter_uncertain", count=count)
        return self._results_store.claims.next_end(work)

    def _lane_of(self, letter: Letter) -> int:
        """Return a letter's lane: the last if very much was, or has to be, sent to its chat."""
        if letter.lane != Lane.PERSON:
            return letter.lane
        now = self._clock.monotonic()
        is_low = self._limiter.is_low(letter.chat_key, now) or self._fair_queue.is_flooding(
            letter.chat, now
        )
        is_owed_much = len(self._waiting.get(letter.chat_key, ())) > self._limits.person_burst
        return Lane.CROWD if is_low or is_owed_much else letter.lane

    def _demote_if_crowd(self, job: Job) -> bool:
        """Put a chat behind others if so much has come in it since it was queued."""
        letter = self._waiting[job][0] if type(job) is bytes else None
        if letter is None or self._lane_of(letter) != Lane.CROWD:
            return False
        self._queue.push(Lane.CROWD, letter.chat_key)
        return True

    async def _carry(self) -> None:
        """Do one job after the other; as many of these tasks run as letters are sent at a time."""
        while True:
            await self._queue.wait()
            if (wait := self._wait_for_all()) > 0:
                await asyncio.sleep(wait)  # choose only then: a person may have come meanwhile
                continue
            lane, job = self._queue.pop()
            if lane == Lane.PERSON and self._demote_if_crowd(job):
                continue
            self._queue.wake_one()
            if job is None:
                return
            self._busy += 1
            try:
                await (self._send_first(job) if type(job) is bytes else self._deliver_toast(*job))
            finally:
                self._busy -= 1

    async def _deliver_toast(self, chat: int, body: Body) -> None:
        self._total_bucket.take()
        try:
            await self._channel.deliver(chat, body)
        except DeliveryError:
            pass  # it is worth nothing later
        except Exception as error:  # noqa: BLE001 - a toast must not end the carrier
            log.warning("letter_failed", error=type(error).__name__)

    def _wait_for_all(self) -> float:
        now = self._clock.monotonic()
        return max(self._total_bucket.wait(now), self._retries.pause_until - now)

    async def _send_first(self, chat_key: bytes) -> None:
        """Send a chat's first letter, then queue the chat again if more wait."""
        letter = self._waiting[chat_key][0]
        wait = self._wait_for(letter)
        if wait > 0:
            self._requeue_later(letter, wait)
            return
        if type(letter.body) is not ClearChat:  # which counts each of its calls
            self._total_bucket.take()
        self._in_flight.add(chat_key)
        try:
            result = await self._deliver(letter)
        finally:
            self._in_flight.discard(chat_key)
        if result.delay_reason is not None:
            self._taken.pop(letter.id, None)
            self._advance(chat_key, dropped=False)
            return
        self._add_result(result)
        if result.state is LetterState.QUEUED:
            letter.attempts += 1
            letter.not_before = result.not_before
            self._requeue_later(letter, (result.not_before - self._clock.now()) / SECOND)
            return
        self._advance(chat_key, dropped=result.state is LetterState.BLOCKED)

    def _advance(self, chat_key: bytes, *, dropped: bool) -> None:
        waiting = self._waiting[chat_key]
        letter = waiting.popleft()
        if dropped:
            self._dropped[letter.id] = [each.id for each in waiting]
            waiting.clear()
        if waiting:
            self._queue.push(self._lane_of(waiting[0]), chat_key)
        else:
            del self._waiting[chat_key]

    def _requeue_later(self, letter: Letter, wait: float) -> None:
        later = asyncio.get_running_loop().call_later
        self._timers[letter.chat_key] = later(max(wait, 0.001), self._requeue, letter)

    def _requeue(self, letter: Letter) -> None:
        del self._timers[letter.chat_key]
        self._queue.push(self._lane_of(letter), letter.chat_key)

    def _wait_for(self, letter: Letter) -> float:
        """Return the seconds until this chat may be written to; take its token when it is 0."""
        if letter.not_before and (wait := (letter.not_before - self._clock.now()) / SECOND) > 0:
            return wait
        if type(letter.body) is ClearChat:
            return 0.0
        return self._limiter.take(letter.chat, letter.chat_key, self._clock.monotonic())

    async def _deliver(self, letter: Letter) -> DeliveryResult:
        if letter.author != Author.BOT:
            try:
                refused = await self._pre_send.check(letter, self._writer, self._clock)
            except Exception as error:  # noqa: BLE001 - unmarked it was not sent
                return self._retries.handle_failure(letter, RetryLaterError(), type(error).__name__)
            if refused is not None:
                return refused
        elif not self._writer.is_current and (late := await self._ask_lead(letter)) is not None:
            return late
        try:
            body = letter.body
            if type(body) is ClearChat:
                await self._clear_chat(letter, body)
                return DeliveryResult(letter, LetterState.SENT, self._clock.now())
            if isinstance(body, DeleteMessages | EditText) and (named := letters_named_in(body)):
                body = with_message_ids(body, await self._message_ids(named))
            message = await self._channel.deliver(letter.chat, body)
        except Exception as error:  # noqa: BLE001 - the letter is not lost
            return self._retries.handle_failure(letter, error)
        return DeliveryResult(letter, LetterState.SENT, self._clock.now(), message)

    async def _ask_lead(self, letter: Letter) -> DeliveryResult | None:
        """Return None if this process still leads; else the result of a letter it may not send.

        It may have been paused, and another one may have sent the letter meanwhile.
        """
        try:
            await self._writer.run(check_connection)
        except Exception as error:  # noqa: BLE001 - it was not sent
            return self._retries.handle_failure(letter, RetryLaterError(), type(error).__name__)
        return None

    async def _clear_chat(self, letter: Letter, body: ClearChat) -> None:
        """Delete messages from a chat, in as many calls as needed.

        Newest first: what is on top of a chat is seen first, and a chat counts both sides'
        messages together, upwards. Between two calls the channel may ask us to wait; the letter
        then says what is left.

        Raises:
            DeliveryError: as the channel does.
        """
        numbers = {*body.messages, *(await self._message_ids(body.letters)).values()}
        left = tuple(sorted(numbers, reverse=True))
        while left:
            while True:
                if (wait := self._wait_for_all()) <= 0:
                    break
                await asyncio.sleep(wait)
            self._total_bucket.take()
            with contextlib.suppress(LetterRefusedError):  # too old, or deleted: the rest is not
                await self._channel.deliver(letter.chat, DeleteMessages(left[:MAX_PER_CALL]))
            left = left[MAX_PER_CALL:]
            letter.body = ClearChat(left)

    async def _message_ids(self, letters: tuple[int, ...]) -> dict[int, int]:
        if not letters:
            return {}
        await self._flush()
        return await self._writer.run(lambda work: sent_message_ids(work, letters))

    async def _poll_store(self) -> None:
        changes = self._writer.changes
        while True:
            seen = changes.count_for(LETTERS)
            passed_over, self._passed_over = self._passed_over, set()
            if self._stored_chats is not None:
                self._stored_chats |= passed_over
            due, queued = await self._writer.run(self._load_due)
            for letter in due:
                self._take(letter)
            if due and self._stored_chats is None:
                self._recovery_until = self._clock.monotonic() + RECOVERY_PERIOD
            left = {key for number, key in queued if number not in self._taken}
            self._stored_chats = left if len(queued) < MAX_TRACKED else None
            self._limiter.expire(self._clock.monotonic())
            if 0 < self._claims_end_at <= self._clock.now():
                self._claims_end_at = await self._writer.run(self._end_claims)
            brief = SHARED_INTERVAL if self._is_shared else POLL_INTERVAL
            has_more = queued or self._taken or self._claims_end_at
            longest = LONG_INTERVAL if has_more else IDLE_INTERVAL
            await changes.wait(seen, brief, longest, LETTERS)

    def _load_due(self, work: Work) -> tuple[list[Letter], list[tuple[int, bytes]]]:
        # Letters that are loaded do not count: in a flood they would hide what others stored.
        held = frozenset(self._taken)
        self._is_shared = has_other_workers(work, self._clock.now())
        due = self._outbox.load_due(work, self._clock.now(), MAX_LOADED, held)
        found = self._outbox.load_queued(work, MAX_TRACKED + len(held))
        return due, [each for each in found if each[0] not in held]

    def _add_result(self, result: DeliveryResult) -> None:
        if not self._results:
            self._results_since = self._clock.monotonic()
            self._has_results.set()
        self._results.append(result)

    def collect(self) -> list[DeliveryResult]:
        """Hand over the results to be stored in a transaction of the caller."""
        results, self._results = self._results, []
        return results

    def put_back(self, results: list[DeliveryResult]) -> None:
        """Take back results that were collected and not stored."""
        self._results[:0] = results
        self._has_results.set()

    def results_not_stored(self) -> list[DeliveryResult]:
        """Return what became of letters and may not be stored, oldest first, for the next courier.

        What this one took over belongs to it, as long as its own start has not stored it.
        """
        return [*self._inherited, *self._results]

    def take_over(self, results: list[DeliveryResult]) -> None:
        """Store first what became of letters that an earlier courier sent and could not store."""
        self._inherited = results

    async def _store_results(self) -> None:
        while True:
            await self._has_results.wait()
            # A batch that is under way stores these too, and saves them a commit of their own.
            now = self._clock.monotonic()
            rest = self._results_since + RESULT_DELAY - now
            if rest > 0 and now > self._recovery_until:
                await asyncio.sleep(max(rest, 0.001))  # too short a sleep would be none
            elif self._results:
                await self._flush()
            else:
                self._has_results.clear()

    async def _flush(self) -> None:
        results = self.collect()
        if not results:
            return
        try:
            await self._writer.run(lambda work: self._store(work, results))
        except BaseException:
            self.put_back(results)
            raise
        self.mark_stored(results)

    def _store(self, work: Work, results: list[DeliveryResult]) -> None:
        work.is_quiet = all(it.is_routine for it in results)
        self._results_store.store(work, results)

    def mark_stored(self, results: list[DeliveryResult]) -> None:
        """Forget letters whose results are stored."""
        # Only now: until then the store has them as queued, and they would be sent twice.
        for result in results:
            if result.state is not LetterState.QUEUED:
                self._taken.pop(result.letter.id, None)
                for dropped in self._dropped.pop(result.letter.id, ()):
                    self._taken.pop(dropped, None)
