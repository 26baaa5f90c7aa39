"""Heartbeats of the bot, and the notice to staff about a time in which messages may be lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func

from bot.clock import DAY, SECOND
from bot.store.statements import insert, select_by, select_one, upsert
from bot.store.tables.main import heartbeats, notices

if TYPE_CHECKING:
    from bot.store.writer import Work

PRESSES_KEPT = 150 * SECOND
"""How long Telegram keeps a button press for a bot that is away."""
MESSAGES_KEPT = DAY
"""How long Telegram keeps messages for a bot that is away."""
LOSS_WINDOW = "loss_window"

_BEAT = upsert(heartbeats, "bot", "alive_at", key="bot")
_LAST = select_one(heartbeats, "alive_at", by="bot")
_LATEST = select_by(heartbeats, func.coalesce(func.max(heartbeats.c.alive_at), 0))
_ADD_NOTICE = insert(notices, "kind", "since", "until")


@dataclass(frozen=True, slots=True)
class Absence:
    """The time from the last heartbeat until now, in microseconds."""

    since: int
    until: int

    @property
    def lost_presses(self) -> bool:
        """Tell whether button presses of this time may never arrive."""
        return self.until - self.since > PRESSES_KEPT

    @property
    def lost_messages(self) -> bool:
        """Tell whether messages of this time may never arrive."""
        return self.until - self.since > MESSAGES_KEPT


def record_heartbeat(work: Work, bot: int, now: int) -> None:
    """Store that the bot runs."""
    work.run(_BEAT, bot, now)


def last_heartbeat(work: Work) -> int:
    """Return the last heartbeat of any bot; 0 if there was none."""
    return int(work.rows(_LATEST)[0][0])


def return_from_absence(work: Work, bot: int, now: int) -> Absence:
    """Store that the bot runs again, and a notice for staff if messages may be lost."""
    found = work.rows(_LAST, bot)
    absence = Absence(int(found[0][0]) if found else now, now)
    if absence.lost_messages:
        work.run(_ADD_NOTICE, LOSS_WINDOW, absence.since, now - MESSAGES_KEPT)
    record_heartbeat(work, bot, now)
    return absence
