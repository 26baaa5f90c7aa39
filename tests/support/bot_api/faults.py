"""Faults of an independent Bot API, by script: what goes wrong, with which calls, how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

HTML = "<html><head><title>{status}</title></head><body><h1>nginx</h1></body></html>"


class SpoiltAnswer(Enum):
    """How a call is answered that the script spoils."""

    JSON = "json"
    """As Telegram writes an error."""
    HTML = "html"
    """As a proxy in front of it does."""
    CUT = "cut"
    """Not at all: the connection is cut."""
    SILENCE = "silence"
    """Not at all, and the connection stays open."""


@dataclass(slots=True)
class Fault:
    """What goes wrong with the next calls it fits."""

    methods: frozenset[str]
    """Names of methods; none: every method."""
    reply: SpoiltAnswer = SpoiltAnswer.JSON
    status: int = 502
    times: int = 1
    """How many calls it spoils; -1: all of them."""
    delivers: bool = False
    """Whether the call is carried out before the answer is spoilt."""
    retry_after: int = 0
    """Seconds; for 429."""
    chat: int = 0
    """Only calls to this chat; 0: to any."""
    confirms: int = 0
    """Only calls that confirm this update; 0: any."""
    spoilt: int = 0
    """How many calls it has spoilt."""

    def fits(self, method: str, chat: int, offset: int) -> bool:
        """Tell whether it spoils this call, which confirms the updates below an offset."""
        return (
            self.times != 0
            and (not self.methods or method in self.methods)
            and self.chat in {0, chat}
            and (not self.confirms or offset > self.confirms)
        )

    def take(self) -> None:
        """Count a call it spoils."""
        self.spoilt += 1
        self.times -= self.times > 0


@dataclass(slots=True)
class FaultScript:
    """The faults still to come; the first that fits a call spoils it."""

    faults: list[Fault] = field(default_factory=list)

    def add(self, *methods: str, **given: object) -> Fault:
        """Spoil the next calls of these methods, of any without one."""
        fault = Fault(frozenset(methods), **given)  # type: ignore[arg-type]
        self.faults.append(fault)
        return fault

    def clear(self) -> None:
        """Heal: spoil nothing more."""
        self.faults.clear()

    def next_for(self, method: str, chat: int, offset: int = 0) -> Fault | None:
        """Return the fault that spoils this call, counted; None if there is none."""
        fault = next((it for it in self.faults if it.fits(method, chat, offset)), None)
        if fault is not None:
            fault.take()
        return fault
