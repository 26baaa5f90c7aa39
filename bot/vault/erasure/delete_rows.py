"""Delete everything of one case, the key first, in one unit of work; and look what is left.

What a case consists of is read from the schema: every table that refers to `cases`. Letters with
words in them that were never delivered go too; numbers of messages stay for their 48 hours, or
nobody could remove those from the phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, func, select

from bot.store.compiled import Prepared
from bot.store.tables.keys import case_wraps
from bot.store.tables.main import (
    UNSENT,
    case_keys,
    cases,
    conversations,
    exchanges,
    files,
    metadata,
    outbox,
)
from bot.vault.passphrase_hash import passphrase_chat_key

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sqlalchemy import Table

    from bot.store.database import Database
    from bot.store.writer import Work

    AlsoErase = Callable[[Work, bytes, str, int], int]
    """Forgets in a unit of work what else is known of a chat and a case, at a moment; says how many
    rows that were."""


@dataclass(frozen=True, slots=True)
class StartedErasure:
    """A case whose rows are gone, and what is still to be done."""

    case: str
    files: tuple[str, ...]
    rows: int = 0


def case_tables() -> tuple[Table, ...]:
    """Return every table whose rows belong to a case, the key first."""
    found = [
        table
        for table in metadata.sorted_tables
        if any(key.column is cases.c.id for key in table.foreign_keys)
    ]
    return tuple(sorted(found, key=lambda table: table is not case_keys))


def _delete_of(table: Table) -> Prepared:
    column = cases.c.id if table is cases else table.c.case_id
    return Prepared(lambda _: delete(table).where(column == bindparam("case")), "case")


def _count_of(table: Table) -> Prepared:
    column = cases.c.id if table is cases else table.c.case_id
    return Prepared(
        lambda _: select(func.count()).select_from(table).where(column == bindparam("case")), "case"
    )


CASE_TABLES = (*case_tables(), cases)
_DELETES = [_delete_of(table) for table in CASE_TABLES]
_COUNTS = {table.name: _count_of(table) for table in CASE_TABLES}
_WRAPS = {case_wraps.name: _count_of(case_wraps)}
_CASE = Prepared(
    lambda _: select(cases.c.chat_key).where(cases.c.id == bindparam("case")).with_for_update(),
    "case",
)
_OTHERS = Prepared(
    lambda _: (
        select(func.count())
        .select_from(cases)
        .where(cases.c.chat_key == bindparam("key"), cases.c.id != bindparam("case"))
    ),
    "key",
    "case",
)
_FILES = Prepared(lambda _: select(files.c.id).where(files.c.case_id == bindparam("case")), "case")
_LETTERS = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.chat_key == bindparam("key"),
        outbox.c.id.in_(
            select(exchanges.c.letter).where(
                exchanges.c.case_id == bindparam("case"), exchanges.c.letter.is_not(None)
            )
        ),
    ),
    "key",
    "case",
)
_HAS_TEXT = (outbox.c.lane >= 0) & (outbox.c.hold.is_(None) | (outbox.c.hold != "vanishes"))
"""Letters with words: what takes messages off the phone goes on, whatever is erased here."""
_WAITING = Prepared(
    lambda _: delete(outbox).where(UNSENT, outbox.c.chat_key == bindparam("key"), _HAS_TEXT), "key"
)
_UNDELIVERED = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.chat_key == bindparam("key"),
        outbox.c.body.is_not(None),
        outbox.c.settled_at.is_not(None),
        _HAS_TEXT,
    ),
    "key",
)
_CONVERSATION = Prepared(
    lambda _: delete(conversations).where(conversations.c.chat_key == bindparam("key")), "key"
)
_IS_WRITING = Prepared(
    lambda _: select(func.count()).where(conversations.c.chat_key == bindparam("key")), "key"
)


def lock_case(work: Work, case: str) -> bytes | None:
    """Let nobody else change a case before this unit ends; return its chat, None for no case."""
    found = work.rows(_CASE, case)
    return bytes(found[0][0]) if found else None


def delete_case(
    work: Work, case: str, also_erase: Sequence[AlsoErase], now: int
) -> StartedErasure | None:
    """Delete a case's key, then all its rows; None for no such case.

    Args:
        work: the unit of work.
        case: its id.
        also_erase: forget what else is known of it, the conversation first.
        now: the moment.
    """
    key = lock_case(work, case)
    if key is None:
        return None
    names = tuple(str(name) for (name,) in work.rows(_FILES, case))
    rows = work.run(_DELETES[0], case)  # the key
    # Before the letters: their numbers are asked for once more.
    told = [forget(work, key, case, now) for forget in also_erase]
    rows += sum(told) + work.run(_LETTERS, key, case)
    rows += _delete_letters(work, key, case, was_about_it=bool(told[0]))
    rows += sum(work.run(statement, case) for statement in _DELETES[1:])
    return StartedErasure(case, names, rows)


def _delete_letters(work: Work, key: bytes, case: str, *, was_about_it: bool) -> int:
    """Delete what was never delivered to a chat that has no other case.

    What waits for somebody who is writing about something else belongs to that.
    """
    if work.rows(_OTHERS, key, case)[0][0]:
        return 0
    keys = (key, passphrase_chat_key(key))
    rows = sum(work.run(_UNDELIVERED, each) for each in keys)
    writes_of_other = not was_about_it and work.rows(_IS_WRITING, key)[0][0]
    return rows if writes_of_other else rows + sum(work.run(_WAITING, each) for each in keys)


def erase_conversation(work: Work, key: bytes, _case: str, _now: int) -> int:
    """Erase whatever is known of a chat; return how many rows that were."""
    return work.run(_CONVERSATION, key)


def remaining_tables(database: Database, case: str) -> list[str]:
    """Look with a connection of our own which tables still know a case."""
    return _nonempty_tables(database, _COUNTS, case)


def remaining_wraps(keys: Database, case: str) -> list[str]:
    """Look in the key store whether anything there still opens a case."""
    return _nonempty_tables(keys, _WRAPS, case)


def _nonempty_tables(database: Database, counts: Mapping[str, Prepared], case: str) -> list[str]:
    connection = database.connect()
    cursor = connection.cursor()
    left = []
    try:
        for name, statement in counts.items():
            compiled = statement.for_dialect(database.dialect)
            cursor.execute(compiled.sql, compiled.row((case,)))
            if cursor.fetchone()[0]:
                left.append(name)
    finally:
        cursor.close()
        connection.close()
    return left
