"""Units of work that only read: all their statements see one moment, on either database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from sqlalchemy import select

from bot.store.database import Database
from bot.store.shared_values import load_value, store_value
from bot.store.tables.machines import shared_values
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.store.writer import Work

NAME = "a_value"


@pytest.fixture
def database(kind: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(migrated_url(kind, tmp_path))
    store(made, "before")
    yield made
    made.writer.close()


def store(database: Database, value: str) -> None:
    database.writer.run_sync(lambda work: store_value(work, NAME, value))


def reading_twice(between: Callable[[], None]) -> Callable[[Work], list[str | None]]:
    """Return a unit of work that reads a value, lets something happen, and reads it again."""

    def unit(work: Work) -> list[str | None]:
        first = load_value(work, NAME)
        between()
        return [first, load_value(work, NAME)]

    return unit


@on_both_databases
def test_a_command_that_reads_sees_nothing_that_is_stored_meanwhile(database: Database) -> None:
    unit = reading_twice(lambda: store(database, "after"))
    assert database.read(unit) == ["before", "before"]
    assert database.read(lambda work: load_value(work, NAME)) == "after"


@pytest.mark.parametrize("kind", ["postgresql"])
def test_without_one_moment_two_reads_of_one_unit_differ(database: Database) -> None:
    """The negative control, with a unit that writes. SQLite has one writer, for which all wait."""
    other = Database(database.url.render_as_string(hide_password=False))
    try:
        found = database.writer.run_sync(reading_twice(lambda: store(other, "after")))
    finally:
        other.writer.close()
    assert found == ["before", "after"]


@on_both_databases
async def test_the_readers_of_a_process_see_nothing_that_is_stored_meanwhile(
    database: Database,
) -> None:
    wanted = select(shared_values.c.value).where(shared_values.c.name == NAME)
    async with database.readers.connect() as connection:
        first = (await connection.execute(wanted)).scalar_one()
        store(database, "after")
        assert (await connection.execute(wanted)).scalar_one() == first
    await database.readers.dispose()
