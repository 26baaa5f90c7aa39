"""Carries letters: each chat's in order, people before staff, as often as it takes.

At most `Limits.in_flight` of them are on the wire, each carried by a task of its own. What became
of them is written down in batches, so that a slow disk holds up no letter and a slow network no
disk.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections import deque
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.errors import DeliveryError, StoreFailed, TryLater
from bot.log import log
from bot.mailbox.clear_chat import make_way, wipe
from bot.mailbox.delivery import Admission, Patience, completed
from bot.mailbox.letter import Author, Lane, Letter, Settled, State, numbers_of
from bot.mailbox.priority_queue import Turns
from bot.mailbox.rate_limit import Bucket, Limits, Pace
from bot.messages import Edit, Remove, Wipe, letters_in

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.clock import Clock
    from bot.mailbox.delivery import Channel, Gate
    from bot.mailbox.outbox import Outbox
    from bot.mailbox.priority_queue import Job
    from bot.messages import Body
    from bot.store.writer import Work, Writer

UNHURRIED = 0.05
"""Seconds a result may wait for a batch to take it along. A bot's letter may be sent twice if the
process ends in them; a human's is marked before it is sent."""
AFTERMATH = 10.0
"""Seconds after a process left letters behind in which no result waits: whatever ended it may come
again, and people would read everything once more each time."""
LOOK = 1.0
"""Seconds between two looks for letters that other processes left."""
MOST_AT_ONCE = 500
MOST_OWED = 5000
"""Letters told apart by chat while they wait; with more of them every chat is taken to wait."""
FIRST_OF_ALL, LAST_OF_ALL = -1, 99
"""Lanes before and behind those of letters: a toast is worth nothing later; the end waits."""
PARTING = 10.0
"""Seconds a stopping process waits for letters that are on the wire."""


