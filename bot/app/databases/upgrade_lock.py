"""The lock of an upgrade: one process upgrades, others wait for it, or name it in the end.

With PostgreSQL it is held over all machines, and what still runs on another one stops the upgrade:
an older release must not meet the new tables.
"""

from __future__ import annotations

import fcntl
import os
import time
from contextlib import closing, contextmanager
from typing import IO, TYPE_CHECKING, Any

from bot.errors import AlreadyRunningError, SettingError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.settings import Settings
    from bot.store.database import Database

LOCK_FILE = "upgrade.lock"
LOCK_NUMBER = 4_841_554_617
"""Of the advisory lock in PostgreSQL, for processes on different computers."""
PATIENCE = 600.0
"""Seconds to wait for another process that upgrades."""
END_PATIENCE = 10.0
"""Seconds in which what was stopped a moment ago may end; who starts at the same time looks at the
data for less than that."""
_STILL_RUNS = (
    "SELECT min(application_name) FROM pg_stat_activity WHERE datname = current_database() "
    "AND application_name ~ '^haven [0-9]+ on ' "
    "AND application_name <> current_setting('application_name')"
)
_HOLDER = (
    "SELECT a.pid, coalesce(host(a.client_addr), 'this computer') FROM pg_locks l JOIN "
    "pg_stat_activity a USING (pid) WHERE l.locktype = 'advisory' AND l.granted AND "
    "(l.classid::bigint << 32) + l.objid::bigint = %s"
)


@contextmanager
def upgrade_lock(
    settings: Settings, database: Database, announce: Callable[[str], None],
    patience: float = PATIENCE,
) -> Iterator[None]:  # fmt: skip
    """Hold the lock; wait for another process that holds it.

    Raises:
        AlreadyRunningError: another process holds it for longer than the patience; it is named.
        SettingError: the folder is not writable.
    """
    path = settings.data / LOCK_FILE
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = path.open("a+")
    except OSError as error:
        raise SettingError(f"HAVEN_DATA: {path}: {error.strerror}") from None
    with handle:
        _wait(lambda: _try_file(handle), announce, patience)
        handle.truncate(0)
        handle.write(str(os.getpid()))
        handle.flush()
        if database.dialect == "sqlite":
            yield
            return
        with closing(database.connect()) as connection:
            connection.execute(f"SET application_name = 'haven upgrade {os.getpid()}'")
            _wait(lambda: _try_postgresql(connection), announce, patience)
            yield


def refuse_running_elsewhere(database: Database, patience: float = END_PATIENCE) -> None:
    """Refuse to upgrade while another process of Haven uses the database, on whatever machine.

    Raises:
        AlreadyRunningError: one does after the patience; it is named.
    """
    if database.dialect == "sqlite":
        return
    until = time.monotonic() + patience
    with closing(database.connect()) as connection:
        while (found := _still_runs(connection)) and time.monotonic() < until:
            time.sleep(0.2)
    if found:
        raise AlreadyRunningError(
            f"Haven still runs on this database (process {found.removeprefix('haven ')}), and an "
            "older release must not meet the new tables: stop it there, then start this one again"
        )


def _still_runs(connection: Any) -> str:
    row = connection.execute(_STILL_RUNS).fetchone()
    return (row and row[0]) or ""


def _wait(
    holder: Callable[[], str | None], announce: Callable[[str], None], patience: float
) -> None:
    """Wait until a lock has no other holder."""
    until, is_announced = time.monotonic() + patience, False
    while name := holder():
        if time.monotonic() > until:
            raise AlreadyRunningError(
                f"{name} still upgrades the data; wait for its end, or stop it and start again"
            )
        if not is_announced:
            announce(f"{name} upgrades the data; waiting for it.")
            is_announced = True
        time.sleep(0.2)


def _try_file(handle: IO[str]) -> str | None:
    """Take the lock; return its holder if there is one."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        handle.seek(0)
        return f"another Haven (process {handle.read().strip() or 'unknown'})"
    return None


def _try_postgresql(connection: object) -> str | None:
    """Take the lock in PostgreSQL; return its holder if there is one."""
    with closing(connection.cursor()) as cursor:  # type: ignore[attr-defined]
        cursor.execute("SELECT pg_try_advisory_lock(%s)", (LOCK_NUMBER,))
        if cursor.fetchone()[0]:
            return None
        cursor.execute(_HOLDER, (LOCK_NUMBER,))
        row = cursor.fetchone()
    where = f"server process {row[0]}, from {row[1]}" if row else "unknown process"
    return f"another Haven ({where})"
