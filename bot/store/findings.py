"""What the running bot found out last about its surroundings; desk and `doctor` show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import MINUTE
from bot.store.statements import select_one, upsert
from bot.store.tables.main import rounds

if TYPE_CHECKING:
    from bot.store.writer import Work

FINDING_LIFETIME = 5 * MINUTE
"""How long a finding counts: the bot may have ended, or what it found may have been mended."""
_STORE = upsert(rounds, "name", "ran_at", "steady_since", key="name")
_LOAD = select_one(rounds, "ran_at", "steady_since", by="name")


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding: a number, 0 while all is well."""

    name: str

    def record(self, work: Work, value: int, now: int) -> None:
        """Store what was found now."""
        work.run(_STORE, self.name, value, now)

    def load(self, work: Work, now: int) -> int:
        """Return what was found last; 0 if all is well, or nothing was found out lately."""
        for value, found_at in work.rows(_LOAD, self.name):
            if abs(now - found_at) <= FINDING_LIFETIME:
                return int(value)
        return 0


CLOCK_ERROR = Finding("clock_error")
"""By how many microseconds this machine's clock is ahead of its channel's."""
TOKEN_REFUSED_SINCE = Finding("token")
"""Since when the channel refuses the bot's token, microseconds since 1970."""
