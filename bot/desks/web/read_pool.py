"""Pool of database connections that only read, next to the one writer.

Each unit of work reads one moment and is rolled back. A connection that has ended is closed, and
the unit is run once more on another, so that the desk survives a restart of the database. It is
also run once more, in a later moment, if it locks a row that was changed since its own began:
PostgreSQL refuses that. A reader waits for a few seconds only, whatever the database does.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import DatabaseAwayError
from bot.store.database import BEGIN_READING
from bot.store.faults import StoreFault, fault_kind, is_outdated
from bot.store.writer import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database

T = TypeVar("T")
POOL_SIZE = 2
PATIENCE = 10.0
"""Seconds for a unit, with its wait for others: a page that takes longer is asked for again."""


class ReadPool:
    """Runs units of work that only read."""

    def __init__(self, database: Database, patience: float = PATIENCE) -> None:
        self._database = database
        self._patience = patience
        self._local = threading.local()
        self._connections: list[Any] = []
        self._pool = ThreadPoolExecutor(POOL_SIZE, "desk")

    async def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit and return its result; anything it writes is rolled back.

        Raises:
            DatabaseAwayError: there is no connection, or no answer in time.
        """
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(self._patience):
                return await loop.run_in_executor(self._pool, self._run_one, unit)
        except TimeoutError:
            raise DatabaseAwayError("the database does not answer") from None
        except Exception as error:
            if fault_kind(error) is not StoreFault.LOST:
                raise
            raise DatabaseAwayError("the database cannot be read") from error

    def _run_one(self, unit: Callable[[Work], T]) -> T:
        is_fresh = getattr(self._local, "cursor", None) is None
        try:
            return self._try_one(unit)
        except Exception as error:
            is_lost = fault_kind(error) is StoreFault.LOST and not is_fresh
            if not (is_lost or is_outdated(error)):
                raise
        return self._try_one(unit)

    def _try_one(self, unit: Callable[[Work], T]) -> T:
        cursor = self._cursor()
        self._execute(cursor, BEGIN_READING[self._database.dialect])
        try:
            result = unit(Work(cursor, self._database.dialect))
        except BaseException:
            with contextlib.suppress(Exception):  # what failed first is what is wrong
                self._execute(cursor, "ROLLBACK")
            raise
        self._execute(cursor, "ROLLBACK")
        return result

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            connection = self._local.connection = self._database.connect_briefly()
            self._connections.append(connection)
            cursor = self._local.cursor = connection.cursor()
        return cursor

    def _execute(self, cursor: Any, sql: str) -> None:
        try:
            cursor.execute(sql)
        except BaseException:
            self._discard_connection()
            raise

    def _discard_connection(self) -> None:
        connection, self._local.cursor = self._local.connection, None
        self._connections.remove(connection)
        with contextlib.suppress(Exception):
            connection.close()

    def close(self) -> None:
        """Close the connections, once running units have ended."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()
