"""Whether a server still has what this process committed: an older copy may have taken its place.

An old base backup that is started at the same address, or a standby that was behind when it was
promoted, answers like the server before it. Numbers of transactions only grow, and a server that
has a commit gives out no number up to it again: so one whose next number is not above the last
commit of this process has lost that commit. Only the first process that asks is sure to notice, as
what is stored from then on uses up the numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg

from bot.clock import SystemClock
from bot.log import log

if TYPE_CHECKING:
    from bot.store.postgresql.connection import LimitedConnection

_NEXT_NUMBER = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text"
_LAST_SIGN_OF_LIFE = "SELECT max(alive_at) FROM processes"


@dataclass(frozen=True, slots=True)
class MissingSpan:
    """From when to when what was stored is missing, microseconds since 1970."""

    since: int
    """The last sign of life of any process that the database has; `until` where it has none."""
    until: int
    """When this process had its last commit before."""
    count: int
    """How many transactions are missing, at least."""


@dataclass
class CommitHistory:
    """The last commit of this process on whatever server; used by the writer's thread."""

    number: int = 0
    at: int = 0
    missing: MissingSpan | None = None
    """What was found missing last; other threads take it."""

    def note(self, number: str) -> None:
        """Note that a transaction is committed; "0" or empty for one that wrote nothing."""
        if number and number != "0":
            self.number, self.at = max(self.number, int(number)), SystemClock().now()

    def compare(self, connection: LimitedConnection) -> None:
        """Note what is missing if the server does not have the last commit; say it once."""
        if not self.number:
            return
        count = self.number + 1 - int(_value(connection, _NEXT_NUMBER))
        if count <= 0:
            return
        since = min(_last_sign_of_life(connection) or self.at, self.at)
        self.missing = MissingSpan(since, self.at, count)
        self.number = 0  # the numbers of this server count from now on
        log.error("database_older", count=count)


def _last_sign_of_life(connection: LimitedConnection) -> int:
    try:
        return int(_value(connection, _LAST_SIGN_OF_LIFE) or 0)
    except psycopg.errors.UndefinedTable:  # the key store has no processes
        return 0


def _value(connection: LimitedConnection, sql: Any) -> Any:
    row = connection.execute(sql).fetchone()
    return row[0] if row else 0
