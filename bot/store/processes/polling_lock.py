"""The lock of the one process that polls: fronts wait for it, so that the next goes on at once.

It has a connection of its own, kept while it waits as well. No message depends on it: if two
polled, Telegram would end the older of two requests, and what arrives twice is recognised.
"""

from __future__ import annotations

import contextlib
import threading
from typing import TYPE_CHECKING, Any

from bot.store.faults import is_driver_error

if TYPE_CHECKING:
    from collections.abc import Callable

POLLING_LOCK = 1
"""The second half of the advisory lock; the leader's is 0."""


class PollingLock:
    """The lock, as one process has it or waits for it; its methods block for a moment."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._connection: Any = None
        self._has_it = False
        self._is_used = threading.RLock()

    def hold(self) -> bool | None:
        """Tell whether this process holds the lock, which it takes if it is free; None: unknown.

        After a connection that was lost, it is taken on a new one unless another was faster.
        While the database is away, no one can tell.
        """
        with self._is_used:
            for _ in range(2):
                try:
                    return self._take()
                except Exception as error:
                    if not is_driver_error(error):
                        raise
                    self.release()
            return None

    def release(self) -> None:
        """Let another process have it, and look no more."""
        with self._is_used:
            connection, self._connection, self._has_it = self._connection, None, False
            if connection is not None:
                with contextlib.suppress(Exception):
                    connection.close()

    def _take(self) -> bool:
        if self._connection is None:
            self._connection = self._open()
        if self._has_it:
            with self._connection.pipeline():
                pass  # a round trip without a transaction: the session lasts, and so does its lock
        else:
            self._has_it = self._try_lock(self._connection)
        return self._has_it

    def _open(self) -> Any:
        from bot.store.processes.leadership import limit_silence  # noqa: PLC0415 - psycopg is slow to import

        connection = self._connect()
        try:
            limit_silence(connection)
        except BaseException:
            connection.close()
            raise
        return connection

    @staticmethod
    def _try_lock(connection: Any) -> bool:
        from bot.store.postgresql.connection import BOT_LOCK  # noqa: PLC0415 - as above

        asked = connection.execute("SELECT pg_try_advisory_lock(%s, %s)", (BOT_LOCK, POLLING_LOCK))
        return bool(asked.fetchone()[0])
