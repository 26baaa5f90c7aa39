"""The standbys of a PostgreSQL: whether commits wait for one, and how far they are behind.

`synchronous_commit = on` says nothing about standbys: without `synchronous_standby_names` a commit
is acknowledged before any standby has it, and a promotion loses it.
"""

from __future__ import annotations

import re
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from bot.store.faults import is_postgresql_error

if TYPE_CHECKING:
    from bot.store.database import Database

LOOK_LIMIT = 5.0
"""A server that is silent for so many seconds is given up: a start says so within ten."""
_LOOK = """
SELECT pg_is_in_recovery(), current_setting('synchronous_standby_names'),
pg_has_role(current_user, 'pg_read_all_stats', 'USAGE')
"""
_TIMELINE = "SELECT substr(pg_walfile_name(pg_current_wal_insert_lsn()), 1, 8)"
_STANDBYS = """
SELECT coalesce(nullif(application_name, ''), 'a standby'), coalesce(sync_state, ''),
greatest(pg_wal_lsn_diff(pg_current_wal_insert_lsn(), flush_lsn), 0)::bigint,
greatest(extract(epoch FROM replay_lag),
CASE WHEN flush_lsn < pg_current_wal_insert_lsn()
THEN extract(epoch FROM clock_timestamp() - reply_time) END, 0)::float8
FROM pg_stat_replication
WHERE state IS DISTINCT FROM 'backup'
AND pid NOT IN (SELECT active_pid FROM pg_replication_slots
WHERE slot_type = 'logical' AND active_pid IS NOT NULL)
AND application_name NOT IN ('pg_receivewal', 'pg_basebackup', 'barman_receive_wal')
ORDER BY 1
"""
"""What only copies the log, or some tables, is no standby; reply times are of the server's clock.
"""
_COUNT = re.compile(r"^\s*(?:(?:FIRST|ANY)\s+)?(\d+)\s*\(", re.IGNORECASE)
SYNCHRONOUS = frozenset({"sync", "quorum"})
"""States of a standby for which a commit may wait."""


class Durability(StrEnum):
    """What a commit that was acknowledged is worth if the primary is lost."""

    ALONE = "alone"
    """There is no standby, and none is waited for."""
    SYNCHRONOUS = "synchronous"
    """Each commit is on the disk of a standby as well."""
    ASYNCHRONOUS = "asynchronous"
    """There are standbys, and a commit waits for none: a promotion loses what was acknowledged."""
    MISSING = "missing"
    """Commits wait for standbys that are not connected: none succeeds."""
    HIDDEN = "hidden"
    """There are standbys, and our user may not see in which state."""
    STANDBY = "standby"
    """The server itself is a standby, and takes no writes."""


@dataclass(frozen=True, slots=True)
class Standby:
    """A server that follows ours."""

    name: str
    sync_state: str
    """sync, quorum, potential or async; empty if our user may not see it."""
    bytes_behind: int = 0
    seconds_behind: float = 0.0

    @property
    def is_synchronous(self) -> bool:
        """Tell whether commits wait for it."""
        return self.sync_state in SYNCHRONOUS


@dataclass(frozen=True, slots=True)
class Replication:
    """What a server says about its standbys at one moment."""

    wanted: str = ""
    """The server's `synchronous_standby_names`."""
    standbys: tuple[Standby, ...] = ()
    timeline: int = 0
    """Counts promotions; 0 on a standby, and where a service does not say it."""
    is_standby: bool = False
    is_visible: bool = True
    """Whether our user may see the states of standbys."""

    @property
    def durability(self) -> Durability:
        """Return what a commit is worth."""
        if self.is_standby:
            return Durability.STANDBY
        if not self.standbys:
            return Durability.MISSING if self.wanted else Durability.ALONE
        if not self.is_visible:
            return Durability.HIDDEN
        if not self.wanted:
            return Durability.ASYNCHRONOUS
        is_enough = self.synchronous >= count_needed(self.wanted)
        return Durability.SYNCHRONOUS if is_enough else Durability.MISSING

    @property
    def synchronous(self) -> int:
        """Return how many standbys commits wait for, or may."""
        return sum(it.is_synchronous for it in self.standbys)

    @property
    def bytes_behind(self) -> int:
        """Return how far the standby that is furthest behind is."""
        return max((it.bytes_behind for it in self.standbys), default=0)

    @property
    def seconds_behind(self) -> float:
        """Return how long the standby that is furthest behind needs."""
        return max((it.seconds_behind for it in self.standbys), default=0.0)


def count_needed(names: str) -> int:
    """Return for how many standbys a commit waits, by `synchronous_standby_names`."""
    found = _COUNT.match(names)
    return int(found[1]) if found else 1


def load_replication(database: Database) -> Replication:
    """Return what a database's server says; nothing of a SQLite file.

    Raises:
        psycopg.Error: the server does not answer within ten seconds.
    """
    if database.dialect == "sqlite":
        return Replication()
    from bot.store.postgresql.connection import connect_to_look  # noqa: PLC0415 - half a second, unneeded with SQLite

    looks = connect_to_look(database.url, LOOK_LIMIT)
    with closing(looks) as connection, connection.transaction():
        return _look(connection)


def _look(connection: Any) -> Replication:
    is_standby, wanted, is_visible = connection.execute(_LOOK).fetchone()
    rows = [] if is_standby else connection.execute(_STANDBYS).fetchall()
    return Replication(
        wanted=wanted.strip(), standbys=tuple(_standby(*it) for it in rows),
        timeline=0 if is_standby else _timeline(connection), is_standby=is_standby,
        is_visible=is_visible,
    )  # fmt: skip


def _timeline(connection: Any) -> int:
    try:  # last: an error ends the transaction
        return int(connection.execute(_TIMELINE).fetchone()[0], 16)
    except Exception as error:
        if not is_postgresql_error(error):
            raise
        return 0  # a managed service may have taken the function away


def _standby(name: str, sync_state: str, bytes_behind: int | None, seconds: float) -> Standby:
    return Standby(name, sync_state, bytes_behind or 0, seconds)
