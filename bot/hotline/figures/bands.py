"""Shares as bands: "90 to 100 % in time" instead of "three were late". Pure.

Of 200 answers three may be late. That number is under the threshold, and leaving it out would leave
out the answers in time with it: the operator of a good service would read nothing. So a share is
shown as a band of percents, so wide that as many numbers as the threshold lie in it. Which bands
there are depends on the number of all, which is shown, and never on the part.

Bands of rows and of their total could together narrow each other. Then those of the rows are left
out.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.figures.model import Count, Figure, FigureTable

    Band = tuple[int, int]
    Range = tuple[int, int]

SCALES = ((0, 50, 75, 90, 95, 100), (0, 50, 75, 90, 100), (0, 50, 75, 100), (0, 50, 100))
"""Edges of bands in percent, from fine to coarse; each coarser one lacks edges of the finer."""
WHOLE = 100


@dataclass(slots=True)
class Shares:
    """The bands that may be shown of one figure."""

    total: Band | None = None
    rows: list[dict[str, Band]] = field(default_factory=list)
    """By table, then by code."""


def band_range(number: int, band: Band) -> Range:
    """Return the smallest and the largest part of `number` that lies in a band.

    A band holds its lower edge, and the upper one only if it is the whole.
    """
    low, high = band
    first = -(-number * low // WHOLE)
    last = number if high == WHOLE else -(-number * high // WHOLE) - 1
    return first, last


def band_of(number: int, part: int, fewest: int) -> Band | None:
    """Return the band of a part; None if no scale has bands that are wide enough."""
    for scale in SCALES:
        ranges = {band: band_range(number, band) for band in pairwise(scale)}
        if all(last - first + 1 >= fewest for first, last in ranges.values()):
            return next(band for band, (first, last) in ranges.items() if first <= part <= last)
    return None


def shown_shares(figure: Figure, hidden: Sequence[frozenset[str]], fewest: int) -> Shares:
    """Return the bands of a figure and of the rows that are not hidden, by table."""
    shares = Shares(_band(figure.total, fewest))
    for table, left_out in zip(figure.tables, hidden, strict=True):
        shares.rows.append(_row_bands(table, left_out, fewest))
    if figure.total is not None and not _are_wide(figure, hidden, shares, fewest):
        shares.rows = [{} for _ in figure.tables]
    return shares


def _band(count: Count | None, fewest: int) -> Band | None:
    if count is None or count.part is None or count.number < fewest:
        return None
    return band_of(count.number, count.part, fewest)


def _row_bands(table: FigureTable, hidden: frozenset[str], fewest: int) -> dict[str, Band]:
    found = {code: _band(it, fewest) for code, it in table.rows.items() if code not in hidden}
    return {code: band for code, band in found.items() if band is not None}


def _are_wide(
    figure: Figure, hidden: Sequence[frozenset[str]], shares: Shares, fewest: int
) -> bool:
    """Tell whether bands leave enough room for every part once each is compared with all."""
    total = figure.total
    if total is None or total.part is None or not any(shares.rows):
        return True
    whole = band_range(total.number, shares.total) if shares.total else (0, total.number)
    rows = [
        _ranges(table, left_out, bands)
        for table, left_out, bands in zip(figure.tables, hidden, shares.rows, strict=True)
    ]
    for each in rows:
        whole = max(whole[0], sum(it[0] for it in each)), min(whole[1], sum(it[1] for it in each))
    narrowed = [_narrow(each, whole, it) for each in rows for it in each]
    return all(
        last - first + 1 >= min(fewest, before[1] - before[0] + 1)
        for (first, last), before in zip(
            [whole, *narrowed],
            [(0, total.number), *(it for each in rows for it in each)],
            strict=True,
        )
    )


def _ranges(table: FigureTable, hidden: frozenset[str], bands: dict[str, Band]) -> list[Range]:
    """Return what is known of the parts of the rows; those left out count as one row."""
    shown = [
        band_range(it.number, bands[code]) if code in bands else (0, it.number)
        for code, it in table.rows.items()
        if code not in hidden
    ]
    return [*shown, (0, sum(table.rows[code].number for code in hidden))]


def _narrow(rows: list[Range], whole: Range, row: Range) -> Range:
    least = whole[0] - (sum(it[1] for it in rows) - row[1])
    most = whole[1] - (sum(it[0] for it in rows) - row[0])
    return max(row[0], least), min(row[1], most)
