"""The poller: fetches updates and confirms them only once they are stored.

The body of a response stays raw bytes, so one update that cannot be read stops no other. The poller
knows only `receive` of the inbox, which returns after the commit; if it fails, nothing is
confirmed, the error is raised and the process may stop.
"""

from __future__ import annotations

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from bot.channels.telegram.client import build_fetch, identify, remove_webhook
from bot.channels.telegram.parsing.split_batch import (
    LAST_ID,
    BrokenBatchHandler,
    RawUpdate,
    is_usable,
    split_updates,
)
from bot.channels.telegram.steady_requests import (
    PRESS_LIFETIME,
    Backoff,
    SteadyRequests,
    TelegramNotes,
)
from bot.clock import Clock, SystemClock
from bot.errors import AlreadyRunningError, UnreadableUpdateError
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Sequence

    from telegram import Bot
    from telegram.error import Conflict

    Receive = Callable[[Sequence[RawUpdate]], Awaitable[None]]
    """Stores a batch and returns after the commit."""

OTHER_POLLER = (
    "Another program fetches the messages of this bot. Stop it first: two would take them away "
    "from each other. If you do not know it, revoke the token: /revoke at @BotFather"
)
WEBHOOK = (
    "Another program has Telegram post the messages of this bot to its webhook. If it is a front "
    "of this deployment, give this process the same HAVEN_WEBHOOK_URL. If not, stop it first: two "
    "would take them away from each other. If you do not know it, revoke the token: /revoke at "
    "@BotFather"
)
POLL_TIMEOUT = 50
"""Seconds a request may wait for an update; the most Telegram allows."""
DISK_CHECK_INTERVAL = 5.0
MIN_INTERVAL = 0.5
"""Seconds to wait after an empty response that came at once."""


class ConflictDetector:
    """Tells which of two programs that poll for the same bot has to stop. One for each process.

    Telegram ends the *older* of two requests. If both programs stopped, none would be left. So one
    that has just begun stops at once, and one that was there before stays, however long the other
    one goes on. What was there before is counted from the first time this process polled: it polls
    again after each loss of the database, and is not young then.
    """

    YOUNG_SECONDS = 20.0

    def __init__(self) -> None:
        self._began_at: float | None = None

    def note_begin(self, now: float) -> None:
        """Note that this process begins to poll; only the first time counts."""
        if self._began_at is None:
            self._began_at = now

    def should_yield(self, now: float) -> bool:
        """Tell whether this program has to stop for another one."""
        return self._began_at is None or now - self._began_at < self.YOUNG_SECONDS


class ConfirmAfterCommit:
    """Confirms nothing before it is committed."""

    async def settle(
        self, batch: Sequence[RawUpdate], asked: int | None, receive: Receive
    ) -> int | None:
        """Return the end of the batch after `receive` has committed it."""
        await receive(batch)
        return next_offset(batch, asked)


def next_offset(batch: Sequence[RawUpdate], offset: int | None) -> int | None:
    """Return the offset after a batch that was requested with `offset`; None if unknown.

    Telegram deletes every update below the offset of a request. The offset is the end of the last
    batch, never the highest id ever seen: after a quiet week Telegram starts again at a random,
    possibly lower id, and everything below a higher offset would be lost. For the same reason the
    first request has no offset; the inbox recognises what arrives twice.

    An update whose id cannot be read must stop neither the others nor the offset. Telegram returns
    the lowest ids it still has, in order, so after k such updates that follow id n, nothing unseen
    can be below n + 1 + k: that offset loses no other update and moves on.

    An id so high that the next one is no valid offset does not move the offset, however often it
    comes: lower ids may still arrive.
    """
    end = offset
    for update in batch:
        if is_usable(update.update_id):
            end = update.update_id + 1
        elif end is not None and update.update_id <= LAST_ID:
            end = min(end + 1, LAST_ID + 1)
    return end


