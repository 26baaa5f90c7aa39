"""What the courier is handed: who carries a body to a chat, and who says whether it may go now."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from bot.clock import DAY, SECOND
from bot.errors import Blocked, Refused, TryLater, Uncertain
from bot.log import log
from bot.mailbox.letter import ONCE, Lane, Settled, State
from bot.messages import Edit, Remove, Wipe
from bot.vault.erasure.retention import NUMBERS_KEPT

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.mailbox.rate_limit import Pace
    from bot.messages import Body
    from bot.store.writer import Work, Writer


FIRST_WAIT = 1.0
LONGEST_WAIT = 300.0
A_MOMENT = 10 * SECOND
"""How long a verdict holds that a person may be written to."""
VERDICTS = 3
"""How often one is asked for in a row before the letter is tried again later."""
GIVE_UP = DAY
"""How long we go on trying to deliver a letter."""
_EVENTS = {Blocked: "blocked", Refused: "refused", Uncertain: "uncertain", TryLater: "later"}


class Channel(Protocol):
    """What carries a letter's body to a chat."""

    async def deliver(self, chat: int, body: Body) -> int | None:
        """Deliver, and return the channel's number of the message.

        Raises:
            DeliveryError: one of TryLater, Uncertain, Blocked, Refused.
        """


class Gate(Protocol):
    """What decides, when a letter is about to be sent, whether its person may be written to now."""

    def judge(self, work: Work, letter: Letter, now: int) -> Settled | None:
        """Return None when it may go; else what became of it, stored already if it is held."""


class Admission:
    """Writes down that a letter is about to be sent, unless it may not go now."""

    def __init__(self, outbox: Outbox, gate: Gate | None) -> None:
        self._outbox = outbox
        self.gate = gate

    async def ask(self, letter: Letter, writer: Writer, clock: Clock) -> Settled | None:
        """Return None when it may be sent at this moment; else what became of it.

        Raises:
            StoreFailed: nothing can be written down.
            TryLater: every verdict was old when it came.
        """
        for _ in range(VERDICTS):
            at, kept_back = await writer.run(lambda work: (clock.now(), self(letter, clock, work)))
            # A host that slept in between, or whose clock was set: nobody may be there any more.
            if kept_back is not None or abs(clock.now() - at) <= A_MOMENT:
                return kept_back
        raise TryLater

    def __call__(self, letter: Letter, clock: Clock, work: Work) -> Settled | None:
        """Return None when it may be sent; else what became of it."""
        # Here and nowhere earlier: a rule, an hour and a silence are those of this very moment.
        if self.gate is not None and letter.lane == Lane.PERSON:
            kept_back = self.gate.judge(work, letter, clock.now())
            if kept_back is not None:
                return kept_back
        if letter.author in ONCE and not self._outbox.mark_sending(work, letter):
            return Settled(letter, State.REFUSED, clock.now(), fault="withdrawn")
        return None


def completed(body: Remove | Edit, known: Mapping[int, int]) -> Remove | Edit:
    """Return a body with the numbers of messages that are known only since they were sent.

    Raises:
        Refused: what is to be edited never arrived.
    """
    if isinstance(body, Remove):
        return Remove(body.messages + tuple(known.values()))
    if not known:
        raise Refused("never arrived")
    return replace(body, message=known[body.letter], letter=0)


class Patience:
    """Decides what becomes of a letter that was not delivered, and when it is tried again."""

    def __init__(self, clock: Clock, pace: Pace) -> None:
        self._clock = clock
        self._pace = pace
        self.pause_until = 0.0
        """Until when the channel wants nothing of anybody."""

    def missed(self, letter: Letter, error: Exception, fault: str = "") -> Settled:
        """Return what becomes of a letter after this.

        Args:
            letter: what was not delivered.
            error: how far it may have come.
            fault: the class of what was in its way, if that is another.
        """
        now = self._clock.now()
        fault = fault or type(error).__name__
        log.warning(f"letter_{_EVENTS.get(type(error), 'later')}", letter=letter.id, error=fault,
                    attempts=letter.attempts + 1)  # fmt: skip
        if isinstance(error, Blocked):
            return Settled(letter, State.BLOCKED, now, fault=fault)
        if isinstance(error, Refused):
            return Settled(letter, State.REFUSED, now, fault=str(error)[:80])
        if not isinstance(error, TryLater) and letter.author in ONCE:
            return Settled(letter, State.UNCERTAIN, now, fault=fault)
        patience = NUMBERS_KEPT if type(letter.body) is Wipe else GIVE_UP
        if now - letter.created_at > patience:
            return Settled(letter, State.FAILED, now, fault=fault)
        wait = self._wait(letter, error)
        return Settled(letter, State.QUEUED, now, fault=fault, not_before=now + int(wait * SECOND))

    def _wait(self, letter: Letter, error: Exception) -> float:
        if isinstance(error, TryLater) and error.after is not None:
            if error.everywhere:
                self.pause_until = self._clock.monotonic() + error.after
            elif letter.chat < 0:
                self._pace.rest(letter.chat, self._clock.monotonic() + error.after)
            return error.after
        longest: float = min(FIRST_WAIT * 2**letter.attempts, LONGEST_WAIT)
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - spreads retries, guards nothing
