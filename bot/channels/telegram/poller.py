"""Fetches updates and confirms them only when they are kept.

The body of an answer stays raw bytes: one update that cannot be read stops nobody. All this knows
of the inbox is `receive`, which returns after the commit; if it fails, nothing was confirmed, the
error goes up and the process may stop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, TypeVar

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.backoff import Backoff, ConflictDetector
from bot.channels.telegram.client import build_fetch, identify, remove_webhook
from bot.channels.telegram.offset import ConfirmAfterCommit, OffsetPolicy
from bot.channels.telegram.split_batch import BrokenBatchHandler, RawUpdate, split_updates
from bot.channels.telegram.transport_errors import retry_delay
from bot.clock import Clock, SystemClock
from bot.errors import AlreadyRunningError, UnreadableUpdateError
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from telegram import Bot

Answer = TypeVar("Answer")
OTHER_POLLER = (
    "Another program fetches the messages of this bot. Stop it first: "
    "two would take them away from each other."
)
WEBHOOK = (
    "Another program has Telegram send the messages of this bot to its webhook. Stop it first: "
    "two would take them away from each other."
)
OUTAGE = 300.0
"""Seconds without Telegram after which staff should know."""
PRESS_LIFETIME = 150.0
"""Seconds Telegram keeps a press: after a longer silence some may be lost."""
POLL_TIMEOUT = 50
"""Seconds Telegram may hold a question until something arrives; the most it allows."""
DISK_CHECK_INTERVAL = 5.0
"""Seconds between two looks at a disk that was full."""
MIN_INTERVAL = 0.5
"""Seconds to wait after an empty answer that did not wait."""


class Poller:
    """Asks for updates, one batch after the other, as long as it runs."""

    def __init__(  # noqa: PLR0913 - the seams of time and chance are handed in
        self,
        bot: Bot,
        receive: Callable[[Sequence[RawUpdate]], Awaitable[None]],
        *,
        expected_bot: int | None = None,
        clock: Clock | None = None,
        sleep: Callable[[float], Coroutine[None, None, None]] = asyncio.sleep,
        offset: OffsetPolicy | None = None,
        backoff: Backoff | None = None,
        wait: int = POLL_TIMEOUT,
        on_return: Callable[[], Awaitable[None]] | None = None,
        has_disk_space: Callable[[], bool] = lambda: True,
    ) -> None:
        """Prepare to poll.

        Args:
            bot: ours, with open connections.
            receive: keeps a batch and returns after the commit.
            expected_bot: the number of the bot whose data we hold.
            clock: tells spans.
            sleep: waits; tests move time instead.
            offset: what confirms a batch, and when.
            backoff: how long to wait after failures.
            wait: seconds Telegram may hold a question.
            on_return: is told when Telegram answers again after so long that presses of buttons
                may be lost, before anything that waited is received.
            has_disk_space: tells whether what comes could be written down; while it could not,
            nothing
                is asked for, and Telegram keeps it for a day.
        """
        self._bot = bot
        self._fetch = build_fetch(bot)
        self._receive = receive
        self._expected_bot = expected_bot
        self._clock = clock or SystemClock()
        self._sleep = sleep
        self._offset = offset or ConfirmAfterCommit()
        self._backoff = backoff or Backoff()
        self._wait = wait
        self._on_return = on_return
        self._has_disk_space = has_disk_space
        self._next_offset: int | None = None
        self._last_batch: Sequence[RawUpdate] = ()
        self._broken_batches = BrokenBatchHandler()
        self._conflicts = ConflictDetector(self._clock.monotonic())
        self.last_reached_at = self._clock.monotonic()
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
        await self._retry(self._prepare)
        await self._notify_return()
        log.info("polling")
        while not self._is_stopping:
            if not self._has_disk_space():
                await self._wait_for_disk_space()
                continue
            batch = await self._retry(self._fetch_batch)
            await self._notify_return()
            if batch:
                await self._process_batch(batch)

    async def _wait_for_disk_space(self) -> None:
        """Ask for nothing while nothing could be kept."""
        log.error("polling_paused")
        while not (self._is_stopping or self._has_disk_space()):
            await self._run_unless_stopped(self._sleep(DISK_CHECK_INTERVAL))

    def stop(self) -> None:
        """Ask for no more; what is being kept is kept to its end, and nothing else is confirmed."""
        self._is_stopping = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def _prepare(self) -> None:
        await identify(self._bot, self._expected_bot)
        await remove_webhook(self._bot)
        self._conflicts = ConflictDetector(self._clock.monotonic())

    async def _fetch_batch(self) -> list[RawUpdate]:
        if self._is_doubtful:
            await identify(self._bot, self._expected_bot)
            self._is_doubtful = False
        began = self._clock.monotonic()
        # After a long silence the first answer shall come at once: somebody may wait to be asked.
        wait = 0 if began - self.last_reached_at > PRESS_LIFETIME else self._wait
        batch = self._split_batch(
            await self._fetch(self._next_offset, wait, self._broken_batches.limit)
        )
        if not batch and wait and self._clock.monotonic() - began < MIN_INTERVAL:
            await self._sleep(MIN_INTERVAL)
        return batch

    def _split_batch(self, body: bytes) -> list[RawUpdate]:
        """Return the updates of an answer, or the one that spoils it when it goes on coming."""
        try:
            batch = split_updates(body)
        except UnreadableUpdateError:
            if (
                self._broken_batches.limit == 1
            ):  # Telegram can be reached; everybody waits for this one
                self._backoff.reset()
            spoils = self._broken_batches.handle_failure(body)
            if spoils is None:
                raise
            log.error("poll_response_quarantined", count=len(body))
            return [spoils]
        self._broken_batches.note_success(empty=not batch)
        return batch

    async def _process_batch(self, batch: Sequence[RawUpdate]) -> None:
        self._next_offset = await self._offset.settle(batch, self._next_offset, self._receive)
        if batch == self._last_batch:  # it could not be confirmed: it has no number we can read
            await self._run_unless_stopped(self._sleep(self._backoff.next_delay()))
        self._last_batch = batch

    async def _retry(self, question: Callable[[], Coroutine[None, None, Answer]]) -> Answer | None:
        """Return the answer, however often it has to be asked for; None once we are stopping."""
        while not self._is_stopping:
            failure: TelegramError | UnreadableUpdateError | None = None
            try:
                answer = await self._run_unless_stopped(question())
            except (TelegramError, UnreadableUpdateError) as error:
                failure = error
            if failure is None:
                self._backoff.reset()
                self._note_answer()
                return answer
            await self._run_unless_stopped(self._sleep(self._delay_after(failure)))
        return None

    def _delay_after(self, error: TelegramError | UnreadableUpdateError) -> float:
        """Return how long to wait after a failure; raise what waiting does not mend."""
        if isinstance(error, Conflict):
            self._yield_to_others(error)
        else:
            log.warning("poll_failed", error=type(error).__name__)
        self._is_doubtful = self._is_doubtful or isinstance(error, InvalidToken)
        outage = self._clock.monotonic() - self.last_reached_at
        if outage > OUTAGE and not self._is_out:
            self._is_out = True
            log.error("outage", seconds=outage)
        return retry_delay(error) if isinstance(error, RetryAfter) else self._backoff.next_delay()

    def _note_answer(self) -> None:
        now = self._clock.monotonic()
        self._was_away = self._was_away or now - self.last_reached_at > PRESS_LIFETIME
        self.last_reached_at, self._is_out = now, False

    async def _notify_return(self) -> None:
        was_away, self._was_away = self._was_away, False
        if was_away and self._on_return is not None:
            await self._on_return()

    def _yield_to_others(self, error: Conflict) -> None:
        log.warning("poll_conflict")
        if "webhook" in str(error).lower():
            raise AlreadyRunningError(WEBHOOK)
        if self._conflicts.should_yield(self._clock.monotonic()):
            raise AlreadyRunningError(OTHER_POLLER)

    async def _run_unless_stopped(self, work: Coroutine[None, None, Answer]) -> Answer | None:
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