class Courier:
    """Carries letters from the outbox to a channel."""

    def __init__(  # noqa: PLR0913, PLR0917 - what carries, and what holds back
        self,
        outbox: Outbox,
        writer: Writer,
        channel: Channel,
        clock: Clock,
        limits: Limits,
        gate: Gate | None = None,
    ) -> None:
        self._admit = Admission(outbox, gate)
        self._outbox = outbox
        self._writer = writer
        self._channel = channel
        self._clock = clock
        self._limits = limits
        rate = limits.everybody_per_second
        self._everybody = Bucket(rate, max(rate, 1.0), clock.monotonic())
        self._pace = Pace(limits)
        self._patience = Patience(clock, self._pace)
        self.floods: Callable[[int, float], bool] = lambda *_: False
        """Tells whether a chat writes so much that others come before it."""
        self._waiting: dict[bytes, deque[Letter]] = {}
        self._flying: set[bytes] = set()
        """Chats whose first letter is on the wire."""
        self._later: dict[bytes, asyncio.TimerHandle] = {}
        """Chats whose first letter waits for a moment."""
        self._held: set[int] = set()
        self._dropped: dict[int, list[int]] = {}
        """What waited behind a letter over which a chat turned out to have blocked us."""
        self._owed: set[bytes] | None = None
        """Chats with letters in the store that we have not taken; None while nobody knows."""
        self._passed_over: set[bytes] = set()
        self._aftermath_until = 0.0
        self._turns = Turns()
        self._busy = 0
        self._results: list[Settled] = []
        self._settled = asyncio.Event()
        self._settled_since = 0.0

    def hand(self, letters: Iterable[Letter]) -> None:
        """Take letters that were stored just now; one that is held is found when it is due.

        Nothing overtakes what an earlier process left in the store for the same chat: what comes
        behind that stays there too, until we look.
        """
        for letter in letters:
            if letter.hold is not None:  # taken, it would stand before all that comes meanwhile
                continue
            if self._is_owed(letter.chat_key):
                self._passed_over.add(letter.chat_key)
            else:
                self._take(letter)

    def _is_owed(self, chat_key: bytes) -> bool:
        return self._owed is None or chat_key in self._owed or chat_key in self._passed_over

    def _take(self, letter: Letter) -> None:
        if letter.id in self._held:
            return
        self._held.add(letter.id)
        if type(letter.body) is Wipe:
            self._make_way(letter)
        waiting = self._waiting.get(letter.chat_key)
        if waiting is None:
            self._waiting[letter.chat_key] = deque((letter,))
            self._turns.line_up(self._lane_of(letter), letter.chat_key)
        else:
            waiting.append(letter)

    def _make_way(self, wipe: Letter) -> None:
        """Drop what waits in a chat that is about to be wiped: it would only be deleted again."""
        waiting = self._waiting.get(wipe.chat_key)
        if waiting is None:
            return
        is_flying = wipe.chat_key in self._flying
        for result in make_way(waiting, self._clock.now(), is_flying=is_flying):
            self._note(result)
        if (timer := self._later.pop(wipe.chat_key, None)) is not None:
            timer.cancel()
        if not is_flying:  # it need not wait where the letters stood that it takes the place of
            self._turns.move(wipe.lane, wipe.chat_key)

    def toast(self, chat: int, body: Body) -> None:
        """Try once to say something that is worth nothing in a few seconds; nothing is stored."""
        self._turns.line_up(FIRST_OF_ALL, (chat, body))

    async def run(self) -> None:
        """Carry letters until cancelled; then wait for those on the wire and write them down."""
        await self._writer.run(self._recover)
        carriers = [asyncio.create_task(self._carry()) for _ in range(self._limits.in_flight)]
        others = [asyncio.create_task(job()) for job in (self._look, self._write_down)]
        try:
            # Not `gather`: it would cancel the carriers with us, letters on the wire and all.
            ended, _ = await asyncio.wait([*carriers, *others], return_when=asyncio.FIRST_EXCEPTION)
            for task in ended:
                task.result()
        finally:
            for task in others:
                task.cancel()
            for _ in carriers:
                self._turns.line_up(LAST_OF_ALL, None)
            _done, slow = await asyncio.wait(carriers, timeout=PARTING)
            for task in slow:
                task.cancel()
            await asyncio.gather(*carriers, *others, return_exceptions=True)
            with contextlib.suppress(StoreFailed):
                await self._flush()

    async def empty(self) -> None:
        """Wait until no letter waits, flies, or is to be written down."""
        while self._busy or self._held or self._turns or self._owed is None or self._passed_over:  # noqa: ASYNC110
            await asyncio.sleep(0.005)  # only a stopping process and tests wait here

    def _recover(self, work: Work) -> None:
        if uncertain := self._outbox.recover(work, self._clock.now()):
            log.warning("letter_uncertain", count=uncertain)

    def _lane_of(self, letter: Letter) -> int:
        """Return who comes before a letter: everybody, when its chat was or is owed very much."""
        if letter.lane != Lane.PERSON:
            return letter.lane
        now = self._clock.monotonic()
        is_low = self._pace.is_low(letter.chat_key, now) or self.floods(letter.chat, now)
        is_owed_much = len(self._waiting.get(letter.chat_key, ())) > self._limits.person_burst
        return Lane.CROWD if is_low or is_owed_much else letter.lane

    def _is_crowd_by_now(self, job: Job) -> bool:
        """Line a chat up behind others if so much has come in it since it was lined up."""
        letter = self._waiting[job][0] if type(job) is bytes else None
        if letter is None or self._lane_of(letter) != Lane.CROWD:
            return False
        self._turns.line_up(Lane.CROWD, letter.chat_key)
        return True

    async def _carry(self) -> None:
        """Do one job after the other; there is one of these for every letter on the wire."""
        while True:
            await self._turns.wait()
            if (wait := self._wait_for_all()) > 0:
                await asyncio.sleep(wait)  # and only then choose: by then a person may have come
                continue
            lane, job = self._turns.take()
            if lane == Lane.PERSON and self._is_crowd_by_now(job):
                continue
            self._turns.wake_one()
            if job is None:
                return
            self._busy += 1
            try:
                await (self._serve(job) if type(job) is bytes else self._say_once(*job))
            finally:
                self._busy -= 1

    async def _say_once(self, chat: int, body: Body) -> None:
        self._everybody.take()
        try:
            await self._channel.deliver(chat, body)
        except DeliveryError:
            pass  # it was worth nothing later
        except Exception as error:  # noqa: BLE001 - nor is it worth the carrier
            log.warning("letter_failed", error=type(error).__name__)

    def _wait_for_all(self) -> float:
        now = self._clock.monotonic()
        return max(self._everybody.wait(now), self._patience.pause_until - now)

    async def _serve(self, chat_key: bytes) -> None:
        """Deliver a chat's first letter, then line the chat up again if more wait."""
        letter = self._waiting[chat_key][0]
        wait = self._wait_for(letter)
        if wait > 0:
            self._line_up_later(letter, wait)
            return
        if type(letter.body) is not Wipe:  # that counts each of its calls
            self._everybody.take()
        self._flying.add(chat_key)
        try:
            result = await self._deliver(letter)
        finally:
            self._flying.discard(chat_key)
        if result.hold is not None:
            self._held.discard(letter.id)
            self._next(chat_key, dropped=False)
            return
        self._note(result)
        if result.state is State.QUEUED:
            letter.attempts += 1
            letter.not_before = result.not_before
            self._line_up_later(letter, (result.not_before - self._clock.now()) / SECOND)
            return
        self._next(chat_key, dropped=result.state is State.BLOCKED)

    def _next(self, chat_key: bytes, *, dropped: bool) -> None:
        waiting = self._waiting[chat_key]
        letter = waiting.popleft()
        if dropped:
            self._dropped[letter.id] = [each.id for each in waiting]
            waiting.clear()
        if waiting:
            self._turns.line_up(self._lane_of(waiting[0]), chat_key)
        else:
            del self._waiting[chat_key]

    def _line_up_later(self, letter: Letter, wait: float) -> None:
        later = asyncio.get_running_loop().call_later
        self._later[letter.chat_key] = later(max(wait, 0.001), self._line_up_again, letter)

    def _line_up_again(self, letter: Letter) -> None:
        del self._later[letter.chat_key]
        self._turns.line_up(self._lane_of(letter), letter.chat_key)

    def _wait_for(self, letter: Letter) -> float:
        """Return the seconds until this chat may be written to; take its token when it is 0."""
        if letter.not_before and (wait := (letter.not_before - self._clock.now()) / SECOND) > 0:
            return wait
        if type(letter.body) is Wipe:
            return 0.0
        return self._pace.take(letter.chat, letter.chat_key, self._clock.monotonic())

    async def _deliver(self, letter: Letter) -> Settled:
        if letter.author != Author.BOT:
            try:
                kept_back = await self._admit.ask(letter, self._writer, self._clock)
            except Exception as error:  # noqa: BLE001 - unmarked it is not sent, and may be tried
                return self._patience.missed(letter, TryLater(), type(error).__name__)
            if kept_back is not None:
                return kept_back
        try:
            body = letter.body
            if type(body) is Wipe:
                numbers = [*body.messages, *(await self._numbers(body.letters)).values()]
                await wipe(letter, numbers, self._channel, self._ready)
                return Settled(letter, State.SENT, self._clock.now())
            if isinstance(body, Remove | Edit) and letters_in(body):
                body = await self._complete(body)
            message = await self._channel.deliver(letter.chat, body)
        except Exception as error:  # noqa: BLE001 - whatever happened, the letter is not lost
            return self._patience.missed(letter, error)
        return Settled(letter, State.SENT, self._clock.now(), message)

    async def _ready(self) -> None:
        """Wait until anything may be sent, and count one call."""
        while (wait := self._wait_for_all()) > 0:  # noqa: ASYNC110 - a moment, not an event
            await asyncio.sleep(wait)
        self._everybody.take()

    async def _complete(self, body: Remove | Edit) -> Remove | Edit:
        """Fill in the numbers of messages that are known only since they were sent."""
        return completed(body, await self._numbers(letters_in(body)))

    async def _numbers(self, letters: tuple[int, ...]) -> dict[int, int]:
        if not letters:
            return {}
        await self._flush()
        return await self._writer.run(lambda work: numbers_of(work, letters))

    async def _look(self) -> None:
        while True:
            passed_over, self._passed_over = self._passed_over, set()
            if self._owed is not None:
                self._owed |= passed_over
            due, queued = await self._writer.run(self._in_store)
            for letter in due:
                self._take(letter)
            if due and self._owed is None:
                self._aftermath_until = self._clock.monotonic() + AFTERMATH
            left = {key for number, key in queued if number not in self._held}
            self._owed = left if len(queued) < MOST_OWED else None
            self._pace.forget(self._clock.monotonic())
            await asyncio.sleep(LOOK)

    def _in_store(self, work: Work) -> tuple[list[Letter], list[tuple[int, bytes]]]:
        # What we hold counts for nothing: in a flood it would hide what others left.
        held = frozenset(self._held)
        due = self._outbox.due(work, self._clock.now(), MOST_AT_ONCE, held)
        found = self._outbox.queued(work, MOST_OWED + len(held))
        return due, [each for each in found if each[0] not in held]

    def _note(self, result: Settled) -> None:
        if not self._results:
            self._settled_since = self._clock.monotonic()
            self._settled.set()
        self._results.append(result)

    def collect(self) -> list[Settled]:
        """Hand over what is to be written down, to whoever has a transaction of their own."""
        results, self._results = self._results, []
        return results

    def put_back(self, results: list[Settled]) -> None:
        """Take back what was collected and not written down."""
        self._results[:0] = results
        self._settled.set()

    async def _write_down(self) -> None:
        while True:
            await self._settled.wait()
            # A batch that is under way takes these along, and saves them a commit of their own.
            now = self._clock.monotonic()
            rest = self._settled_since + UNHURRIED - now
            if rest > 0 and now > self._aftermath_until:
                await asyncio.sleep(max(rest, 0.001))  # a rest too small is none
            elif self._results:
                await self._flush()
            else:
                self._settled.clear()

    async def _flush(self) -> None:
        results = self.collect()
        if not results:
            return
        try:
            await self._writer.run(lambda work: self._outbox.settle(work, results))
        except BaseException:
            self.put_back(results)
            raise
        self.written_down(results)

    def written_down(self, results: list[Settled]) -> None:
        """Let go of letters whose end is in the store."""
        # Only now: a look at the store before this would find them queued and send them twice.
        for result in results:
            if result.state is not State.QUEUED:
                self._held.discard(result.letter.id)
                self._held.difference_update(self._dropped.pop(result.letter.id, ()))
