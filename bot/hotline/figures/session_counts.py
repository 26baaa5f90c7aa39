"""Sessions, and the step at which each stands: where people leave the conversation.

Each step is a counter. When a person goes on, the counter of the step they leave falls by one and
that of the step they reach rises by one. So a session that ends, in whatever way, has left one at
the step where it stood, and no one has to look at it again when it expires.

These counters are kept in memory and stored with the heartbeat, like those of updates: a write with
every turn would cost every person time. A process that is killed loses the last half minute.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from bot.hotline.figures.counters import TOTAL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.figures.counters import CountKey, FigureCounters
    from bot.store.writer import Work

SESSIONS = "sessions"
SENT, NO_QUESTION = "sent", "no_question"
"""Instead of a step: something was sent to the hotline; no question is open."""


class SessionMark(NamedTuple):
    """Where a session stands, without anything of the person."""

    session: int
    """Sets the sessions of a chat apart; 0: none has begun."""
    step: str
    """As `flow.step`, or `SENT`, or `NO_QUESTION`."""
    language: str

    @property
    def keys(self) -> tuple[CountKey, ...]:
        """Return its counters."""
        return (SESSIONS, "step", self.step), (SESSIONS, "language", self.language)


SessionMove = tuple[SessionMark, SessionMark]
"""Where a session stood before a turn and after it."""


class SessionCounts:
    """The changes since the counters were last stored."""

    def __init__(self) -> None:
        self._changes: Counter[CountKey] = Counter()

    def note(self, moves: Iterable[SessionMove]) -> None:
        """Note what sessions did in turns that were committed."""
        changes = self._changes
        for before, after in moves:
            if before == after or not after.session:  # what ends stays where it stood
                continue
            for key in after.keys:
                changes[key] += 1
            if before.session != after.session:
                changes[SESSIONS, TOTAL, ""] += 1
                continue
            for key in before.keys:
                changes[key] -= 1

    def store(self, work: Work, counters: FigureCounters, now: int) -> None:
        """Store the changes so far."""
        stored = self._changes.copy()
        work.after_commit(lambda: self._changes.subtract(stored))
        counters.add(work, now, stored)
