"""What is special about the chats of a batch: nearly always nothing, and one statement tells it.

Only for PostgreSQL, where each question costs a statement and another process may have changed the
answer. On SQLite one process writes: no one waits for a worker, and who has a check-in is in memory
(`CheckIns`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import (
    ARRAY,
    LargeBinary,
    Text,
    bindparam,
    cast,
    func,
    literal_column,
    select,
    union_all,
)

from bot.hotline.check_ins.store import HAS_CHECK_IN
from bot.hotline.queue.snooze import IS_SNOOZED
from bot.store.compiled import Prepared
from bot.store.tables.case_extras import case_dates, check_ins
from bot.store.tables.main import cases, waiting_chats

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work

_WAITS, _HAS_CHECK_IN, _IS_SNOOZED = range(3)


def _marks(_dialect: str) -> ClauseElement:
    def is_asked(key: ColumnElement[bytes]) -> ColumnElement[bool]:
        return key == func.any(bindparam("chats", type_=ARRAY(LargeBinary)))

    kinds: list[ColumnElement[int]] = [literal_column(str(kind)) for kind in range(3)]
    waiting = select(kinds[_WAITS], waiting_chats.c.chat_key, cast(waiting_chats.c.bot, Text))
    checked_in = select(kinds[_HAS_CHECK_IN], check_ins.c.chat_key, check_ins.c.case_id)
    snoozed = select(kinds[_IS_SNOOZED], cases.c.chat_key, case_dates.c.case_id)
    return union_all(
        waiting.where(is_asked(waiting_chats.c.chat_key)),
        checked_in.where(is_asked(check_ins.c.chat_key), HAS_CHECK_IN),
        # From the few snoozed cases to their chats, not from every case of every chat.
        snoozed.select_from(case_dates.join(cases, cases.c.id == case_dates.c.case_id)).where(
            is_asked(cases.c.chat_key), *IS_SNOOZED
        ),
    )


_MARKS = Prepared(_marks, "chats")


@dataclass(frozen=True, slots=True)
class ChatMarks:
    """What was found about some chats, in this unit of work."""

    waiting: frozenset[bytes]
    """Chats in which updates wait for a worker."""
    checked_in: frozenset[bytes]
    """Chats with a check-in."""
    snoozed: tuple[tuple[bytes, str], ...]
    """Cases that are snoozed, each with the key of its chat."""

    @staticmethod
    def expect(work: Work, keys: Sequence[bytes]) -> None:
        """Let the database look up what `load` will ask for."""
        if keys:
            work.expect(_MARKS, tuple(keys))

    @classmethod
    def load(cls, work: Work, bot: int, keys: Sequence[bytes]) -> ChatMarks:
        """Return what there is about these chats of a bot."""
        rows = work.rows(_MARKS, tuple(keys)) if keys else []
        found = [(kind, bytes(key), name) for kind, key, name in rows]
        return cls(
            frozenset(key for kind, key, name in found if kind == _WAITS and name == str(bot)),
            frozenset(key for kind, key, _name in found if kind == _HAS_CHECK_IN),
            tuple((key, case) for kind, key, case in found if kind == _IS_SNOOZED),
        )
