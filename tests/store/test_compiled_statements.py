"""Statements are compiled once for each database, and say the same to both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import bindparam, select, update

from bot.store.compiled import LIST_SIZES, Prepared, PreparedList, insert_into
from bot.store.database import Database
from bot.store.tables.main import tallies
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work

COUNT = Prepared(
    lambda dialect: (
        insert_into(dialect, tallies)
        .values(kind=bindparam("kind"), day=bindparam("day"), times=bindparam("times"))
        .on_conflict_do_update(
            index_elements=["kind", "day"], set_={"times": tallies.c.times + bindparam("more")}
        )
    ),
    "day",
    "more",
    "times",
    "kind",
)
CHANGE = Prepared(
    lambda _: (
        update(tallies)
        .where(tallies.c.day == bindparam("when"), tallies.c.kind == "words")
        .values(times=bindparam("times"))
    ),
    "times",
    "when",
)
ALL = Prepared(lambda _: select(tallies.c.kind, tallies.c.day, tallies.c.times).order_by("day"))
ON_DAYS = PreparedList(lambda values: select(tallies.c.day).where(tallies.c.day.in_(values)))


@on_both_databases
async def test_values_reach_their_places_in_whatever_order_a_driver_wants_them(
    kind: str, tmp_path: Path
) -> None:
    database = Database(migrated_url(kind, tmp_path))

    def unit(work: Work) -> list[tuple[object, ...]]:
        work.run(COUNT, 7, 100, 1, "words")
        work.many(COUNT, [(7, 100, 1, "words"), (8, 100, 2, "words")])
        work.run(CHANGE, 55, 8)
        work.many(CHANGE, [])
        return [tuple(row) for row in work.rows(ALL)]

    assert await database.writer.run(unit) == [("words", 7, 101), ("words", 8, 55)]
    await database.close()


@on_both_databases
async def test_a_list_of_any_length_is_asked_for_whole(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    days = list(range(300))

    def fill(work: Work) -> None:
        work.many(COUNT, [(day, 0, 1, "words") for day in days])

    await database.writer.run(fill)
    for length in (0, 1, 2, 8, 9, 127, 128, 129, 257, 300):
        wanted = days[:length]
        found = await database.writer.run(lambda work, wanted=wanted: work.rows_in(ON_DAYS, wanted))
        assert sorted(day for (day,) in found) == wanted
    await database.close()


@given(st.lists(st.integers(), max_size=400))
def test_the_pieces_of_a_list_hold_each_value_and_no_other(values: list[int]) -> None:
    pieces = ON_DAYS.batches(values)
    assert [len(row) for _, row in pieces] == [
        next(size for size in LIST_SIZES if size >= len(values[start : start + 128]))
        for start in range(0, len(values), 128)
    ]
    asked = [value for _, row in pieces for value in row]
    assert set(asked) == set(values)


def test_a_statement_is_compiled_once_for_each_database() -> None:
    made: list[str] = []

    def make(dialect: str) -> object:
        made.append(dialect)
        return select(tallies.c.day)

    statement = Prepared(make)  # type: ignore[arg-type]
    assert statement.for_dialect("sqlite") is statement.for_dialect("sqlite")
    assert statement.for_dialect("postgresql") is not statement.for_dialect("sqlite")
    assert made == ["sqlite", "postgresql"]
