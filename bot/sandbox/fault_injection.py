"""What can go wrong between the bot and Telegram, ordered by hand."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.clock import SECOND

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.call_log import ApiCall
    from bot.sandbox.clocks import ShiftedClock


class FaultKind(StrEnum):
    """The ways a call can go wrong."""

    SLOW = "slow"
    """It takes effect at once; the answer comes `seconds` later."""
    STALLED = "stalled"
    """It waits `seconds` before it takes effect."""
    HTML = "html"
    """A page instead of JSON, 502 or another `code`: 200 is a captive portal; nothing happened."""
    TRUNCATED = "truncated"
    """It took effect; the answer is 200 with half of its JSON."""
    DROP_BEFORE = "drop_before"
    """The line is cut and nothing happened."""
    DROP_AFTER = "drop_after"
    """It took effect and the line is cut without an answer."""
    FLOOD = "flood"
    """429; nothing happened."""
    ERROR = "error"
    """Any other refusal, with `code` and `description`."""
    WRONG_BOT = "stranger"
    """200 with another bot's data: `getMe` names a bot that is not ours."""


@dataclass(slots=True)
class InjectedFault:
    """One trouble: which calls it strikes, and for how long."""

    trouble: FaultKind
    method: str = ""
    """The method it strikes; empty for all."""
    chat: int = 0
    """The chat it strikes; 0 for all calls."""
    skip: int = 0
    """How many matching calls still pass unharmed."""
    times: int | None = None
    """How many calls it still strikes; None for any number."""
    until: int | None = None
    """When it ends, in microseconds by the sandbox's clock; None for never."""
    seconds: float = 1.0
    """How long SLOW and STALLED wait."""
    retry_after: int | None = None
    """What FLOOD asks to wait; None for what is left of it."""
    code: int | None = None
    """The status of ERROR (500 when not given) and of HTML (502)."""
    description: str = "Internal Server Error"
    chance: float = 1.0
    """How likely it strikes a call it could strike."""

    def matches(self, call: ApiCall) -> bool:
        """Return whether the fault is about this call."""
        if self.method and self.method.lower() != call.method.lower():
            return False
        return not self.chat or call.number("chat_id") == self.chat

    def retry_seconds(self, now: int) -> int:
        """Return the seconds a FLOOD asks to wait."""
        if self.retry_after is not None:
            return self.retry_after
        if self.until is None:
            return 1
        return max(1, -(-(self.until - now) // SECOND))


class FaultInjector:
    """The troubles now ordered, first come first served."""

    def __init__(self, clock: ShiftedClock, rng: Random) -> None:
        self._clock = clock
        self._rng = rng
        self.active: list[InjectedFault] = []

    def add(  # noqa: PLR0913 - each is one knob of the pane
        self,
        trouble: FaultKind | str,
        *,
        method: str = "",
        chat: int = 0,
        skip: int = 0,
        times: int | None = None,
        lasting: float | None = None,
        seconds: float = 1.0,
        retry_after: int | None = None,
        code: int | None = None,
        description: str = "Internal Server Error",
        chance: float = 1.0,
    ) -> InjectedFault:
        """Order a trouble; with neither `times` nor `lasting` it strikes once."""
        if times is None and lasting is None:
            times = 1
        until = None if lasting is None else self._clock.now() + int(lasting * SECOND)
        fault = InjectedFault(
            FaultKind(trouble), method, chat, skip, times, until,
            seconds, retry_after, code, description, chance,
        )  # fmt: skip
        self.active.append(fault)
        return fault

    def pending(self) -> list[InjectedFault]:
        """Return the troubles that are not over yet."""
        self._remove_ended()
        return self.active

    def clear(self) -> None:
        """Call all troubles off."""
        self.active.clear()

    def next_for(self, call: ApiCall) -> InjectedFault | None:
        """Return the trouble this call meets, and count it."""
        if not self.active:
            return None
        self._remove_ended()
        for fault in self.active:
            if not fault.matches(call):
                continue
            if fault.skip:
                fault.skip -= 1
                continue
            if fault.chance < 1 and self._rng.random() >= fault.chance:
                continue
            if fault.times is not None:
                fault.times -= 1
            return fault
        return None

    def _remove_ended(self) -> None:
        now = self._clock.now()
        self.active = [
            fault
            for fault in self.active
            if fault.times != 0 and (fault.until is None or fault.until > now)
        ]
