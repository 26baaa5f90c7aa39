"""How long PostgreSQL is waited for, and how often something is tried again with it."""

from __future__ import annotations

from dataclasses import dataclass
from random import SystemRandom

_SPREAD = SystemRandom()
LOCK_TIMEOUT = 5.0
"""Seconds to wait for a lock: Haven's own units of work last milliseconds, so a lock that is held
for longer belongs to another program or to a connection that is gone."""
STATEMENT_TIMEOUT = 15.0
"""Seconds for one statement of a unit of work: such a statement lasts milliseconds."""
ANSWER_MARGIN = 5.0
"""Seconds after a statement's time is over until a server that says nothing is given up."""
LONG_ANSWER = 600.0
"""Seconds without an answer for what is long by its nature: a backup, a change of the schema."""


@dataclass(frozen=True, slots=True)
class StatementLimits:
    """Seconds after which a statement is ended; 0 for never."""

    statement: float = 0.0
    lock: float = LOCK_TIMEOUT
    margin: float = ANSWER_MARGIN

    @property
    def answer(self) -> float:
        """Return the seconds without an answer after which the connection is closed."""
        return self.statement + self.margin if self.statement else LONG_ANSWER


UNIT_LIMITS = StatementLimits(STATEMENT_TIMEOUT)
"""Of units of work."""
LONG_LIMITS = StatementLimits()
"""Of what is long by its nature."""


@dataclass(frozen=True, slots=True)
class Patience:
    """Limits of statements, numbers of tries, and the seconds between two of them."""

    units: int = 6
    """Tries of a unit of work: at a deadlock the second one succeeds; a lock is waited for 5 s."""
    connects: int = 4
    """Tries to connect, about a second in all, before the jobs of the bot are stopped."""
    first: float = 0.1
    """Seconds before the second try: a killed connection can be made again at once."""
    longest: float = 10.0
    """Long enough to leave a server alone that is starting, short enough for who waits."""
    reopen: float = 5.0
    """Seconds between two tries to store something again, once the jobs were stopped."""
    silence: float = 5.0
    """Seconds a unit of work may take until it is logged, and said at the desk."""
    limits: StatementLimits = UNIT_LIMITS

    def wait(self, tried: int) -> float:
        """Return the seconds before the next try: twice as long each time, and never all alike."""
        return spread(min(self.first * 2 ** min(tried, 20), self.longest))


def spread(seconds: float) -> float:
    """Return a time between half and all of this one, so that many do not come back at once."""
    return seconds * _SPREAD.uniform(0.5, 1.0)
