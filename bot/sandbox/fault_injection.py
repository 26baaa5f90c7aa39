"""Fault injection: failures between the bot and Telegram, on request."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.clock import SECOND, ShiftedClock

if TYPE_CHECKING:
    from random import Random

    from bot.sandbox.call_log import ApiCall


class FaultKind(StrEnum):
    """The kinds of faults."""

    SLOW = "slow"
    """The call takes effect at once; the response comes `seconds` later."""
    STALLED = "stalled"
    """The call waits `seconds` before it takes effect."""
    HTML = "html"
    """A page instead of JSON, with 502 or another `code` (200 is a captive portal); no effect."""
    TRUNCATED = "truncated"
    """The call takes effect; the response is 200 with half of its JSON."""
    DROP_BEFORE = "drop_before"
    """The connection is cut before the call takes effect."""
    DROP_AFTER = "drop_after"
    """The connection is cut after the call took effect."""
    FLOOD = "flood"
    """429; no effect."""
    ERROR = "error"
    """Any other error, with `code` and `description`; no effect."""
    WRONG_BOT = "stranger"
    """200 with another bot's data, as for `getMe` of another server."""


@dataclass(slots=True)
class InjectedFault:
    """One fault, the calls it affects and how long it lasts."""

    kind: FaultKind
    method: str = ""
    chat: int = 0
    skip: int = 0
    times: int | None = None
    """How many calls it still affects; None: no limit."""
    until: int | None = None
    """When it ends, microseconds by the sandbox's clock; None: never."""
    seconds: float = 1.0
    retry_after: int | None = None
    """The pause FLOOD demands, seconds; None: until it ends."""
    code: int | None = None
    """The status of ERROR (default 500) and of HTML (default 502)."""
    description: str = "Internal Server Error"
    chance: float = 1.0

    def matches(self, call: ApiCall) -> bool:
        """Tell whether the fault affects this method and chat."""
        if self.method and self.method.lower() != call.method.lower():
            return False
        return not self.chat or call.number("chat_id") == self.chat

    def retry_seconds(self, now: int) -> int:
        """Return the pause a FLOOD demands, seconds."""
        if self.retry_after is not None:
            return self.retry_after
        if self.until is None:
            return 1
        return max(1, -(-(self.until - now) // SECOND))


class FaultInjector:
    """The active faults; the first that matches a call affects it."""

    def __init__(self, clock: ShiftedClock, rng: Random) -> None:
        self._clock = clock
        self._rng = rng
        self.active: list[InjectedFault] = []

    def add(
        self, kind: FaultKind | str, *, lasting: float | None = None, **options: Any
    ) -> InjectedFault:
        """Add a fault; with neither `times` nor `lasting` (seconds) it affects one call.

        Raises:
            TypeError: an option is no field of `InjectedFault`.
            ValueError: there is no such kind of fault.
        """
        if lasting is None:
            options.setdefault("times", 1)
        else:
            options["until"] = self._clock.now() + int(lasting * SECOND)
        fault = InjectedFault(FaultKind(kind), **options)
        self.active.append(fault)
        return fault

    def pending(self) -> list[InjectedFault]:
        """Return the faults that have not ended."""
        self._remove_ended()
        return self.active

    def clear(self) -> None:
        """Remove all faults."""
        self.active.clear()

    def next_for(self, call: ApiCall) -> InjectedFault | None:
        """Return the fault that affects this call, and count it."""
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
