"""Connections to PostgreSQL: their address, their limits, and the lock that one bot holds.

Every connection ends by itself where nothing answers: at connecting, at a statement, at a lock, and
when the other side of the wire is gone. A setting in HAVEN_DATABASE_URL comes before ours.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg
from psycopg import errors

from bot.errors import AlreadyRunningError, CommitFailedError
from bot.store.compiled import dialect_of
from bot.store.patience import LONG_ANSWER, LONG_LIMITS, UNIT_LIMITS
from bot.store.postgresql.address import CONNECT_TIMEOUT
from bot.store.postgresql.connection_user import ConnectsAs, connecting_as

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg.abc import PQGen
    from sqlalchemy.engine import URL

    from bot.store.patience import StatementLimits

Connected = TypeVar("Connected")
DURABILITY = {"synchronous_commit": ("on", "remote_apply"), "fsync": ("on",)}
"""Settings of the server without which a commit may be forgotten, and what each may be."""
BOT_LOCK = 0x68617665
"""The first half of the advisory lock that the writer of a bot holds in its database: "have"."""
HOLDER = """
SELECT l.pid, a.application_name,
to_char(a.backend_start AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI')
FROM pg_locks l LEFT JOIN pg_stat_activity a ON a.pid = l.pid
WHERE l.locktype = 'advisory' AND l.granted AND l.classid = %s AND l.objid = 0
AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
"""
"""Which session of the server has that lock, the name of its program, and since when."""
_NAMED = re.compile(r"^haven (\d+) on (.+)$")


class SilentDatabaseError(psycopg.OperationalError):
    """The server was connected and said nothing for too long."""


class LimitedConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server says nothing for too long.

    A server that is frozen cannot end its own statement, and the system takes the wire for whole.
    """

    answer_limit: float = LONG_ANSWER
    server_started = ""
    """When its server was started, by which it is told from one that was promoted since."""

    def wait(self, gen: PQGen[Any], interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for the server; raise SilentDatabaseError after `answer_limit` seconds."""
        try:
            return super().wait(gen, interval, timeout or self.answer_limit)
        except errors._WaitTimeout:  # noqa: SLF001 - psycopg has no public name for it
            if timeout is not None:  # psycopg's own, of which it makes something itself
                raise
            self.pgconn.finish()
            raise SilentDatabaseError("no answer") from None


class LimitedAsyncConnection(psycopg.AsyncConnection[Any]):
    """The same for code that runs in the event loop."""

    answer_limit = UNIT_LIMITS.answer

    async def wait(
        self,
        gen: PQGen[Any],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 - it is psycopg's
    ) -> Any:
        """Wait for the server; raise SilentDatabaseError after `answer_limit` seconds."""
        try:
            return await super().wait(gen, interval, timeout or self.answer_limit)
        except errors._WaitTimeout:  # noqa: SLF001 - psycopg has no public name for it
            if timeout is not None:  # psycopg's own, of which it makes something itself
                raise
            self.pgconn.finish()
            raise SilentDatabaseError("no answer") from None


def connected(connect: Callable[[], Connected]) -> Connected:
    """Return a new connection: as the user of the service, where root connects for it.

    If the server refuses that one, root is tried: the address may name a login of root's own.
    """
    if ConnectsAs.user is None:
        return connect()
    try:
        with connecting_as(ConnectsAs.user):
            return connect()
    except psycopg.OperationalError:
        return connect()


def connect_to_look(url: URL, answer_limit: float) -> LimitedConnection:
    """Return a new connection for a few reads; a server silent for so many seconds is given up.

    The server is asked for nothing: neither whether its commits are durable, nor to keep limits.

    Raises:
        psycopg.OperationalError: there is no connection.
    """
    _none, given = dialect_of("postgresql").create_connect_args(url)
    connection = connected(lambda: LimitedConnection.connect(**given, autocommit=True))
    connection.answer_limit = answer_limit
    return connection


def connect(url: URL, limits: StatementLimits = LONG_LIMITS) -> LimitedConnection:
    """Return a new connection on which transactions begin with BEGIN.

    Raises:
        CommitFailedError: the server may forget what it committed.
        psycopg.OperationalError: there is no connection.
    """
    connection = connect_to_look(url, CONNECT_TIMEOUT)
    try:
        _set_limits(connection, limits)
        connection.answer_limit = limits.answer
    except BaseException:
        connection.close()
        raise
    return connection


def _set_limits(connection: LimitedConnection, limits: StatementLimits) -> None:
    """Set the limits of statements and check that commits are durable, in one round trip."""
    shown = ", ".join(f"current_setting('{name}')" for name in DURABILITY)
    row = connection.execute(
        f"SELECT {shown}, pg_postmaster_start_time()::text,"
        " set_config('lock_timeout', %s, false), set_config('statement_timeout', %s, false)",
        (_milliseconds(limits.lock), _milliseconds(limits.statement)),
    ).fetchone()
    for (name, allowed), found in zip(DURABILITY.items(), row or (), strict=False):
        if found not in allowed:
            raise CommitFailedError(f"PostgreSQL has {name}={found}; it must be {allowed[0]}")
    connection.server_started = row[len(DURABILITY)] if row else ""


def _milliseconds(seconds: float) -> str:
    return str(int(seconds * 1000))


def claim_for_bot(connection: psycopg.Connection[Any], before: int = 0) -> None:
    """Take the lock of the one bot of this database, for as long as the connection lasts.

    `before` is the server's process of an earlier connection of this bot, which is ended if it
    still holds the lock: what it was committing is then decided.

    Raises:
        AlreadyRunningError: another bot holds it; the error names its process and host.
        SilentDatabaseError: the earlier connection has not ended yet.
    """
    taken = connection.execute("SELECT pg_try_advisory_lock(%s, 0)", (BOT_LOCK,)).fetchone()
    if taken is not None and taken[0]:
        return
    holder = connection.execute(HOLDER, (BOT_LOCK,)).fetchone()
    if holder is None or holder[0] == before:
        connection.execute("SELECT pg_terminate_backend(%s)", (before,))
        raise SilentDatabaseError("no answer: the connection before this one has not ended yet")
    named = _NAMED.match(holder[1] or "")
    who = f"process {named[1]} on {named[2]}" if named else "of an unknown process"
    who += f", since {holder[2]} UTC" if holder[2] else ""
    raise AlreadyRunningError(
        f"another Haven ({who}) uses this database; stop it first, or start this one with "
        "--standby: it then goes on when that one ends"
    )
