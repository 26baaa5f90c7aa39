"""Updates by webhook: Telegram is told where to post, and what it posts is handed over in order."""

from __future__ import annotations

import asyncio
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING

from bot.channels.telegram.client import identify, refuse_unreadable
from bot.channels.telegram.parsing.update_types import ALLOWED_UPDATES
from bot.channels.telegram.steady_requests import SteadyRequests, TelegramNotes
from bot.channels.telegram.webhook.order import HOLD_SECONDS, UpdateOrder
from bot.channels.telegram.webhook.server import WebhookClosedError
from bot.channels.telegram.webhook.state import WebhookState
from bot.clock import Clock, SystemClock
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from telegram import Bot

    from bot.channels.telegram.parsing.split_batch import RawUpdate
    from bot.channels.telegram.webhook.server import WebhookServer

CONNECTIONS = 40
"""Posts Telegram may make at once: its default, and one commit takes them all."""
OPEN_SECONDS = 5.0
"""How long nothing is taken at most while Telegram cannot be told where to post."""
CHECK_SECONDS = 30.0
"""How often Telegram is asked how its posts went: silence alone does not tell."""


@dataclass(frozen=True, slots=True)
class WebhookAddress:
    """Where Telegram posts, and by what we know it."""

    url: str
    secret: str = field(repr=False)


@dataclass(eq=False, slots=True)
class _Posted:
    """One update whose request waits for its answer."""

    update: RawUpdate
    is_stored: asyncio.Future[None]


