"""A database that is away, for every test of a desk that asks for it."""

from __future__ import annotations

from typing import Any

import pytest

from bot.desks.web.read_pool import ReadPool
from bot.errors import DatabaseAwayError


@pytest.fixture
def is_away(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Return a list with which tests let the database be away."""
    away: list[bool] = []
    run = ReadPool.run

    async def run_or_fail(self: ReadPool, unit: Any) -> Any:
        if away:
            raise DatabaseAwayError("the database does not answer")
        return await run(self, unit)

    monkeypatch.setattr(ReadPool, "run", run_or_fail)
    return away
