"""The lead of a deployment: one process has it, as long as the session it writes with lasts.

The lock lives on the connection of the writer. So a process that lost it can store nothing: its
next unit of work connects again, and takes the lock or fails. Which process led last stands in
`rounds`. If another one led meanwhile, what the first has in memory may be old: its unit fails, and
its jobs begin again on a new App.

A leader asks the server something every few seconds (`bot.app.roles.presence`), and sends no letter
while the last answer is older. One from which nothing is heard for ten seconds is paused or cut
off: the server ends its session, or a process that stands by has it ended. The server alone would
not do: its clock stands still while statements of a pipeline are under way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.clock import SystemClock
from bot.errors import LeadLostError
from bot.store.postgresql.connection import BOT_LOCK, HOLDER, claim_for_bot

if TYPE_CHECKING:
    import psycopg

    from bot.store.writer import Work

SILENCE_SECONDS = 10
"""Seconds without a word after which the server ends a session that holds a lock."""
FIRST_WITH_LIMIT = 140_000
"""The first version of PostgreSQL that ends idle sessions."""
_LIMITS = ("idle_session_timeout", "idle_in_transaction_session_timeout")
_LED_LAST = "SELECT ran_at FROM rounds WHERE name = 'leader'"
_LEADS = (
    "INSERT INTO rounds (name, ran_at, steady_since) VALUES ('leader', %s, %s)"
    " ON CONFLICT (name) DO UPDATE SET ran_at = excluded.ran_at,"
    " steady_since = excluded.steady_since"
)
_END_SILENT = (  # only a number is filled in
    "SELECT pg_terminate_backend(a.pid) FROM pg_locks l JOIN pg_stat_activity a"  # noqa: S608
    " ON a.pid = l.pid"
    f" WHERE l.locktype = 'advisory' AND l.granted AND l.classid = {BOT_LOCK} AND l.objid = 0"
    " AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    " AND a.wait_event = 'ClientRead'"
    " AND clock_timestamp() - a.state_change > interval '{seconds} seconds'"
)
"""The server waits for the client, and has for so long; not while it works for it."""
_HOLDER = HOLDER.replace("%s", str(BOT_LOCK))


class LeaderClaim:
    """Takes the lead on each connection of a writer, in its thread."""

    def __init__(self, number: int) -> None:
        """`number` is that of this process."""
        self._number = number
        self._has_led = False

    def __call__(self, connection: psycopg.Connection[Any], before: int = 0) -> None:
        """Take the lead, for as long as a connection lasts.

        Raises:
            AlreadyRunningError: another process has it; the error names it.
            SilentDatabaseError: the connection before this one has not ended yet.
            LeadLostError: another process had it meanwhile; the next try takes it.
        """
        claim_for_bot(connection, before)
        limit_silence(connection)
        row = connection.execute(_LED_LAST).fetchone()
        if row is not None and row[0] == self._number:
            return
        had_led, self._has_led = self._has_led, False
        if had_led:
            raise LeadLostError("another process led meanwhile")
        connection.execute(_LEADS, (self._number, SystemClock().now()))
        self._has_led = True


def limit_silence(connection: psycopg.Connection[Any]) -> None:
    """Have the server end a session that is silent for too long."""
    if connection.info.server_version < FIRST_WITH_LIMIT:
        return
    for name in _LIMITS:
        connection.execute("SELECT set_config(%s, %s, false)", (name, f"{SILENCE_SECONDS}s"))


def is_lead_free(work: Work) -> bool:
    """Tell whether no process leads, after the session of a leader that is silent was ended."""
    work.execute(_END_SILENT.format(seconds=SILENCE_SECONDS))
    return not work.execute(_HOLDER)