@dataclass(eq=False)
class Poller:
    """Fetches one batch of updates after another for as long as it runs."""

    bot: Bot
    """With open connections."""
    receive: Receive
    _: KW_ONLY
    expected_bot: int | None = None
    clock: Clock = field(default_factory=SystemClock)
    sleep: Callable[[float], Coroutine[None, None, None]] = asyncio.sleep
    offset: ConfirmAfterCommit = field(default_factory=ConfirmAfterCommit)
    backoff: Backoff = field(default_factory=Backoff)
    wait: int = POLL_TIMEOUT
    notes: TelegramNotes = field(default_factory=TelegramNotes)
    has_disk_space: Callable[[], bool] = lambda: True
    """While it returns False, nothing is requested; Telegram keeps updates for a day."""
    conflicts: ConflictDetector = field(default_factory=ConflictDetector)
    """Outlives this poller, as the process does."""

    def __post_init__(self) -> None:
        self._fetch = build_fetch(self.bot)
        self._next_offset: int | None = None
        self._last_batch: Sequence[RawUpdate] = ()
        self._broken_batches = BrokenBatchHandler()
        self._has_foreign_webhook = False
        self.requests = SteadyRequests(
            self.clock, notes=self.notes, sleep=self.sleep, backoff=self.backoff,
            on_conflict=self._yield_to_others,
        )  # fmt: skip

    async def run(self) -> None:
        """Poll until `stop`.

        A token that Telegram refuses is tried again for as long as it takes: the desk goes on.

        Raises:
            AlreadyRunningError: another program takes the messages, and this one has just begun.
            SettingError: the token belongs to another bot.
        """
        await self.requests.retry(self._prepare)
        await self.requests.notify_return()
        if not self.requests.is_stopping:
            self.requests.identified.set()
            log.info("polling")
        while not self.requests.is_stopping:
            if not self.has_disk_space():
                log.error("polling_paused")
                while not (self.requests.is_stopping or self.has_disk_space()):
                    await self.requests.run_unless_stopped(self.sleep(DISK_CHECK_INTERVAL))
                continue
            batch = await self.requests.retry(self._fetch_batch)
            await self.requests.notify_return()
            if batch:
                await self._process_batch(batch)

    def stop(self) -> None:
        """Stop: finish storing the current batch, and confirm nothing more."""
        self.requests.stop()

    async def _prepare(self) -> None:
        await identify(self.bot, self.expected_bot)
        await remove_webhook(self.bot)
        self.conflicts.note_begin(self.clock.monotonic())

    async def _fetch_batch(self) -> list[RawUpdate]:
        if self.requests.is_doubtful:
            await identify(self.bot, self.expected_bot)
            self.requests.is_doubtful = False
        if self._has_foreign_webhook:
            await remove_webhook(self.bot)
            self._has_foreign_webhook = False
        began = self.clock.monotonic()
        # After a long outage the first response must come at once, because people may be waiting.
        wait = 0 if began - self.requests.last_reached_at > PRESS_LIFETIME else self.wait
        batch = self._split_batch(
            await self._fetch(self._next_offset, wait, self._broken_batches.limit)
        )
        if not batch and wait and self.clock.monotonic() - began < MIN_INTERVAL:
            await self.sleep(MIN_INTERVAL)
        return batch

    def _split_batch(self, body: bytes) -> list[RawUpdate]:
        """Return the updates of a response, or the one that breaks it once that is certain."""
        try:
            batch = split_updates(body)
        except UnreadableUpdateError:
            # Telegram can be reached, and all others wait for this update.
            if self._broken_batches.limit == 1:
                self.backoff.reset()
            broken = self._broken_batches.handle_failure(body)
            if broken is None:
                raise
            log.error("poll_response_quarantined", count=len(body))
            return [broken]
        self._broken_batches.note_success(empty=not batch)
        return batch

    async def _process_batch(self, batch: Sequence[RawUpdate]) -> None:
        self._next_offset = await self.offset.settle(batch, self._next_offset, self.receive)
        if batch == self._last_batch:  # it could not be confirmed, for want of a readable id
            await self.requests.run_unless_stopped(self.sleep(self.backoff.next_delay()))
        self._last_batch = batch

    def _yield_to_others(self, error: Conflict) -> None:
        is_webhook = "webhook" in str(error).lower()
        if self.conflicts.should_yield(self.clock.monotonic()):
            raise AlreadyRunningError(WEBHOOK if is_webhook else OTHER_POLLER)
        # It is removed with the next request, which waits longer after each failure in a row.
        self._has_foreign_webhook |= is_webhook
