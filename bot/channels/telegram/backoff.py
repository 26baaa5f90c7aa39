"""How long to wait after something failed, and whether somebody else is at our place."""

from __future__ import annotations

import random
from collections import deque

FIRST = 1.0
LONGEST = 20.0
"""Seconds; Telegram forgets a pressed button after 150."""


class Patience:
    """Waits longer with every failure in a row, never all programs at the same time."""

    def __init__(self, dice: random.Random | None = None) -> None:
        self._dice = dice or random.Random()  # noqa: S311 - spreads waits, keeps no secret
        self._next = FIRST

    def lost(self) -> float:
        """Return how many seconds to wait after one more failure."""
        longest, self._next = self._next, min(self._next * 2, LONGEST)
        return longest * self._dice.uniform(0.5, 1.0)

    def regained(self) -> None:
        """Begin anew after a success."""
        self._next = FIRST


class Rivals:
    """Tells a passing conflict from another program that fetches our updates too.

    Telegram ends the *older* of two requests. If both programs gave way, nobody would be left; if
    both insisted, they would fight for ever. So who has just begun gives way at once, and who was
    here first insists for a while.
    """

    YOUNG = 60.0
    WHILE = 120.0
    MOST = 8

    def __init__(self, began: float) -> None:
        self._began = began
        self._conflicts: deque[float] = deque(maxlen=self.MOST)

    def gives_way(self, now: float) -> bool:
        """Count a conflict, and say whether we are the one to stop."""
        self._conflicts.append(now)
        is_young = now - self._began < self.YOUNG
        is_at_war = len(self._conflicts) == self.MOST and now - self._conflicts[0] < self.WHILE
        return is_young or is_at_war
