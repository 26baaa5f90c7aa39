"""A process stays, and says again later that it runs, where the database has no room for that."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import suppress
from typing import TYPE_CHECKING, Any, cast

import psycopg
import pytest

from bot.app.roles import presence
from bot.app.roles.presence import Presence
from bot.app.roles.role import ProcessRole
from bot.clock import SystemClock
from bot.errors import CommitFailedError

if TYPE_CHECKING:
    from collections.abc import Callable


class FullStore:
    """A database that refuses every unit of work."""

    dialect = "postgresql"

    def __init__(self, error: Exception) -> None:
        self.error, self.tries, self.writer = error, 0, self

    async def run(self, _unit: Callable[[Any], Any]) -> None:
        self.tries += 1
        raise self.error


@pytest.mark.parametrize(
    "error",
    [psycopg.errors.DiskFull("no room"), psycopg.errors.TooManyConnections("none is left"),
     CommitFailedError("given up"), sqlite3.OperationalError("database is locked")],
)  # fmt: skip
async def test_a_store_without_room_ends_no_process(
    monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    monkeypatch.setattr(presence, "BEAT_SECONDS", 0.02)
    store = FullStore(error)
    running = Presence(cast("Any", store), frozenset({ProcessRole.WORKER}), SystemClock())
    await running.begin()
    task = asyncio.ensure_future(running.run())
    while store.tries < 3:
        assert not task.done()
        await asyncio.sleep(0.01)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def test_any_other_error_is_raised() -> None:
    running = Presence(
        cast("Any", FullStore(ValueError("no fault of the store"))),
        frozenset({ProcessRole.WORKER}), SystemClock(),
    )  # fmt: skip
    with pytest.raises(ValueError, match="no fault"):
        await running.begin()
