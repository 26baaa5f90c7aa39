"""Waiting after failures, and detecting a second poller of the same bot."""

from __future__ import annotations

import random
from collections import deque

FIRST_DELAY = 1.0
MAX_DELAY = 20.0
"""Seconds; Telegram drops button presses after 150."""


class Backoff:
    """Delays that double with every failure in a row, with jitter."""

    def __init__(self, rng: random.Random | None = None) -> None:
        self._rng = rng or random.SystemRandom()
        self._delay = FIRST_DELAY

    def next_delay(self) -> float:
        """Return how many seconds to wait after one more failure."""
        longest, self._delay = self._delay, min(self._delay * 2, MAX_DELAY)
        return longest * self._rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Start again after a success."""
        self._delay = FIRST_DELAY


class ConflictDetector:
    """Tells a passing conflict from another program that polls for the same bot.

    Telegram ends the *older* of two requests. If both programs stopped, none would be left; if both
    went on, they would interrupt each other for ever. So a program that has just started stops at
    once, and one that was there before goes on for a while.
    """

    YOUNG_SECONDS = 60.0
    WINDOW_SECONDS = 120.0
    MAX_CONFLICTS = 8

    def __init__(self, started: float) -> None:
        self._started = started
        self._conflicts: deque[float] = deque(maxlen=self.MAX_CONFLICTS)

    def should_yield(self, now: float) -> bool:
        """Count a conflict; tell whether this program has to stop."""
        self._conflicts.append(now)
        is_young = now - self._started < self.YOUNG_SECONDS
        is_lasting = (
            len(self._conflicts) == self.MAX_CONFLICTS
            and now - self._conflicts[0] < self.WINDOW_SECONDS
        )
        return is_young or is_lasting
