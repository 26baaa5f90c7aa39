"""How long to wait after something failed, and whether somebody else is at our place."""

from __future__ import annotations

import random
from collections import deque

FIRST_DELAY = 1.0
MAX_DELAY = 20.0
"""Seconds; Telegram forgets a pressed button after 150."""


class Backoff:
    """Waits longer with every failure in a row, never all programs at the same time."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()  # noqa: S311 - spreads waits, keeps no secret
        self._delay = FIRST_DELAY

    def next_delay(self) -> float:
        """Return how many seconds to wait after one more failure."""
        longest, self._delay = self._delay, min(self._delay * 2, MAX_DELAY)
        return longest * self._dice.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Begin anew after a success."""
        self._delay = FIRST_DELAY


class ConflictDetector:
    """Tells a passing conflict from another program that fetches our updates too.

    Telegram ends the *older* of two requests. If both programs gave way, nobody would be left; if
    both insisted, they would fight for ever. So who has just begun gives way at once, and who was
    here first insists for a while.
    """

    YOUNG_SECONDS = 60.0
    WINDOW_SECONDS = 120.0
    MAX_CONFLICTS = 8

    def __init__(self, began: float) -> None:
        self._began = began
        self._conflicts: deque[float] = deque(maxlen=self.MAX_CONFLICTS)

    def should_yield(self, now: float) -> bool:
        """Count a conflict, and say whether we are the one to stop."""
        self._conflicts.append(now)
        is_young = now - self._began < self.YOUNG_SECONDS
        is_at_war = (
            len(self._conflicts) == self.MAX_CONFLICTS
            and now - self._conflicts[0] < self.WINDOW_SECONDS
        )
        return is_young or is_at_war
