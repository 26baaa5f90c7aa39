"""Figures as tests read them: the exact ones of a month, and the numbers that are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.hotline.figures.model import Count, Figure


def rows(figure: Figure, dimension: str) -> dict[str, int]:
    """Return the rows of a figure by one property that are not zero."""
    return {code: it.number for code, it in table(figure, dimension).items() if it.number}


def table(figure: Figure, dimension: str) -> Mapping[str, Count]:
    return next(it.rows for it in figure.tables if it.dimension == dimension)


def numbers_in(figure: Mapping[str, Any]) -> list[object]:
    """Return every number of a figure as it is shown, None where it is left out."""
    return [figure["total"], *(it for each in figure["tables"] for it in each["rows"].values())]
