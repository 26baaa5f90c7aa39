"""Statement builders write the same text and order of values as statements written by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import bindparam, delete, func, select
from sqlalchemy import update as update_rows

from bot.store import statements as s
from bot.store.compiled import Prepared, PreparedList, insert_into
from bot.store.database import Database
from bot.store.tables.keys import epochs
from bot.store.tables.main import NOT_DONE, cases, inbox, outbox, tallies
from tests.support.database_fixtures import migrated_url, on_both_databases

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store.writer import Work

SINCE = cases.c.opened_at > bindparam("since")


def _insert(dialect: str, **values: Any) -> Any:
    return insert_into(dialect, tallies).values(
        kind=bindparam("kind"), day=bindparam("day"), **values
    )


def _upsert(dialect: str) -> Any:
    new = _insert(dialect, times=bindparam("times"))
    return new.on_conflict_do_update(
        index_elements=["kind", "day"], set_={"times": new.excluded.times}
    )


def _add(dialect: str) -> Any:
    return _insert(dialect, times=bindparam("times")).on_conflict_do_update(
        index_elements=["kind", "day"], set_={"times": tallies.c.times + bindparam("more")}
    )


JOINED = outbox.join(cases, cases.c.chat_key == outbox.c.chat_key)
PAIRS: dict[str, tuple[Prepared, Prepared]] = {
    "insert": (
        s.insert(tallies, "day", "kind", constants={"times": 1}),
        Prepared(lambda d: _insert(d, times=1), "day", "kind"),
    ),
    "insert unless exists": (
        s.insert(tallies, "kind", "day", constants={"times": 1}, unless_exists=("kind", "day")),
        Prepared(
            lambda d: _insert(d, times=1).on_conflict_do_nothing(index_elements=["kind", "day"]),
            "kind",
            "day",
        ),
    ),
    "insert returning": (
        s.insert(epochs, "kind", "born_at", returning="id"),
        Prepared(
            lambda d: (
                insert_into(d, epochs)
                .values(kind=bindparam("kind"), born_at=bindparam("born_at"))
                .returning(epochs.c.id)
            ),
            "kind",
            "born_at",
        ),
    ),
    "upsert": (
        s.upsert(tallies, "kind", "day", "times", key=("kind", "day")),
        Prepared(_upsert, "kind", "day", "times"),
    ),
    "upsert with an expression": (
        s.upsert(
            tallies,
            "times",
            "kind",
            "day",
            key=("kind", "day"),
            update=(),
            on_conflict={"times": tallies.c.times + bindparam("more")},
        ),
        Prepared(_add, "times", "kind", "day", "more"),
    ),
    "update": (
        s.update_by(
            inbox,
            "fault",
            "state",
            by=("id", NOT_DONE, inbox.c.state != "done"),
            constants={"raw": None, "attempts": inbox.c.attempts + 1},
        ),
        Prepared(
            lambda _: (
                update_rows(inbox)
                .where(inbox.c.id == bindparam("row"), NOT_DONE, inbox.c.state != "done")
                .values(
                    fault=bindparam("fault"),
                    state=bindparam("state"),
                    raw=None,
                    attempts=inbox.c.attempts + 1,
                )
            ),
            "fault",
            "state",
            "row",
        ),
    ),
    "update with a parameter in an expression": (
        s.update_by(
            inbox, "state", by="id", constants={"attempts": inbox.c.attempts + bindparam("more")}
        ),
        Prepared(
            lambda _: (
                update_rows(inbox)
                .where(inbox.c.id == bindparam("row"))
                .values(state=bindparam("state"), attempts=inbox.c.attempts + bindparam("more"))
            ),
            "state",
            "more",
            "row",
        ),
    ),
    "delete": (
        s.delete_by(cases, by=(SINCE, "queue")),
        Prepared(
            lambda _: delete(cases).where(SINCE, cases.c.queue == bindparam("which")),
            "since",
            "which",
        ),
    ),
    "select one": (
        s.select_one(cases, "holder", cases.c.due_at.is_not(None), by="id", lock=True),
        Prepared(
            lambda _: (
                select(cases.c.holder, cases.c.due_at.is_not(None))
                .where(cases.c.id == bindparam("case"))
                .with_for_update()
            ),
            "case",
        ),
    ),
    "select from a join": (
        s.select_by(
            JOINED,
            cases.c.id,
            by=outbox.c.created_at.between(bindparam("first"), bindparam("last")),
            order_by=(cases.c.opened_at.desc(), outbox.c.id),
            limit=bindparam("most"),
            lock=outbox,
        ),
        Prepared(
            lambda _: (
                select(cases.c.id)
                .select_from(JOINED)
                .where(outbox.c.created_at.between(bindparam("first"), bindparam("last")))
                .order_by(cases.c.opened_at.desc(), outbox.c.id)
                .limit(bindparam("most"))
                .with_for_update(of=outbox)
            ),
            "first",
            "last",
            "most",
        ),
    ),
    "select without conditions": (
        s.select_by(cases, "id", order_by="opened_at", limit=1),
        Prepared(lambda _: select(cases.c.id).order_by(cases.c.opened_at).limit(1)),
    ),
    "count": (
        s.count(cases, by="queue"),
        Prepared(
            lambda _: (
                select(func.count()).select_from(cases).where(cases.c.queue == bindparam("which"))
            ),
            "which",
        ),
    ),
}


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_builder_writes_the_same_statement_as_by_hand(dialect: str) -> None:
    for name, (built, by_hand) in PAIRS.items():
        ours, theirs = built.for_dialect(dialect), by_hand.for_dialect(dialect)
        assert ours.sql == theirs.sql, name
        row = tuple(range(8))
        assert ours.row(row) == theirs.row(row), name


@pytest.mark.parametrize("dialect", ["sqlite", "postgresql"])
def test_a_builder_of_lists_writes_the_same_statement_as_by_hand(dialect: str) -> None:
    pairs = [
        (
            s.select_in(cases, "id", among="chat_key", by=cases.c.holder.is_not(None)),
            PreparedList(
                lambda values: select(cases.c.id).where(
                    cases.c.chat_key.in_(values), cases.c.holder.is_not(None)
                )
            ),
        ),
        (
            s.delete_in(epochs, "id"),
            PreparedList(lambda values: delete(epochs).where(epochs.c.id.in_(values))),
        ),
    ]
    for built, by_hand in pairs:
        [(ours, row)], [(theirs, same_row)] = built.batches([1, 2, 3]), by_hand.batches([1, 2, 3])
        assert ours.for_dialect(dialect).sql == theirs.for_dialect(dialect).sql
        assert row == same_row


def test_an_unknown_column_is_refused_at_once() -> None:
    for make in (
        lambda: s.insert(cases, "colour"),
        lambda: s.update_by(cases, "colour", by="id"),
        lambda: s.select_by(cases, "id", by="colour"),
    ):
        with pytest.raises(KeyError):
            make()
    with pytest.raises(ValueError, match="no parameters"):
        s.select_in(cases, "id", among="id", by="queue")


@on_both_databases
async def test_built_statements_store_change_and_delete(kind: str, tmp_path: Path) -> None:
    database = Database(migrated_url(kind, tmp_path))
    add = s.upsert(
        tallies,
        "kind",
        "day",
        "times",
        key=("kind", "day"),
        on_conflict={"times": tallies.c.times + bindparam("more")},
    )
    change = s.update_by(tallies, "times", by=("kind", tallies.c.day > bindparam("after")))
    rows = s.select_by(tallies, "day", "times", by="kind", order_by="day", limit=bindparam("most"))

    def unit(work: Work) -> list[tuple[object, ...]]:
        work.many(add, [("words", day, 1, 4) for day in (1, 2, 2, 3, 4)])
        work.run(change, 9, "words", 2)
        work.run(s.delete_by(tallies, by=("kind", "day")), "words", 1)
        assert work.rows(s.count(tallies), *()) == [(3,)]
        return [tuple(row) for row in work.rows(rows, "words", 2)]

    assert await database.writer.run(unit) == [(2, 5), (3, 9)]
    await database.close()
