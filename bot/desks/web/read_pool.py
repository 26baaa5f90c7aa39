"""Reading beside the writer: a few connections, each unit on one snapshot, nothing ever kept.

A connection on which nothing begins or ends any more is let go, and the next unit opens another: a
database that was started anew is read again.
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
AT_ONCE = 2


class Reads:
    """Runs units of work that only read."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._here = threading.local()
        self._connections: list[Any] = []
        self._pool = ThreadPoolExecutor(AT_ONCE, "desk")

    async def run(self, unit: Callable[[Work], T]) -> T:
        """Run a unit and return what it returned; whatever it wrote is undone."""
        return await asyncio.get_running_loop().run_in_executor(self._pool, self._one, unit)

    def _one(self, unit: Callable[[Work], T]) -> T:
        cursor = self._cursor()
        self._runs(cursor, "BEGIN")
        try:
            return unit(Work(cursor, self._database.dialect))
        finally:
            self._runs(cursor, "ROLLBACK")

    def _cursor(self) -> Any:
        cursor = getattr(self._here, "cursor", None)
        if cursor is None:
            connection = self._here.connection = self._database.connect()
            self._connections.append(connection)
            cursor = self._here.cursor = connection.cursor()
        return cursor

    def _runs(self, cursor: Any, sql: str) -> None:
        try:
            cursor.execute(sql)
        except BaseException:
            self._let_go()
            raise

    def _let_go(self) -> None:
        """Forget the connection of this thread, in whatever state it is."""
        connection, self._here.cursor = self._here.connection, None
        self._connections.remove(connection)
        with contextlib.suppress(Exception):
            connection.close()

    def close(self) -> None:
        """Let go of the connections, once what runs has ended."""
        self._pool.shutdown()
        for connection in self._connections:
            connection.close()
