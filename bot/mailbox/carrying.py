"""What the courier is handed: who carries a body to a chat, and who says whether it may go now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from msgspec.structs import replace

from bot.errors import Refused
from bot.mailbox.outbox import ONCE, Lane
from bot.messages import Edit, Remove

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.clock import Clock
    from bot.mailbox.outbox import Letter, Outbox, Settled
    from bot.messages import Body
    from bot.store.writer import Work


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

    def __call__(self, letter: Letter, clock: Clock, work: Work) -> Settled | None:
        """Return None when it may be sent; else what became of it."""
        # Here and nowhere earlier: a rule, an hour and a silence are those of this very moment.
        if self.gate is not None and letter.lane == Lane.PERSON:
            kept_back = self.gate.judge(work, letter, clock.now())
            if kept_back is not None:
                return kept_back
        if letter.author in ONCE:
            self._outbox.mark_sending(work, [letter])
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
