"""What the running bot found out last about its surroundings; desk and `doctor` show it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import DAY, MINUTE
from bot.store.processes.heartbeat import last_heartbeat
from bot.store.statements import select_in, select_one, upsert
from bot.store.tables.main import rounds

if TYPE_CHECKING:
    from bot.store.writer import Work

FINDING_LIFETIME = 5 * MINUTE
"""How long a finding counts: the bot may have ended, or what it found may have been mended."""
CONFLICT_LIFETIME = 10 * MINUTE
"""How long another program's taking counts: one that ends and begins again is met only then."""
MISSING_LIFETIME = 7 * DAY
"""How long staff read that the database lost what was stored: every shift of a week comes by."""
POLLING_ALARM = 5 * MINUTE
"""How long nothing may be fetched from the channel before staff and operators are told."""
_STORE = upsert(rounds, "name", "ran_at", "steady_since", key="name")
_LOAD = select_one(rounds, "ran_at", "steady_since", by="name")
_LOAD_ALL = select_in(rounds, "name", "ran_at", "steady_since", among="name")


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of finding: a number, 0 while all is well."""

    name: str
    lifetime: int = FINDING_LIFETIME
    """How long it counts after it was found."""

    def record(self, work: Work, value: int, now: int) -> None:
        """Store what was found now."""
        work.run(_STORE, self.name, value, now)

    def load(self, work: Work, now: int) -> int:
        """Return what was found last; 0 if all is well, or nothing was found out lately."""
        for value, found_at in work.rows(_LOAD, self.name):
            return self.valid(value, found_at, now)
        return 0

    def last(self, work: Work) -> int:
        """Return what was found last, however long ago."""
        return sum(int(value) for value, _found_at in work.rows(_LOAD, self.name))

    def valid(self, value: int, found_at: int, now: int) -> int:
        """Return what was found, if it still counts; else 0."""
        return int(value) if abs(now - found_at) <= self.lifetime else 0


@dataclass(frozen=True, slots=True)
class Findings:
    """What is wrong with the bot's surroundings; 0 where nothing is, or nothing is known."""

    clock_error: int = 0
    """Microseconds by which this machine's clock is ahead of its channel's."""
    clock_doubted_until: int = 0
    """Until when no hour is trusted."""
    token_refused_since: int = 0
    """Since when the channel refuses the bot's token."""
    messages_taken_at: int = 0
    """When another program took the bot's messages last."""
    polling_stopped_since: int = 0
    """Since when nothing was fetched from the channel, whatever the reason."""
    standby_missing_since: int = 0
    """Since when what is stored is on one machine alone, and should be on two."""
    files_away_since: int = 0
    """Since when no file is stored: the storage does not answer, or has no mark of the database."""
    data_missing_since: int = 0
    """From when on what was stored is missing: the database is an older copy."""
    data_missing_until: int = 0
    """Until when it is."""


CLOCK_ERROR = Finding("clock_error")
"""By how many microseconds this machine's clock is ahead of its channel's."""
TOKEN_REFUSED_SINCE = Finding("token")
"""Since when the channel refuses the bot's token, microseconds since 1970."""
MESSAGES_TAKEN_AT = Finding("conflict", CONFLICT_LIFETIME)
"""When the channel said last that another program takes the bot's messages, microseconds since
1970. No round of a bot that runs alone takes this back: the other one may begin again."""
CLOCK_DOUBTED_UNTIL = Finding("clock_doubt")
"""Until when no hour is trusted, microseconds since 1970."""
STANDBY_MISSING_SINCE = Finding("standby")
"""Since when no standby has what is stored, although one should; microseconds since 1970."""
FILES_AWAY_SINCE = Finding("files")
"""Since when the storage of files is away, microseconds since 1970."""
DATA_MISSING_SINCE = Finding("missing_from", MISSING_LIFETIME)
"""From when on what was stored is missing, microseconds since 1970. A newer copy that takes the
place of the older one does not have this finding."""
DATA_MISSING_UNTIL = Finding("missing_to", MISSING_LIFETIME)
"""Until when it is."""
TIMELINE = Finding("timeline")
"""How often the database was promoted, and one."""
_SHOWN = {
    it.name: it
    for it in (
        CLOCK_ERROR, CLOCK_DOUBTED_UNTIL, TOKEN_REFUSED_SINCE, MESSAGES_TAKEN_AT,
        STANDBY_MISSING_SINCE, FILES_AWAY_SINCE, DATA_MISSING_SINCE, DATA_MISSING_UNTIL,
    )
}  # fmt: skip
"""What `load_findings` reads with one query, by name."""
RESTORED_AT = "restored"
"""The name in `rounds` of when the data were restored from a backup, microseconds since 1970."""


def load_findings(work: Work, now: int, *, is_polling_watched: bool = True) -> Findings:
    """Return what is wrong now."""
    rows = work.rows_in(_LOAD_ALL, list(_SHOWN))
    found = {name: _SHOWN[name].valid(value, found_at, now) for name, value, found_at in rows}
    fetched_at = last_heartbeat(work) if is_polling_watched else 0
    return Findings(
        clock_error=found.get(CLOCK_ERROR.name, 0),
        clock_doubted_until=found.get(CLOCK_DOUBTED_UNTIL.name, 0),
        token_refused_since=found.get(TOKEN_REFUSED_SINCE.name, 0),
        messages_taken_at=found.get(MESSAGES_TAKEN_AT.name, 0),
        standby_missing_since=found.get(STANDBY_MISSING_SINCE.name, 0),
        files_away_since=found.get(FILES_AWAY_SINCE.name, 0),
        data_missing_since=found.get(DATA_MISSING_SINCE.name, 0),
        data_missing_until=found.get(DATA_MISSING_UNTIL.name, 0),
        polling_stopped_since=fetched_at if fetched_at and now - fetched_at > POLLING_ALARM else 0,
    )


def record_missing_data(work: Work, since: int, until: int, now: int) -> None:
    """Store from when to when what was stored is missing; two such spans become one."""
    before = DATA_MISSING_SINCE.load(work, now)
    DATA_MISSING_SINCE.record(work, min(before or since, since), now)
    DATA_MISSING_UNTIL.record(work, max(DATA_MISSING_UNTIL.load(work, now), until), now)


def idle_since_restore(work: Work) -> int:
    """Return when the data were restored, if no bot has run with them since; else 0."""
    restored = sum(int(at) for at, _steady in work.rows(_LOAD, RESTORED_AT))
    return restored if restored > last_heartbeat(work) else 0


def is_working(work: Work, now: int) -> bool:
    """Tell whether messages are fetched from the channel, and the clock is found right by it."""
    fetched_at = last_heartbeat(work)
    if not fetched_at or abs(now - fetched_at) > POLLING_ALARM:
        return False
    found = load_findings(work, now)
    return not (found.clock_error or found.clock_doubted_until or found.token_refused_since)
