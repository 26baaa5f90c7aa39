"""Which case is next for somebody: the most urgent of their queues and languages, then the oldest.

One range of the index for each queue and language, the first row of each, the best of those. Asked
as one `IN`, PostgreSQL sorts everything that waits: 40 ms with 300,000 waiting, against half a one.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import String, bindparam, column, select, true, union_all, values

from bot.store.prepared import Prepared
from bot.store.tables import CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Select
    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work


def find_next(work: Work, queues: Iterable[str], languages: Iterable[str]) -> str | None:
    """Return the case that is next in any of these queues and languages.

    On PostgreSQL one that another process is taking at this instant is passed over.
    """
    spoken = tuple(languages)
    ranges = [(queue, language) for queue in queues for language in spoken]
    if not ranges:
        return None
    rows = work.rows(statement(len(ranges)), *(code for pair in ranges for code in pair))
    return rows[0][0] if rows else None


@cache
def statement(ranges: int) -> Prepared:
    """Return what finds the next case in so many pairs of a queue and a language."""
    names = [name for pair in _names(ranges) for name in pair]
    best = {"sqlite": _best_of_a_union, "postgresql": _best_of_a_join}
    return Prepared(lambda dialect: best[dialect](ranges), *names)


def _best_of_a_union(ranges: int) -> ClauseElement:
    """Ask for each range by itself: SQLite joins nothing that looks at its neighbour."""
    firsts = [
        select(_first(bindparam(queue), bindparam(language)).subquery())
        for queue, language in _names(ranges)
    ]
    return _best(union_all(*firsts).subquery("first"))


def _best_of_a_join(ranges: int) -> ClauseElement:
    """Ask for the first row beside each pair: planned once, not once for each pair.

    With six queues and six languages, 0.6 ms against 3.5 for as many parts.
    """
    pairs = values(column("queue", String), column("language", String), name="pair").data(
        [(bindparam(queue), bindparam(language)) for queue, language in _names(ranges)]
    )
    first = _first(pairs.c.queue, pairs.c.language).with_for_update(skip_locked=True)
    found = first.lateral("first")
    return _best(found, select(found.c.id).select_from(pairs.join(found, true())))


def _best(first: Any, chosen: Select[Any] | None = None) -> ClauseElement:
    asked = select(first.c.id) if chosen is None else chosen
    return asked.order_by(first.c.priority, first.c.waiting_since, first.c.id).limit(1)


def _first(queue: ColumnElement[Any], language: ColumnElement[Any]) -> Select[Any]:
    return (
        select(cases.c.id, cases.c.priority, cases.c.waiting_since)
        .where(CASE_WAITS, cases.c.queue == queue, cases.c.language == language)
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(1)
    )


def _names(ranges: int) -> list[tuple[str, str]]:
    return [(f"queue_{place}", f"language_{place}") for place in range(ranges)]
