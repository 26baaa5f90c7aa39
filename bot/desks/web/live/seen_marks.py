"""Up to where each caseworker has looked at their cases, on its way to the database.

A page reports at every message what is before a caseworker's eyes. The marks of all of them are
stored once a second in one unit of work, and a mark that says nothing new is not stored. If the
process dies in that second, a message counts as unread again: too much is shown then, never too
little.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, cast, func, select
from sqlalchemy import case as case_of

from bot.hotline.queue.own_cases import NOT_SEEN, SeenMark
from bot.log import log
from bot.store.compiled import Prepared, insert_into
from bot.store.faults import is_store_error
from bot.store.tables.case_extras import case_looks
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import ColumnElement
    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work, Writer

STORE_SECONDS = 1.0
_SEEN = ("seen_message", "seen_at")


def _upsert(dialect: str) -> ClauseElement:
    """Return the statement that moves a mark forward, and does nothing if the case was erased."""
    seen = (cast(bindparam(name), case_looks.c[name].type).label(name) for name in _SEEN)
    who = cast(bindparam("who"), case_looks.c.staff_id.type)
    found = select(cases.c.id, who, *seen).where(cases.c.id == bindparam("of_case"))
    statement = insert_into(dialect, case_looks).from_select(["case_id", "staff_id", *_SEEN], found)
    later = {name: _later(case_looks.c[name], statement.excluded[name]) for name in _SEEN}
    return statement.on_conflict_do_update(index_elements=["case_id", "staff_id"], set_=later)


def _later(old: ColumnElement[int], new: ColumnElement[int]) -> ColumnElement[int]:
    return case_of((func.coalesce(old, 0) > new, old), else_=new)


_STORE = Prepared(_upsert, "who", *_SEEN, "of_case")


class SeenMarks:
    """Marks of all caseworkers that are not stored yet."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self._waiting: dict[str, dict[str, SeenMark]] = {}

    def of(self, who: str) -> Mapping[str, SeenMark]:
        """Return the marks of a caseworker that are not stored yet, by case."""
        return self._waiting.get(who, {})

    def move(self, who: str, case: str, mark: SeenMark) -> None:
        """Move a mark forward, never back."""
        own = self._waiting.setdefault(who, {})
        own[case] = own.get(case, NOT_SEEN).merge(mark)

    async def store(self) -> None:
        """Store what waits, in one unit of work; do nothing if nothing waits.

        Raises:
            CommitFailedError: the disk takes no writes. Everything waits on.
        """
        taken = [
            (who, it.message, it.at, case, it)
            for who, own in self._waiting.items()
            for case, it in own.items()
        ]
        if not taken:
            return
        rows = [row[:-1] for row in taken]
        await self._writer.run(lambda work: store_marks(work, rows))
        for who, _message, _at, case, mark in taken:
            if self._waiting[who][case] == mark:
                del self._waiting[who][case]
        self._waiting = {who: own for who, own in self._waiting.items() if own}

    async def run(self) -> None:
        """Store once a second until cancelled, and then once more."""
        try:
            while True:
                await asyncio.sleep(STORE_SECONDS)
                await self._try_to_store()
        finally:
            await self._try_to_store()

    async def _try_to_store(self) -> None:
        try:
            await self.store()
        except Exception as error:  # noqa: BLE001 - the next try may work
            if not is_store_error(error):  # the whole desk says what is wrong with the disk
                log.error("seen_marks_not_stored", error=type(error).__name__)


def store_marks(work: Work, rows: list[tuple[str, int, int, str]]) -> None:
    """Store marks: caseworker, number of the newest message shown, moment, case."""
    work.many(_STORE, rows)
