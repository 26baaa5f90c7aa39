"""A figure as counted, and as it may be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping

FEWEST_SHOWN = 5
"""A smaller number could identify a person."""
FEWEST_PUBLISHED = 11
"""The same for the public, who can compare with what else is published."""


FIGURES = (
    "sessions", "cases", "answers", "outcomes", "referrals", "services_asked", "services_offered",
    "services_accepted", "services_given", "services_refused", "services_ended", "identified",
    "returned", "law", "deadlines", "training",
)  # fmt: skip
"""Every figure of this release, in the order in which they are shown. A month that was frozen by an
earlier release lacks some: they are not counted, which is not zero."""


@dataclass(frozen=True, slots=True)
class Count:
    """A number of events, and of how many of them something is true."""

    number: int
    part: int | None = None
    """For example those that were in time; None: nothing is asked of this figure."""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A figure by one property: every code it can have, in the order they are shown."""

    dimension: str
    rows: Mapping[str, Count]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure of one month as it was counted."""

    name: str
    total: Count | None
    """None: the rows overlap, so they have no sum."""
    tables: tuple[FigureTable, ...] = ()
    is_shared: bool = False
    """Whether one person may stand in several rows of a table, so that a sum of rows is not one of
    people."""

    def __post_init__(self) -> None:
        if self.total is None:
            return
        for table in self.tables:
            if sum(it.number for it in table.rows.values()) != self.total.number:
                raise ValueError(f"{self.name} by {table.dimension} is not the total")


class ShownCount(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number that may be shown."""

    number: int
    share: tuple[int, int] | None = None
    """For how many percent of them something is true: from, to. None: not shown."""


class ShownTable(msgspec.Struct, frozen=True):
    """What may be shown of a figure by one property."""

    dimension: str
    rows: dict[str, ShownCount | None]
    """None: left out."""


class ShownFigure(msgspec.Struct, frozen=True):
    """What may be shown of one figure."""

    name: str
    total: ShownCount | None
    """None: left out, or the rows overlap."""
    tables: tuple[ShownTable, ...]


class ShownMonth(msgspec.Struct, frozen=True):
    """What may be shown of one month."""

    month: int
    """Counted from year 0."""
    figures: tuple[ShownFigure, ...]

    @property
    def name(self) -> str:
        """Return the month, e.g. `2026-11`."""
        return format_month(self.month)

    @property
    def not_counted(self) -> tuple[str, ...]:
        """Return the figures that did not exist yet when the month was frozen."""
        counted = {it.name for it in self.figures}
        return tuple(name for name in FIGURES if name not in counted)


def format_month(month: int) -> str:
    """Return a month that is counted from year 0 as text, e.g. `2026-11`."""
    year, past = divmod(month, 12)
    return f"{year:04}-{past + 1:02}"


def parse_month(text: str) -> int | None:
    """Return the number of a month like `2026-11`; None if it is none."""
    year, dash, month = text.strip().partition("-")
    if not (dash and year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):  # noqa: PLR2004
        return None
    return int(year) * 12 + int(month) - 1
