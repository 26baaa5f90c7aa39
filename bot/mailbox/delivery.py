"""Channels, delivery policies, and when a letter that failed is tried again."""

from __future__ import annotations

from functools import partial
from random import SystemRandom
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from bot.clock import DAY, SECOND, Clock
from bot.errors import ChatBlockedError, DeliveryUncertainError, LetterRefusedError, RetryLaterError
from bot.log import log
from bot.mailbox.letter import SEND_ONCE, WITHDRAWN, DeliveryResult, Lane, Letter, LetterState
from bot.messages import Body, ClearChat, DeleteMessages, EditText
from bot.vault.erasure.retention import NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.mailbox.outbox import OutboxResults
    from bot.mailbox.rate_limit import RateLimiter
    from bot.store.writer import Work, Writer

FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
PERMISSION_LIFETIME = 10 * SECOND
MAX_CHECKS = 3
"""How often permission is asked for in a row before the letter is tried again later."""
GIVE_UP_AFTER = DAY
BEHIND_OLDER = "older"
"""Why a letter waits that would overtake an older one of its chat; the store keeps their order."""
_EVENTS = {
    ChatBlockedError: "blocked",
    LetterRefusedError: "refused",
    DeliveryUncertainError: "uncertain",
    RetryLaterError: "delayed",
}

_SPREAD = SystemRandom()


class Channel(Protocol):
    """Delivers letters to chats, for example through Telegram."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, and return the channel's id of the message.

        Raises:
            DeliveryError: one of its subclasses says how far it may have come.
        """


class DeliveryPolicy(Protocol):
    """Decides, when a letter is about to be sent, whether its person may be written to now."""

    def judge(self, work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        """Return None when it may be sent; else its result, stored already if it is delayed."""


class PreSendCheck:
    """Stores that a letter is about to be sent, unless it may not be sent now."""

    def __init__(self, results: OutboxResults, policy: DeliveryPolicy | None) -> None:
        self._results = results
        self.policy = policy

    async def check(self, letter: Letter, writer: Writer, clock: Clock) -> DeliveryResult | None:
        """Return None when it may be sent at this moment; else its result.

        Raises:
            CommitFailedError: nothing can be stored.
            RetryLaterError: every permission was old when it came.
        """
        for tried in range(MAX_CHECKS):
            unit = partial(self._permit, letter, clock, bool(tried))
            at, refused = await writer.run(unit)
            # The host may have slept meanwhile, or its clock was set: the person may have left.
            if refused is not None or abs(clock.now() - at) <= PERMISSION_LIFETIME:
                return refused
        raise RetryLaterError

    def _permit(
        self, letter: Letter, clock: Clock, is_claimed: bool, work: Work
    ) -> tuple[int, DeliveryResult | None]:
        """Return what is decided, and when it was."""
        return clock.now(), self(letter, clock, work, is_claimed=is_claimed)

    def __call__(
        self, letter: Letter, clock: Clock, work: Work, *, is_claimed: bool = False
    ) -> DeliveryResult | None:
        """Return None when it may be sent; else its result.

        Raises:
            RetryLaterError: an attempt before this one is not settled yet.
        """
        if is_claimed and letter.author in SEND_ONCE:
            self._results.claims.give_back(work, letter)
        # Not earlier: rule, hour and silence count as they are at this moment.
        if self.policy is not None and letter.lane == Lane.PERSON:
            refused = self.policy.judge(work, letter, clock.now())
            if refused is not None:
                return refused
        if self._results.owes_older(work, letter):
            return DeliveryResult(
                letter, LetterState.QUEUED, clock.now(), delay_reason=BEHIND_OLDER
            )
        is_once = letter.author in SEND_ONCE
        if is_once and not self._results.claims.claim(work, letter, clock.now()):
            return DeliveryResult(letter, LetterState.REFUSED, clock.now(), fault=WITHDRAWN)
        return None


def with_message_ids(
    body: DeleteMessages | EditText, message_ids: Mapping[int, int]
) -> DeleteMessages | EditText:
    """Return a body with the ids of messages that are known only since they were sent.

    Raises:
        LetterRefusedError: what is to be edited never arrived.
    """
    if isinstance(body, DeleteMessages):
        return DeleteMessages(body.messages + tuple(message_ids.values()))
    if not message_ids:
        raise LetterRefusedError("never arrived")
    return replace(body, message=message_ids[body.letter], letter=0)


class RetryPolicy:
    """Decides the result of a letter that was not delivered, and when it is tried again."""

    def __init__(self, clock: Clock, limiter: RateLimiter) -> None:
        self._clock = clock
        self._limiter = limiter
        self.pause_until = 0.0

    def handle_failure(self, letter: Letter, error: Exception, fault: str = "") -> DeliveryResult:
        """Return the result of a letter; the error says how far it may have come.

        `fault` is the class of its cause, if that is another.
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
        return longest * _SPREAD.uniform(0.5, 1.0)
