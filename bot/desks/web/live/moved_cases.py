"""The cases that changed hands lately, as this process heard of them."""

from __future__ import annotations

from collections import deque

MAX_REMEMBERED = 1_000


class MovedCases:
    """The cases that changed hands lately, oldest first."""

    def __init__(self) -> None:
        self._cases: deque[str] = deque(maxlen=MAX_REMEMBERED)
        self.count = 0
        """How many have changed hands since the process began."""
        self._settled: set[str] = set()

    def add(self, case: str) -> None:
        """Note a case that changed hands."""
        self._cases.append(case)
        self._settled.discard(case)
        self.count += 1

    def settle(self, case: str, count: int) -> None:
        """Note that a case's key was wrapped to the right people, as it stood at a count of moves.

        No one has to look again, unless the case has moved since.
        """
        if case not in self.since(count):
            self._settled.add(case)

    def since(self, count: int) -> list[str]:
        """Return the cases that changed hands after so many others, each once."""
        missed = min(self.count - max(count, 0), len(self._cases))
        latest = list(self._cases)[len(self._cases) - missed :]
        return [it for it in dict.fromkeys(latest) if it not in self._settled]
