"""Suppression: which numbers of a month are left out, so that no small one can be computed. Pure.

Rules, for a threshold of `fewest`:

1. A number under the threshold is left out; so is all that is said of a figure whose total is.
2. Rows have a sum that may be shown. What is left out of a table is then known together. So at
   least two rows are left out, and together they hold at least the threshold; until that is so, the
   smallest row that is left is left out as well (complementary suppression).
3. A number that an earlier, looser version of the month leaves out is left out here too: two
   versions together tell no more than the looser one.
4. Where a person may stand in several rows, a sum of rows may be one of few people: five services
   can be given to one. So the largest row that is left out has to hold the threshold by itself, and
   the total is shown only if some row does.
5. What a share reveals is limited in `bands`.

Several tables of one figure meet in its total alone, and two figures not at all, so no combination
says more. Tests check that by other means, over random months.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.figures.bands import shown_shares
from bot.hotline.figures.model import Figure, FigureTable, ShownCount, ShownFigure, ShownTable

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

FEWEST_ROWS = 2
"""One row that is left out alone is the difference of the others from the total."""


def suppress(
    figures: Iterable[Figure], fewest: int, looser: Iterable[ShownFigure] = ()
) -> tuple[ShownFigure, ...]:
    """Return what may be shown of figures if numbers under `fewest` may not.

    `looser` is what a version with a lower threshold shows of the same figures.
    """
    before = {it.name: it for it in looser}
    return tuple(_suppress(figure, fewest, before.get(figure.name)) for figure in figures)


def _suppress(figure: Figure, fewest: int, looser: ShownFigure | None) -> ShownFigure:
    hidden = _hidden_before(looser)
    total = figure.total
    if total is not None and _people(figure) < fewest:
        return ShownFigure(figure.name, None, tuple(map(_hide_table, figure.tables)))
    left_out = [
        hidden_rows(
            it, fewest, hidden.get(it.dimension, ()), is_whole=total is not None,
            is_shared=figure.is_shared,
        )
        for it in figure.tables
    ]  # fmt: skip
    shares = shown_shares(figure, left_out, fewest)
    tables = tuple(
        _show_table(*each) for each in zip(figure.tables, left_out, shares.rows, strict=True)
    )
    shown = None if total is None else ShownCount(total.number, shares.total)
    return ShownFigure(figure.name, shown, tables)


def _people(figure: Figure) -> int:
    """Return how many people a figure with a total is about, at least."""
    if figure.total is None or not figure.is_shared:
        return figure.total.number if figure.total else 0
    return max((it.number for table in figure.tables for it in table.rows.values()), default=0)


def hidden_rows(
    table: FigureTable, fewest: int, hidden: Collection[str] = (), *, is_whole: bool = True,
    is_shared: bool = False,
) -> frozenset[str]:  # fmt: skip
    """Return the codes of the rows to leave out.

    `hidden` are left out in any case. `is_whole`: the rows have a sum, which is shown.
    `is_shared`: a person may stand in several rows.
    """
    numbers = {code: it.number for code, it in table.rows.items()}
    found = {code for code, number in numbers.items() if number < fewest or code in hidden}
    if not found or not is_whole:
        return frozenset(found)
    more = sorted(numbers.keys() - found, key=lambda code: (numbers[code], code))
    people = max if is_shared else sum
    while more and not (
        len(found) >= FEWEST_ROWS and people(numbers[code] for code in found) >= fewest
    ):
        found.add(more.pop(0))
    return frozenset(found)


def _hidden_before(looser: ShownFigure | None) -> dict[str, set[str]]:
    return {
        it.dimension: {code for code, shown in it.rows.items() if shown is None}
        for it in (looser.tables if looser else ())
    }


def _hide_table(table: FigureTable) -> ShownTable:
    return ShownTable(table.dimension, dict.fromkeys(table.rows))


def _show_table(
    table: FigureTable, hidden: frozenset[str], shares: dict[str, tuple[int, int]]
) -> ShownTable:
    rows = {
        code: None if code in hidden else ShownCount(it.number, shares.get(code))
        for code, it in table.rows.items()
    }
    return ShownTable(table.dimension, rows)
