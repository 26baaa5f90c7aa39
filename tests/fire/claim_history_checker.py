"""Whether a history of claims and releases can have happened to one case, in some order.

A case is a register that holds nobody or one claimer. Every try has the moment it was begun and the
moment its answer was heard; it took effect at one instant between the two. One that was never
answered, because its process was killed, took effect at any instant after it began, or never.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import inf

GOT, HELD, FREED, NOT_MINE, UNKNOWN, SEEN = "got", "held", "freed", "not_mine", "unknown", "seen"


@dataclass(frozen=True, slots=True)
class ClaimAttempt:
    """One thing that was tried with a case, and what was heard of it."""

    began: float
    heard: float
    """Infinite for what was never answered."""
    who: str
    frees: bool
    """Whether it gives the case back instead of taking it."""
    answer: str
    holder: str | None = None
    """Who was said to hold it, for HELD and SEEN."""

    def leads(self, holder: str | None) -> list[str | None]:
        """Return whom the case can be held by afterwards; nothing if this cannot have happened."""
        match self.answer:
            case "got":
                return [self.who] if holder is None else []
            case "held" | "seen":
                return [holder] if holder == self.holder else []
            case "freed":
                return [None] if holder == self.who else []
            case "not_mine":
                return [holder] if holder != self.who else []
        if self.frees:
            return [None] if holder == self.who else [holder]
        return [self.who] if holder is None else [holder]


def is_linearizable(history: list[ClaimAttempt]) -> bool:
    """Tell whether there is an order in which every answer is right."""
    tries = sorted(history, key=lambda each: each.began)
    must = sum(1 << place for place, each in enumerate(tries) if each.answer != UNKNOWN)

    @cache
    def from_here(done: int, holder: str | None) -> bool:
        if done & must == must:
            return True
        left = [place for place in range(len(tries)) if not done >> place & 1]
        latest = min((tries[place].heard for place in left), default=inf)
        return any(
            from_here(done | 1 << place, after)
            for place in left
            if tries[place].began <= latest
            for after in tries[place].leads(holder)
        )

    return from_here(0, None)
