"""Frozen months: when a month is counted, what is stored of it, and how it is read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from sqlalchemy import func

from bot.clock import DAY
from bot.hotline.figures.counters import (
    TOTAL,
    delete_counts,
    first_month,
    load_counts,
    month_number,
    month_start,
)
from bot.hotline.figures.model import (
    FEWEST_PUBLISHED,
    FEWEST_SHOWN,
    ShownCount,
    ShownFigure,
    ShownMonth,
    ShownTable,
)
from bot.hotline.figures.sources import OFFICE, CountedMonth, MonthSource
from bot.hotline.figures.suppression import suppress
from bot.store.statements import insert, select_by
from bot.store.tables.figures import frozen_figures
from bot.store.tables.main import cases
from bot.vault.erasure.retention import RetentionSchedule

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import tzinfo

    from bot.hotline.figures.model import Figure
    from bot.store.writer import Work

FROZEN_AFTER = 7 * DAY
"""How long after its end a month is frozen: until then a person can still refuse to be counted."""
MONTHS_A_ROUND = 1
"""Months frozen in one unit of work, so that people need not wait for more."""


@dataclass(frozen=True, slots=True)
class FrozenMonth:
    """What is stored of a month: both versions of it, and nothing else."""

    staff: tuple[ShownFigure, ...]
    published: tuple[ShownFigure, ...]


STAFF, PUBLISHED = 0, 1
"""Versions, as stored."""
_ADD = insert(
    frozen_figures, "month", "version", "position", "figure", "dimension", "code", "number", "low",
    "high",
)  # fmt: skip
_ROWS = select_by(
    frozen_figures, "month", "figure", "dimension", "code", "number", "low", "high",
    by="version", order_by=("month", "position"),
)  # fmt: skip
_LAST = select_by(frozen_figures, func.max(frozen_figures.c.month))
_FIRST_CASE = select_by(cases, func.min(cases.c.opened_at))


def release(figures: Sequence[Figure]) -> FrozenMonth:
    """Return both versions of a month as they may be shown."""
    staff = suppress(figures, FEWEST_SHOWN)
    return FrozenMonth(staff, suppress(map(_without_offices, figures), FEWEST_PUBLISHED, staff))


def _without_offices(figure: Figure) -> Figure:
    """Return what the public may compare: to which office a case went is a matter of staff."""
    return replace(figure, tables=tuple(it for it in figure.tables if it.dimension != OFFICE))


@dataclass(frozen=True, slots=True)
class FigureMonths:
    """Freezes months, used inside units of work."""

    zone: tzinfo
    sources: Sequence[MonthSource]

    def freeze_due(self, work: Work, now: int) -> list[int]:
        """Freeze the earliest month that is due; return it, or nothing.

        While the clock is not trusted, no month is frozen: it could not be counted again.
        """
        clock = RetentionSchedule.load_clock_status(work)
        first = self._first_open(work)
        if clock is None or not clock.is_trusted or first is None:
            return []
        last = month_number(now - FROZEN_AFTER, self.zone) - 1
        due = list(range(first, last + 1))[:MONTHS_A_ROUND]
        for month in due:
            self._freeze(work, month)
        return due

    def _freeze(self, work: Work, month: int) -> None:
        since, until = (month_start(it, self.zone) for it in (month, month + 1))
        span = CountedMonth(month, since, until, load_counts(work, month))
        figures = [figure for source in self.sources for figure in source.count(work, span)]
        store_month(work, month, figures)
        delete_counts(work, month)

    def _first_open(self, work: Work) -> int | None:
        frozen = work.rows(_LAST)[0][0]
        if frozen is not None:
            return int(frozen) + 1
        opened = work.rows(_FIRST_CASE)[0][0]
        found = [None if opened is None else month_number(opened, self.zone), first_month(work)]
        return min((it for it in found if it is not None), default=None)


def store_month(work: Work, month: int, figures: Sequence[Figure]) -> None:
    """Store what may be shown of a month that is not frozen yet."""
    released = release(figures)
    for version, shown in ((STAFF, released.staff), (PUBLISHED, released.published)):
        cells = [cell for figure in shown for cell in _cells(figure)]
        work.many(_ADD, [(month, version, place, *it) for place, it in enumerate(cells)])


def _cells(figure: ShownFigure) -> Iterator[tuple[object, ...]]:
    """Yield the rows of a figure, its total first."""
    yield figure.name, TOTAL, "", *_values(figure.total)
    for table in figure.tables:
        for code, count in table.rows.items():
            yield figure.name, table.dimension, code, *_values(count)


def _values(count: ShownCount | None) -> tuple[int | None, ...]:
    return (None, None, None) if count is None else (count.number, *(count.share or (None, None)))


def load_months(work: Work, *, is_published: bool = False) -> list[ShownMonth]:
    """Return all frozen months, the earliest first, as staff or the public may see them."""
    rows = work.rows(_ROWS, PUBLISHED if is_published else STAFF)
    return [
        ShownMonth(month, tuple(_shown(name, list(cells)) for name, cells in groupby(found, _name)))
        for month, found in groupby(rows, itemgetter(0))
    ]


def _name(row: Sequence[Any]) -> str:
    return str(row[1])


def _shown(name: str, cells: Sequence[Sequence[Any]]) -> ShownFigure:
    (_month, _figure, _dimension, _code, *total), *rows = cells
    tables = tuple(
        ShownTable(dimension, {code: _count(*values) for _m, _f, _d, code, *values in found})
        for dimension, found in groupby(rows, itemgetter(2))
    )
    return ShownFigure(name, _count(*total), tables)


def _count(number: int | None, low: int | None, high: int | None) -> ShownCount | None:
    if number is None:
        return None
    return ShownCount(number, None if low is None or high is None else (low, high))
