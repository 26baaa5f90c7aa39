"""A month or a year of figures as rows, CSV and JSON. Everything here is made of what is shown."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec

from bot.hotline.figures.model import ShownMonth, format_month

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from bot.hotline.figures.model import ShownCount, ShownFigure

COLUMNS = ("month", "figure", "by", "code", "number", "in_time_from", "in_time_to", "status")
LEFT_OUT = ""
"""What stands in a CSV instead of a number that is left out; in JSON it is null."""
TOTAL_CODE = "total"
COUNTED, HIDDEN, NOT_COUNTED = "counted", "left_out", "not_counted"
"""What the status of a row says: its number is shown; it is left out; the release of that time did
not count it, so nothing is known of it."""


@dataclass(frozen=True, slots=True)
class YearCount:
    """The sum of what the months of a year show."""

    at_least: int
    """What is left out may come on top of it."""
    months: tuple[int | None, ...]
    """The number of each month, None where it is left out; in the order of the months."""
    not_counted: frozenset[int]
    """The places of months that were frozen before the figure existed."""

    @property
    def is_exact(self) -> bool:
        """Whether no month that counted it leaves it out."""
        return all(
            number is not None or place in self.not_counted
            for place, number in enumerate(self.months)
        )


def figure_rows(month: ShownMonth) -> Iterator[dict[str, Any]]:
    """Yield the rows of a month, each with `COLUMNS`; a number that is left out is None.

    A figure that did not exist yet has one row, without a number.
    """
    for figure in month.figures:
        if _has_sum(figure):
            yield _row(month.month, figure.name, "", TOTAL_CODE, figure.total)
        for table in figure.tables:
            for code, count in table.rows.items():
                yield _row(month.month, figure.name, table.dimension, code, count)
    for name in month.not_counted:
        yield _row(month.month, name, "", TOTAL_CODE, None) | {"status": NOT_COUNTED}


def _has_sum(figure: ShownFigure) -> bool:
    """Tell whether its rows have a sum: if they have, and it is left out, no row is shown."""
    rows = (count for table in figure.tables for count in table.rows.values())
    return figure.total is not None or all(count is None for count in rows)


def _row(
    month: int, figure: str, dimension: str, code: str, count: ShownCount | None
) -> dict[str, Any]:
    low, high = (count.share if count else None) or (None, None)
    values = (
        format_month(month), figure, dimension, code, count.number if count else None, low, high,
        COUNTED if count else HIDDEN,
    )  # fmt: skip
    return dict(zip(COLUMNS, values, strict=True))


def as_csv(months: Iterable[ShownMonth]) -> str:
    """Return months as CSV, with a heading; codes are ours, so no cell can start a formula."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(COLUMNS)
    for month in months:
        for row in figure_rows(month):
            table.writerow([LEFT_OUT if row[name] is None else row[name] for name in COLUMNS])
    return out.getvalue()


def as_json(months: Iterable[ShownMonth]) -> bytes:
    """Return months as one JSON document."""
    listed = [
        {"month": it.name, "figures": list(it.figures), "not_counted": it.not_counted}
        for it in months
    ]
    return msgspec.json.format(msgspec.json.encode(listed))


def year_totals(months: Sequence[ShownMonth]) -> dict[str, YearCount]:
    """Return the totals of figures over months, by name, in the order of the first month."""
    numbers: dict[str, list[int | None]] = {}
    for place, month in enumerate(months):
        for figure in month.figures:
            listed = numbers.setdefault(figure.name, [None] * len(months))
            listed[place] = figure.total.number if figure.total else None
    missing = {
        name: frozenset(place for place, it in enumerate(months) if name in it.not_counted)
        for name in numbers
    }
    return {
        name: YearCount(sum(it or 0 for it in listed), tuple(listed), missing[name])
        for name, listed in numbers.items()
    }
