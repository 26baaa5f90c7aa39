"""Pool of database connections that only read, next to the one writer.

Each unit of work reads one snapshot and is rolled back. A connection that fails is closed, and the
next unit opens another, so that the desk survives a restart of the database.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, TypeVar

from bot.store.writer import Work

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.store.database import Database

T = TypeVar("T")
POOL_SIZE = 2


class ReadPool:
    """Runs units of work that only read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._local = threading.local()
        self._connections: list[Any] = []
        self._pool = ThreadPoolExecutor(POOL_SIZE, "desk")

    async def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit and return its result; anything it writes is rolled back."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._run_one, unit)

    def _run_one(self, unit: Callable[[Work], T]) -> T:
        cursor = self._cursor()
        self._execute(cursor, "BEGIN")
        try:
            return unit(Work(cursor, self._database.dialect))
        finally:
            self._execute(cursor, "ROLLBACK")

    def _cursor(self) -> Any:
        cursor = getattr(self._local, "cursor", None)
        if cursor is None:
            connection = self._local.connection = self._database.connect()
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
