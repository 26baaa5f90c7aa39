"""What the courier is handed: who carries a body to a chat, and who says whether it may go now."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from bot.clock import DAY, SECOND
from bot.errors import ChatBlockedError, DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.log import log
from bot.mailbox.letter import SEND_ONCE, DeliveryResult, Lane, LetterState
from bot.messages import ClearChat, DeleteMessages, EditText
from bot.vault.erasure.retention import NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.mailbox.rate_limit import RateLimiter
    from bot.messages import Body
    from bot.store.writer import Work, Writer


FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
VERDICT_LIFETIME = 10 * SECOND
"""How long a verdict holds that a person may be written to."""
MAX_VERDICTS = 3
"""How often one is asked for in a row before the letter is tried again later."""
GIVE_UP_AFTER = DAY
"""How long we go on trying to deliver a letter."""
_EVENTS = {
    ChatBlockedError: "blocked",
    LetterRefusedError: "refused",
    DeliveryUncertainError: "uncertain",
    RetryLaterError: "delayed",
}


class Channel(Protocol):
    """What carries a letter's body to a chat."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, and return the channel's number of the message.

        Raises:
            DeliveryError: one of TryLater, Uncertain, Blocked, Refused.
        """


class DeliveryPolicy(Protocol):
    """What decides, when a letter is about to be sent, whether its person may be written to now."""

    def judge(self, work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        """Return None when it may go; else what became of it, stored already if it is held."""


class PreSendCheck:
    """Writes down that a letter is about to be sent, unless it may not go now."""

    def __init__(self, outbox: Outbox, policy: DeliveryPolicy | None) -> None:
        self._outbox = outbox
        self.policy = policy

    async def check(self, letter: Letter, writer: Writer, clock: Clock) -> DeliveryResult | None:
        """Return None when it may be sent at this moment; else what became of it.

        Raises:
            StoreFailed: nothing can be written down.
            TryLater: every verdict was old when it came.
        """
        for _ in range(MAX_VERDICTS):
            at, kept_back = await writer.run(lambda work: (clock.now(), self(letter, clock, work)))
            # A host that slept in between, or whose clock was set: nobody may be there any more.
            if kept_back is not None or abs(clock.now() - at) <= VERDICT_LIFETIME:
                return kept_back
        raise RetryLaterError

    def __call__(self, letter: Letter, clock: Clock, work: Work) -> DeliveryResult | None:
        """Return None when it may be sent; else what became of it."""
        # Here and nowhere earlier: a rule, an hour and a silence are those of this very moment.
        if self.policy is not None and letter.lane == Lane.PERSON:
            kept_back = self.policy.judge(work, letter, clock.now())
            if kept_back is not None:
                return kept_back
        if letter.author in SEND_ONCE and not self._outbox.mark_sending(work, letter):
            return DeliveryResult(letter, LetterState.REFUSED, clock.now(), fault="withdrawn")
        return None


def with_message_ids(
    body: DeleteMessages | EditText, message_ids: Mapping[int, int]
) -> DeleteMessages | EditText:
    """Return a body with the numbers of messages that are known only since they were sent.

    Raises:
        Refused: what is to be edited never arrived.
    """
    if isinstance(body, DeleteMessages):
        return DeleteMessages(body.messages + tuple(message_ids.values()))
    if not message_ids:
        raise LetterRefusedError("never arrived")
    return replace(body, message=message_ids[body.letter], letter=0)


class RetryPolicy:
    """Decides what becomes of a letter that was not delivered, and when it is tried again."""

    def __init__(self, clock: Clock, limiter: RateLimiter) -> None:
        self._clock = clock
        self._limiter = limiter
        self.pause_until = 0.0
        """Until when the channel wants nothing of anybody."""

    def handle_failure(self, letter: Letter, error: Exception, fault: str = "") -> DeliveryResult:
        """Return what becomes of a letter after this.

        Args:
            letter: what was not delivered.
            error: how far it may have come.
            fault: the class of what was in its way, if that is another.
        """
        now = self._clock.now()
        fault = fault or type(error).__name__
        log.warning(f"letter_{_EVENTS.get(type(error), 'delayed')}", letter=letter.id, error=fault,
                    attempts=letter.attempts + 1)  # fmt: skip
        if isinstance(error, ChatBlockedError):
            return DeliveryResult(letter, LetterState.BLOCKED, now, fault=fault)
        if isinstance(error, LetterRefusedError):
            return DeliveryResult(letter, LetterState.REFUSED, now, fault=str(error)[:80])
        if not isinstance(error, RetryLaterError) and letter.author in SEND_ONCE:
            return DeliveryResult(letter, LetterState.UNCERTAIN, now, fault=fault)
        patience = NUMBERS_KEPT if type(letter.body) is ClearChat else GIVE_UP_AFTER
        if now - letter.created_at > patience:
            return DeliveryResult(letter, LetterState.FAILED, now, fault=fault)
        wait = self._wait(letter, error)
        return DeliveryResult(
            letter, LetterState.QUEUED, now, fault=fault, not_before=now + int(wait * SECOND)
        )

    def _wait(self, letter: Letter, error: Exception) -> float:
        if isinstance(error, RetryLaterError) and error.retry_after is not None:
            if error.is_global:
                self.pause_until = self._clock.monotonic() + error.retry_after
            elif letter.chat < 0:
                self._limiter.pause_group(letter.chat, self._clock.monotonic() + error.retry_after)
            return error.retry_after
        longest: float = min(FIRST_WAIT * 2**letter.attempts, LONGEST_WAIT)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
