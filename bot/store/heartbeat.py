"""When the bot last said that it runs, and what staff must know of the time it did not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select

from bot.clock import DAY, SECOND
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import heartbeats, notices

if TYPE_CHECKING:
    from bot.store.writer import Work

PRESSES_KEPT = 150 * SECOND
"""How long Telegram keeps a press of a button for a bot that is away."""
MESSAGES_KEPT = DAY
"""How long Telegram keeps messages for a bot that is away."""
LOSS_WINDOW = "loss_window"

_BEAT = Prepared(
    lambda dialect: (
        put := insert_into(dialect, heartbeats).values(
            bot=bindparam("bot"), alive_at=bindparam("alive_at")
        )
    ).on_conflict_do_update(index_elements=["bot"], set_={"alive_at": put.excluded.alive_at}),
    "bot",
    "alive_at",
)
_LAST = Prepared(
    lambda _: select(heartbeats.c.alive_at).where(heartbeats.c.bot == bindparam("of_bot")),
    "of_bot",
)
_LATEST = Prepared(lambda _: select(func.coalesce(func.max(heartbeats.c.alive_at), 0)))
_NOTE = Prepared(
    lambda _: insert(notices).values(
        kind=bindparam("kind"), since=bindparam("since"), until=bindparam("until")
    ),
    "kind",
    "since",
    "until",
)


@dataclass(frozen=True, slots=True)
class Absence:
    """The time between the last sign of life and now."""

    since: int
    until: int

    @property
    def lost_presses(self) -> bool:
        """Tell whether buttons pressed meanwhile may never arrive."""
        return self.until - self.since > PRESSES_KEPT

    @property
    def lost_messages(self) -> bool:
        """Tell whether messages written meanwhile may never arrive."""
        return self.until - self.since > MESSAGES_KEPT


def record_heartbeat(work: Work, bot: int, now: int) -> None:
    """Say that the bot runs."""
    work.run(_BEAT, bot, now)


def last_heartbeat(work: Work) -> int:
    """Return when the channel was last reached; 0 where nobody ever said so."""
    return int(work.rows(_LATEST)[0][0])


def return_from_absence(work: Work, bot: int, now: int) -> Absence:
    """Say that the bot runs again; keep a notice for staff when messages may be lost."""
    found = work.rows(_LAST, bot)
    absence = Absence(int(found[0][0]) if found else now, now)
    if absence.lost_messages:
        work.run(_NOTE, LOSS_WINDOW, absence.since, now - MESSAGES_KEPT)
    record_heartbeat(work, bot, now)
    return absence
