"""Which case is next for somebody: the most urgent of their queues and languages, then the oldest.

One range of the index for each queue and language, the first row of each, the best of those. Asked
as one `IN`, PostgreSQL sorts everything that waits (14 ms with 300,000 waiting, against 0.2).
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, select, union_all

from bot.store.prepared import Prepared
from bot.store.tables import CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Select
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
    names = [f"{name}_{place}" for place in range(ranges) for name in ("queue", "language")]
    return Prepared(lambda dialect: _best(dialect, ranges), *names)


def _best(dialect: str, ranges: int) -> ClauseElement:
    firsts = []
    for place in range(ranges):
        first = _first(place)
        if dialect == "postgresql":  # a lock stands in a CTE, or PostgreSQL refuses the union
            part: Any = first.with_for_update(skip_locked=True).cte(f"first_{place}")
        else:
            part = first.subquery(f"first_{place}")
        firsts.append(select(part))
    best = union_all(*firsts).subquery("best")
    return select(best.c.id).order_by(best.c.priority, best.c.waiting_since, best.c.id).limit(1)


def _first(place: int) -> Select[Any]:
    return (
        select(cases.c.id, cases.c.priority, cases.c.waiting_since)
        .where(
            CASE_WAITS,
            cases.c.queue == bindparam(f"queue_{place}"),
            cases.c.language == bindparam(f"language_{place}"),
        )
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
        .limit(1)
    )
