"""Since when the channel refuses the bot's token, as the running bot found out last."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import MINUTE
from bot.store.statements import select_one, upsert
from bot.store.tables.main import rounds

if TYPE_CHECKING:
    from bot.store.writer import Work

FINDING_LIFETIME = 5 * MINUTE
"""How long a finding counts: the bot may have ended, or have another token since."""
_ROW = "token"
_STORE = upsert(rounds, "name", "ran_at", "steady_since", key="name")
_LOAD = select_one(rounds, "ran_at", "steady_since", by="name")


def record_token_refusal(work: Work, since: int, now: int) -> None:
    """Store since when the token is refused, microseconds since 1970; 0 while it is accepted."""
    work.run(_STORE, _ROW, since, now)


def load_token_refusal(work: Work, now: int) -> int:
    """Return since when the token is refused; 0 if it is accepted, or not known."""
    for since, found_at in work.rows(_LOAD, _ROW):
        if abs(now - found_at) <= FINDING_LIFETIME:
            return int(since)
    return 0
