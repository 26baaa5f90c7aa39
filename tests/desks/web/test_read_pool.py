"""Readers of the desk: each unit of work reads one moment, and survives what others change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.desks.web.read_pool import ReadPool
from bot.store.database import Database
from bot.store.faults import is_outdated
from bot.store.shared_values import load_value, store_value
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.writer import Work

NAME = "a_value"
LOCKING = "SELECT value FROM shared_values WHERE name = 'a_value' FOR UPDATE"


@pytest.fixture
def kind() -> str:
    return "postgresql"


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(kind, tmp_path))
    store(made, "before")
    yield made
    made.writer.close()


@pytest.fixture
def pool(database: Database) -> Iterator[ReadPool]:
    made = ReadPool(database)
    yield made
    made.close()


def store(database: Database, value: str) -> None:
    database.writer.run_sync(lambda work: store_value(work, NAME, value))


@on_both_databases
async def test_a_page_sees_nothing_that_is_stored_while_it_is_read(
    database: Database, pool: ReadPool
) -> None:
    def unit(work: Work) -> list[str | None]:
        first = load_value(work, NAME)
        store(database, "after")
        return [first, load_value(work, NAME)]

    assert await pool.run(unit) == ["before", "before"]
    assert await pool.run(lambda work: load_value(work, NAME)) == "after"


def locking(database: Database, values: list[str]) -> Callable[[Work], str]:
    """Return a unit that locks a row which is changed once it reads, once for each value."""

    def unit(work: Work) -> str:
        load_value(work, NAME)
        if values:
            store(database, values.pop())
        return str(work.execute(LOCKING)[0][0])

    return unit


async def test_a_page_that_locks_a_row_changed_meanwhile_is_read_again(
    database: Database, pool: ReadPool
) -> None:
    assert await pool.run(locking(database, ["after"])) == "after"


async def test_a_page_is_read_again_once_and_then_tells_what_is_wrong(
    database: Database, pool: ReadPool
) -> None:
    with pytest.raises(Exception, match="could not serialize") as refused:
        await pool.run(locking(database, ["third", "second"]))
    assert is_outdated(refused.value)
    assert await pool.run(lambda work: load_value(work, NAME)) == "third"
