"""Closed cases of the last days, counted by how they ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.clock import DAY
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_IS_CLOSED, cases

if TYPE_CHECKING:
    from bot.store.writer import Work

DAYS = 7
_COUNT = func.count()
_OUTCOMES = Prepared(
    lambda _: (
        select(cases.c.disposition, _COUNT)
        .where(CASE_IS_CLOSED, cases.c.closed_at >= bindparam("since"))
        .group_by(cases.c.disposition)
        .order_by(_COUNT.desc(), cases.c.disposition)
    ),
    "since",
)


def closed_by_outcome(work: Work, now: int) -> list[tuple[str, int]]:
    """Return outcomes with the number of cases closed with them, the most frequent first.

    Only cases closed in the last `DAYS` days are counted; `now` is in microseconds.
    """
    return [
        (str(code or ""), int(number)) for code, number in work.rows(_OUTCOMES, now - DAYS * DAY)
    ]