@dataclass(eq=False)
class WebhookSource:
    """Hands over what is posted, one batch after another, for as long as it runs.

    It has the shape of the poller: `run`, `stop` and `requests`.
    """

    bot: Bot
    """With open connections."""
    receive: Callable[[Sequence[RawUpdate]], Awaitable[None]]
    """Stores a batch and returns after the commit."""
    server: WebhookServer
    address: WebhookAddress
    _: KW_ONLY
    expected_bot: int | None = None
    clock: Clock = field(default_factory=SystemClock)
    notes: TelegramNotes = field(default_factory=TelegramNotes)
    note_state: Callable[[WebhookState], None] = lambda _state: None
    """Called with what Telegram says of its posts."""
    has_disk_space: Callable[[], bool] = lambda: True
    """While it returns False, nothing is taken; Telegram keeps updates for a day."""
    hold: float = HOLD_SECONDS
    """0 where several fronts share the posts, so that none sees all numbers."""

    def __post_init__(self) -> None:
        self.requests = SteadyRequests(self.clock, notes=self.notes)
        self._order: UpdateOrder[_Posted] = UpdateOrder(self.hold)
        self._arrived, self._returning = asyncio.Event(), asyncio.Lock()
        self._is_paused = self._is_failing = self._has_stored = False
        self._failed_at = 0
        """When a post had failed last at the last look."""

    async def run(self) -> None:
        """Take what is posted until `stop`. Telegram need not be reached: it may reach us.

        Raises:
            SettingError: the token belongs to another bot.
        """
        watching = asyncio.create_task(self._watch())
        handing_over = asyncio.create_task(self._hand_over())
        try:
            await asyncio.wait({watching, handing_over}, return_when=asyncio.FIRST_COMPLETED)
            for task in (handing_over, watching):
                if task.done():
                    task.result()
        finally:
            self.stop()
            for task in (watching, handing_over):
                task.cancel()
            await asyncio.gather(watching, handing_over, return_exceptions=True)

    def stop(self) -> None:
        """Take nothing more; what was not stored is posted again."""
        self.requests.stop()
        self.server.close()
        _refuse(self._order.release_all())

    async def _take(self, update: RawUpdate) -> None:
        """Return once an update is durable.

        Raises:
            WebhookClosedError: it was not stored.
        """
        if self._is_full():
            raise WebhookClosedError("the disk has no room")
        loop = asyncio.get_running_loop()
        posted = _Posted(update, loop.create_future())
        self._order.add(update.update_id, posted, loop.time())
        self._arrived.set()
        await posted.is_stored

    def _is_full(self) -> bool:
        was_paused, self._is_paused = self._is_paused, not self.has_disk_space()
        if self._is_paused and not was_paused:
            log.error("polling_paused")
        return self._is_paused

    async def _hand_over(self) -> None:
        loop = asyncio.get_running_loop()
        await _wait(self.requests.identified, OPEN_SECONDS)
        self.server.open(self._take)
        while not self.requests.is_stopping:
            self._arrived.clear()
            if batch := self._order.release(loop.time()):
                await self._store(batch)
            else:
                await _wait(self._arrived, self._order.next_release(loop.time()))

    async def _store(self, batch: list[_Posted]) -> None:
        """Store a batch, and let its requests be answered."""
        try:
            self.requests.note_reached()
            await self._notify_return()
            await self.receive([posted.update for posted in batch])
        except BaseException:
            _refuse(batch)
            raise
        self._has_stored = True
        for posted in batch:
            if not posted.is_stored.done():
                posted.is_stored.set_result(None)

    async def _notify_return(self) -> None:
        async with self._returning:  # what is posted meanwhile comes after it
            await self.requests.notify_return()

    async def _watch(self) -> None:
        """Set the webhook, then look how Telegram's posts go; set it again if it is gone."""
        await self._set_again()
        if not self.requests.is_stopping:
            self.requests.identified.set()
            log.info("webhook")
        while not self.requests.is_stopping:
            state = await self.requests.retry(self._ask, is_reached=lambda _: False)
            if state is not None:
                await self._look_at(state)
            await self._notify_return()
            await self.requests.run_unless_stopped(asyncio.sleep(CHECK_SECONDS))

    async def _set_again(self) -> None:
        await self.requests.retry(self._set_webhook, is_reached=lambda _: False)

    async def _set_webhook(self) -> WebhookState:
        """Tell Telegram where to post, and to post at once what waits; return how it was before.

        What waits would otherwise be posted up to two minutes after its last failure, and a button
        press long before the message that was sent before it. Removing the webhook first lets
        Telegram forget these pauses.
        """
        state = await self._ask()
        self._failed_at = state.failed_at
        with refuse_unreadable():
            if state.pending and state.url == self.address.url:
                await self.bot.delete_webhook(drop_pending_updates=False)
            await self.bot.set_webhook(
                self.address.url, secret_token=self.address.secret, max_connections=CONNECTIONS,
                allowed_updates=ALLOWED_UPDATES, drop_pending_updates=False,
            )  # fmt: skip
        return state

    async def _ask(self) -> WebhookState:
        if self.requests.is_doubtful or not self.requests.identified.is_set():
            await identify(self.bot, self.expected_bot)
            self.requests.is_doubtful = False
        with refuse_unreadable():
            return WebhookState.of(await self.bot.get_webhook_info())

    async def _look_at(self, state: WebhookState) -> None:
        self.note_state(state)
        was_failing, self._is_failing = self._is_failing, self._fails(state)
        if self._is_failing and not was_failing:
            log.error("webhook_failing", kind=state.kind, count=state.pending)
        elif was_failing and not self._is_failing:
            log.info("webhook_reached")
        is_ours = state.url == self.address.url
        if not is_ours:
            log.error("webhook_replaced")
            await self.requests.note_conflict()
        if is_ours and not self._is_failing:
            self.requests.note_reached()
        else:
            await self._set_again()

    def _fails(self, state: WebhookState) -> bool:
        """Return whether updates wait, none was stored since the last look, and posts failed."""
        has_failed = state.failed_at != self._failed_at
        has_stored, self._has_stored = self._has_stored, False
        self._failed_at = state.failed_at
        return bool(state.pending) and not has_stored and (has_failed or self._is_failing)


def _refuse(batch: Sequence[_Posted]) -> None:
    for posted in batch:
        if not posted.is_stored.done():
            posted.is_stored.set_exception(WebhookClosedError("it was not stored"))


async def _wait(event: asyncio.Event, seconds: float | None) -> None:
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return
