"""Requests to Telegram that are repeated until it answers, and since when it does not.

The poller and the webhook share this: how long to wait, when a token counts as refused, and when
people waited so long that their button presses may be lost.
"""

from __future__ import annotations

import asyncio
import random
from dataclasses import KW_ONLY, dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from telegram.error import Conflict, InvalidToken, RetryAfter, TelegramError

from bot.channels.telegram.delivery_errors import TokenRefusedError, retry_delay
from bot.errors import UnreadableUpdateError
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.clock import Clock

Answer = TypeVar("Answer")
PRESS_LIFETIME = 150.0
"""Seconds Telegram keeps a button press: after a longer outage some may be lost."""
FIRST_DELAY = 1.0
MAX_DELAY = 8.0
"""Seconds: once Telegram answers again, polling begins within ten."""
MAX_DELAY_REFUSED = 60.0
"""Seconds: a token that was revoked is rarely accepted again."""
NEW_TOKEN = "set the new HAVEN_TELEGRAM_TOKEN from @BotFather, restart"  # noqa: S105 - no secret


class Backoff:
    """Delays that double with every failure in a row, with jitter."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()
        self._delay = FIRST_DELAY

    def next_delay(self, most: float = MAX_DELAY) -> float:
        """Return how many seconds, at most so many, to wait after one more failure."""
        longest, self._delay = self._delay, min(self._delay * 2, most)
        return longest * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start again after a success."""
        self._delay = FIRST_DELAY


@dataclass(frozen=True, slots=True)
class TelegramNotes:
    """Who is told what about Telegram; by default no one."""

    on_return: Callable[[], Awaitable[None]] | None = None
    """Called when Telegram reaches us again after so long that button presses may be lost, before
    any update that waited is received."""
    on_refusal: Callable[[], Awaitable[None]] | None = None
    """Called when Telegram begins or ceases to refuse the token: `refused_since` has changed."""
    on_conflict: Callable[[], Awaitable[None]] | None = None
    """Called whenever Telegram says that another program takes the messages of this bot."""
    on_answer: Callable[[], None] = lambda: None
    """Called whenever it is certain that messages can arrive."""


@dataclass(eq=False)
class SteadyRequests:
    """Repeats requests, one at a time, until each succeeds or `stop` is called."""

    clock: Clock
    _: KW_ONLY
    notes: TelegramNotes = field(default_factory=TelegramNotes)
    sleep: Callable[[float], Coroutine[None, None, None]] = asyncio.sleep
    backoff: Backoff = field(default_factory=Backoff)
    on_conflict: Callable[[Conflict], None] = lambda _error: None
    """Called for a 409; raises what ends the program."""

    def __post_init__(self) -> None:
        self.last_reached_at = self.clock.monotonic()
        self.refused_since = 0
        """Since when Telegram refuses the token, microseconds since 1970; 0 while it does not."""
        self.identified = asyncio.Event()
        """Set once Telegram has said that it knows the bot."""
        self.is_doubtful = False
        """Whether the token was refused: then the bot is identified once more."""
        self.is_stopping = False
        self._is_missed = False
        self._was_away = False
        self._waiting: asyncio.Future[Any] | None = None

    def stop(self) -> None:
        """Cancel what waits; nothing is repeated any more."""
        self.is_stopping = True
        if self._waiting is not None:
            self._waiting.cancel()

    async def retry(
        self,
        request: Callable[[], Coroutine[None, None, Answer]],
        is_reached: Callable[[Answer], bool] = lambda _answer: True,
    ) -> Answer | None:
        """Repeat a request until it succeeds; return None when stopping.

        `is_reached` tells whether its answer proves that messages can arrive.
        """
        while not self.is_stopping:
            failure: TelegramError | UnreadableUpdateError | None = None
            try:
                answer = await self.run_unless_stopped(request())
            except (TelegramError, UnreadableUpdateError) as error:
                failure = error
            if failure is None:
                self.backoff.reset()
                if answer is None or is_reached(answer):
                    self.note_reached()
                await self._note_refusal(is_refused=False)
                return answer
            if isinstance(failure, TokenRefusedError):
                await self._note_refusal(is_refused=True)
            if isinstance(failure, Conflict):
                await self.note_conflict()
            await self.run_unless_stopped(self.sleep(self._delay_after(failure)))
        return None

    def note_reached(self) -> None:
        """Note that messages can arrive at this moment."""
        now = self.clock.monotonic()
        self._was_away = self._was_away or now - self.last_reached_at > PRESS_LIFETIME
        self.last_reached_at = now
        self.notes.on_answer()

    async def note_conflict(self) -> None:
        """Tell that another program takes the messages, before this one may end over it."""
        if self.notes.on_conflict is not None:
            await self.notes.on_conflict()

    async def notify_return(self) -> None:
        """Tell once that Telegram reaches us again after a long outage."""
        was_away, self._was_away = self._was_away, False
        if was_away and self.notes.on_return is not None:
            await self.notes.on_return()

    async def run_unless_stopped(self, work: Coroutine[None, None, Answer]) -> Answer | None:
        """Return what the work returns; None if `stop` interrupts it."""
        waiting: asyncio.Task[Answer] = asyncio.create_task(work)
        self._waiting = waiting
        try:
            return await waiting
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if not self.is_stopping or (task is not None and task.cancelling()):
                raise
            return None
        finally:
            self._waiting = None

    def _delay_after(self, error: TelegramError | UnreadableUpdateError) -> float:
        """Return how long to wait after a failure; raise one that waiting does not fix."""
        if isinstance(error, Conflict):
            log.warning("poll_conflict")
            self.on_conflict(error)
        elif isinstance(error, TokenRefusedError):
            pass  # it is told by itself
        elif self.identified.is_set():
            log.warning("poll_failed", error=type(error).__name__)
        elif not self._is_missed:
            self._is_missed = True
            log.error("telegram_missing", error=type(error).__name__)
        is_refused = isinstance(error, (InvalidToken, TokenRefusedError))
        self.is_doubtful = self.is_doubtful or is_refused
        if isinstance(error, RetryAfter):
            return retry_delay(error)
        return self.backoff.next_delay(MAX_DELAY_REFUSED if self.refused_since else MAX_DELAY)

    async def _note_refusal(self, *, is_refused: bool) -> None:
        if is_refused == bool(self.refused_since):
            return
        self.refused_since = self.clock.now() if is_refused else 0
        if is_refused:
            log.error("token_refused", fix=NEW_TOKEN)
        else:
            log.info("token_accepted")
        if self.notes.on_refusal is not None:
            await self.notes.on_refusal()
