"""Deletion of all rows of a case in one unit of work, the key first, and a check of what is left.

The schema says what belongs to a case: every table that refers to `cases`. Undelivered letters with
text are deleted too. Message ids stay for their 48 hours, because deleting messages from the phone
needs them.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Table, bindparam, select

from bot.store import Database, Prepared, Work, count, delete_by, select_by, select_one
from bot.store.tables.case_extras import passphrase_jobs
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

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


AlsoErase = Callable[[Work, bytes, str, int], int]
"""Erases other data of a chat key and a case, now (microseconds); returns the rows erased."""


@dataclass(frozen=True, slots=True)
class StartedErasure:
    """A case whose rows are deleted, and the files to delete."""

    case: str
    files: tuple[str, ...]
    rows: int = 0


def case_tables() -> tuple[Table, ...]:
    """Return every table whose rows belong to a case, `case_keys` first."""
    found = [
        table
        for table in metadata.sorted_tables
        if any(key.column is cases.c.id for key in table.foreign_keys)
    ]
    return tuple(sorted(found, key=lambda table: table is not case_keys))


CASE_TABLES = (*case_tables(), cases)
_KEYED = [(it, "id" if it is cases else "case_id") for it in CASE_TABLES]
_DELETES = [delete_by(table, by=key) for table, key in _KEYED]
_COUNTS = {table.name: count(table, by=key) for table, key in _KEYED}
WRAPS = {case_wraps.name: count(case_wraps, by="case_id")}
"""The table of the key store with rows of a case."""
_CASE = select_one(cases, "chat_key", by="id", lock=True)
_OTHERS = count(cases, by=("chat_key", cases.c.id != bindparam("case")))
_FILES = select_by(files, "id", by="case_id")
_OF_CASE = (exchanges.c.case_id == bindparam("case"), exchanges.c.letter.is_not(None))
_LETTERS = delete_by(
    outbox, by=("chat_key", outbox.c.id.in_(select(exchanges.c.letter).where(*_OF_CASE)))
)
_HAS_TEXT = (outbox.c.lane >= 0) & (outbox.c.hold.is_(None) | (outbox.c.hold != "vanishes"))
"""Letters with text. Letters that delete messages from the phone continue after an erasure."""
_WAITING = delete_by(outbox, by=(UNSENT, "chat_key", _HAS_TEXT))
_UNDELIVERED = delete_by(
    outbox, by=("chat_key", outbox.c.body.is_not(None), outbox.c.settled_at.is_not(None), _HAS_TEXT)
)
_PASSPHRASES = delete_by(passphrase_jobs, by="chat_key")
_CONVERSATION = delete_by(conversations, by="chat_key")
_IS_WRITING = count(conversations, by="chat_key")


def lock_case(work: Work, case: str) -> bytes | None:
    """Lock a case until this unit ends; return its chat key, None if there is no such case."""
    found = work.rows(_CASE, case)
    return bytes(found[0][0]) if found else None


def delete_case(
    work: Work, case: str, also_erase: Sequence[AlsoErase], now: int
) -> StartedErasure | None:
    """Delete the key of a case, then all its rows; return None if there is no such case.

    `also_erase` erase other data of it, the conversation first.
    """
    key = lock_case(work, case)
    if key is None:
        return None
    names = tuple(str(name) for (name,) in work.rows(_FILES, case))
    rows = work.run(_DELETES[0], case)  # the key
    # Before the letters, because these functions need the ids of letters.
    erased = [erase(work, key, case, now) for erase in also_erase]
    rows += sum(erased) + work.run(_LETTERS, key, case)
    rows += _delete_letters(work, key, case, was_about_it=bool(erased[0]))
    rows += sum(work.run(statement, case) for statement in _DELETES[1:])
    return StartedErasure(case, names, rows)


def _delete_letters(work: Work, key: bytes, case: str, *, was_about_it: bool) -> int:
    """Delete undelivered letters to a chat without another case.

    Letters of a conversation about something else stay.
    """
    if work.rows(_OTHERS, key, case)[0][0]:
        return 0
    rows = work.run(_UNDELIVERED, key) + work.run(_PASSPHRASES, key)
    if not was_about_it and work.rows(_IS_WRITING, key)[0][0]:
        return rows
    return rows + work.run(_WAITING, key)


def erase_conversation(work: Work, key: bytes, _case: str, _now: int) -> int:
    """Erase the conversation of a chat; return the rows erased."""
    return work.run(_CONVERSATION, key)


def remaining_tables(
    database: Database, case: str, counts: Mapping[str, Prepared] = _COUNTS
) -> list[str]:
    """Return the tables that still have rows of a case, on a new connection."""
    with closing(database.connect()) as connection, closing(connection.cursor()) as cursor:
        work = Work(cursor, database.dialect)
        return [name for name, statement in counts.items() if work.rows(statement, case)[0][0]]
