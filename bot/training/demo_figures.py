"""Made-up months of figures for the demo: numbers that could be true of a middling hotline."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import TYPE_CHECKING

from bot.hotline.figures.counters import month_number
from bot.hotline.figures.model import Count, Figure, FigureTable
from bot.hotline.figures.months import FROZEN_AFTER, FigureMonths, load_months, store_month
from bot.hotline.figures.sources import CountedMonth

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store.writer import Work

DEMO_MONTHS = 8


def add_demo_months(work: Work, months: FigureMonths, now: int) -> None:
    """Store made-up months, where none is stored yet."""
    if load_months(work):
        return
    last = month_number(now - FROZEN_AFTER, months.zone) - 1
    for month in range(last - DEMO_MONTHS + 1, last + 1):
        figures = _demo_figures(work, months, month)
        store_month(work, month, list(figures))


def _demo_figures(work: Work, months: FigureMonths, month: int) -> Iterator[Figure]:
    """Yield the figures of an empty month, filled with numbers that could be true."""
    dice = Random(month)  # noqa: S311 - made up
    span = CountedMonth(month, 0, 0, {})
    empty = [figure for source in months.sources for figure in source.count(work, span)]
    people = dice.randint(150, 240)
    sizes = {
        "sessions": people, "cases": people * 2 // 5, "answers": people * 2 // 5 - 3,
        "outcomes": people // 4, "referrals": people // 6, "deadlines": people // 5,
        "services_asked": people * 2 // 3, "services_offered": people // 2,
        "services_accepted": people * 2 // 5, "services_given": people // 3,
        "services_refused": people // 12, "services_ended": people // 9,
        "identified": people // 16, "returned": people // 30, "training": dice.randint(9, 14),
    }  # fmt: skip
    for figure in empty:
        yield _fill(figure, sizes.get(figure.name, 0), dice)


def _fill(figure: Figure, size: int, dice: Random) -> Figure:
    if figure.total is None:
        tables = [_spread(it, dice.randint(20, 40), dice) for it in figure.tables]
        return Figure(figure.name, None, tuple(tables))
    has_part = figure.total.part is not None
    tables = [_spread(it, size, dice) for it in figure.tables]
    if not has_part:
        return replace(figure, total=Count(size), tables=tuple(tables))
    late = size // 14
    timed = tuple(_with_late(it, late) for it in tables)
    return Figure(figure.name, Count(size, size - late), timed)


def _spread(table: FigureTable, size: int, dice: Random) -> FigureTable:
    """Return a table with this many, most of them in its first rows."""
    codes = list(table.rows)
    weights = [0.8**place + (0.4 if code == "sent" else 0) for place, code in enumerate(codes)]
    found = dice.choices(codes, weights, k=size)
    return FigureTable(table.dimension, {code: Count(found.count(code)) for code in codes})


def _with_late(table: FigureTable, late: int) -> FigureTable:
    """Return a table in which this many are not in time, most of them in its largest rows."""
    rows: dict[str, Count] = {}
    left = sum(it.number for it in table.rows.values())
    for code, it in table.rows.items():
        own = late * it.number // left if left else 0
        late, left = late - own, left - it.number
        rows[code] = Count(it.number, it.number - own)
    return FigureTable(table.dimension, rows)
