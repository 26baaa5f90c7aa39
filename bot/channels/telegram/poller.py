"""Fetches updates and confirms them only when they are kept.

The body of an answer stays raw bytes: one update that cannot be read stops nobody. All this knows
of the inbox is `receive`, which returns after the commit; if it fails, nothing was confirmed, the
error goes up and the process may stop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.backoff import Patience, Rivals
from bot.channels.telegram.client import identify, remove_webhook, updates_of
from bot.channels.telegram.offset import AfterCommit, Offset
from bot.channels.telegram.split_batch import Raw, Stuck, split
from bot.channels.telegram.transport_errors import wait_of
from bot.clock import Clock, SystemClock
from bot.errors import AlreadyRunning, Unreadable
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from telegram import Bot

Answer = TypeVar("Answer")
RIVAL = (
    "Another program fetches the messages of this bot. Stop it first: "
    "two would take them away from each other."
)
WEBHOOK = (
    "Another program has Telegram send the messages of this bot to its webhook. Stop it first: "
    "two would take them away from each other."
)
OUTAGE = 300.0
"""Seconds without Telegram after which staff should know."""
AWAY = 150.0
"""Seconds Telegram keeps a press: after a longer silence some may be lost."""
WAIT = 50
"""Seconds Telegram may hold a question until something arrives; the most it allows."""
ROOM_EVERY = 5.0
"""Seconds between two looks at a disk that was full."""
TOO_SOON = 0.5
"""Seconds to wait after an empty answer that did not wait."""


class Poller:
    """Asks for updates, one batch after the other, as long as it runs."""

    def __init__(  # noqa: PLR0913 - the seams of time and chance are handed in
        self,
        bot: Bot,
        receive: Callable[[Sequence[Raw]], Awaitable[None]],
        *,
        expected: int | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Coroutine[None, None, None]] = asyncio.sleep,
        offset: Offset | None = None,
        patience: Patience | None = None,
        wait: int = WAIT,
        returned: Callable[[], Awaitable[None]] | None = None,
        has_room: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare to poll.

        Args:
            bot: ours, with open connections.
            receive: keeps a batch and returns after the commit.
            expected: the number of the bot whose data we hold.
            clock: tells spans.
            sleep: waits; tests move time instead.
            offset: what confirms a batch, and when.
            patience: how long to wait after failures.
            wait: seconds Telegram may hold a question.
            returned: is told when Telegram answers again after so long that presses of buttons
                may be lost, before anything that waited is received.
            has_room: tells whether what comes could be written down; while it could not, nothing
                is asked for, and Telegram keeps it for a day.
        """
        self._bot = bot
        self._fetch = updates_of(bot)
        self._receive = receive
        self._expected = expected
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._offset = offset or AfterCommit()
        self._patience = patience or Patience()
        self._wait = wait
        self._returned = returned
        self._has_room = has_room
        self._asked: int | None = None
        self._last: Sequence[Raw] = ()
        self._stuck = Stuck()
        self._rivals = Rivals(self._clock.monotonic())
        self.reached = self._clock.monotonic()
        """When Telegram last answered, by the clock that only grows."""
        self._is_out = False
        self._is_doubtful = False
        self._was_away = False
        self._is_stopping = False
        self._waiting: asyncio.Future[Any] | None = None

    async def run(self) -> None:
        """Poll until `stop`.

        Raises:
            AlreadyRunning: another program fetches this bot's updates.
            WrongSetting: the token is not accepted, or is another bot's.
        """
        await self._insist(self._prepare)
        await self._say_we_are_back()
        log.info("polling")
        while not self._is_stopping:
            if not self._has_room():
                await self._wait_for_room()
                continue
            batch = await self._insist(self._ask)
            await self._say_we_are_back()
            if batch:
                await self._settle(batch)

    async def _wait_for_room(self) -> None:
        """Ask for nothing while nothing could be kept."""
        log.error("polling_rests")
        while not (self._is_stopping or self._has_room()):
            await self._unless_stopped(self._sleep(ROOM_EVERY))

    def stop(self) -> None:
        """Ask for no more; what is being kept is kept to its end, and nothing else is confirmed."""
        self._is_stopping = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def _prepare(self) -> None:
        await identify(self._bot, self._expected)
        await remove_webhook(self._bot)
        self._rivals = Rivals(self._clock.monotonic())

    async def _ask(self) -> list[Raw]:
        if self._is_doubtful:
            await identify(self._bot, self._expected)
            self._is_doubtful = False
        began = self._clock.monotonic()
        # After a long silence the first answer shall come at once: somebody may wait to be asked.
        wait = 0 if began - self.reached > AWAY else self._wait
        batch = self._cut(await self._fetch(self._asked, wait, self._stuck.limit))
        if not batch and wait and self._clock.monotonic() - began < TOO_SOON:
            await self._sleep(TOO_SOON)
        return batch

    def _cut(self, body: bytes) -> list[Raw]:
        """Return the updates of an answer, or the one that spoils it when it goes on coming."""
        try:
            batch = split(body)
        except Unreadable:
            if self._stuck.limit == 1:  # Telegram can be reached; everybody waits for this one
                self._patience.regained()
            spoils = self._stuck.failed(body)
            if spoils is None:
                raise
            log.error("answer_set_aside", count=len(body))
            return [spoils]
        self._stuck.passed(empty=not batch)
        return batch

    async def _settle(self, batch: Sequence[Raw]) -> None:
        self._asked = await self._offset.settle(batch, self._asked, self._receive)
        if batch == self._last:  # it could not be confirmed: it has no number we can read
            await self._unless_stopped(self._sleep(self._patience.lost()))
        self._last = batch

    async def _insist(self, question: Callable[[], Coroutine[None, None, Answer]]) -> Answer | None:
        """Return the answer, however often it has to be asked for; None once we are stopping."""
        while not self._is_stopping:
            failure: TelegramError | Unreadable | None = None
            try:
                answer = await self._unless_stopped(question())
            except (TelegramError, Unreadable) as error:
                failure = error
            if failure is None:
                self._patience.regained()
                self._note_answer()
                return answer
            await self._unless_stopped(self._sleep(self._seconds_after(failure)))
        return None

    def _seconds_after(self, error: TelegramError | Unreadable) -> float:
        """Return how long to wait after a failure; raise what waiting does not mend."""
        if isinstance(error, Conflict):
            self._yield_to_others(error)
        else:
            log.warning("poll_failed", error=type(error).__name__)
        self._is_doubtful = self._is_doubtful or isinstance(error, InvalidToken)
        outage = self._clock.monotonic() - self.reached
        if outage > OUTAGE and not self._is_out:
            self._is_out = True
            log.error("outage", seconds=outage)
        return wait_of(error) if isinstance(error, RetryAfter) else self._patience.lost()

    def _note_answer(self) -> None:
        now = self._clock.monotonic()
        self._was_away = self._was_away or now - self.reached > AWAY
        self.reached, self._is_out = now, False

    async def _say_we_are_back(self) -> None:
        was_away, self._was_away = self._was_away, False
        if was_away and self._returned is not None:
            await self._returned()

    def _yield_to_others(self, error: Conflict) -> None:
        log.warning("poll_conflict")
        if "webhook" in str(error).lower():
            raise AlreadyRunning(WEBHOOK)
        if self._rivals.gives_way(self._clock.monotonic()):
            raise AlreadyRunning(RIVAL)

    async def _unless_stopped(self, work: Coroutine[None, None, Answer]) -> Answer | None:
        waiting: asyncio.Task[Answer] = asyncio.create_task(work)
        self._waiting = waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self._is_stopping or (task is not None and task.cancelling()):
                raise
            return None
        finally:
            self._waiting = None
