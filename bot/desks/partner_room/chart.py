"""A bar chart of months as SVG inside a page: numbers alone, and colours of the stylesheet."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.partners.partner_figures import PartnerMonth

BAR, GAP, HEIGHT, TOP, FOOT = 34, 14, 150, 22, 40
"""Width of a bar, the room between two, height of the tallest, room above and below (pixels)."""
STUB = 5
"""Height of the hatched stub of a month whose numbers are all hidden: it says nothing of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One month."""

    x: int
    y: int
    height: int
    label: str
    year: str
    """Written under the first month and each January."""
    number: str
    """Empty where nothing is shown."""
    has_hidden: bool


@dataclass(frozen=True, slots=True)
class MonthsPicture:
    """The whole picture; sizes in pixels."""

    width: int
    height: int
    bars: tuple[Bar, ...]
    base: int
    """The height at which bars stand."""

    @property
    def bar_width(self) -> int:
        """Return the width of each bar."""
        return BAR


def draw_months(months: Sequence[PartnerMonth]) -> MonthsPicture | None:
    """Return the picture of months, the oldest first; None without any."""
    if not months:
        return None
    tallest = max(*(it.shown for it in months), 1)
    bars = tuple(_bar(place, it, tallest, months) for place, it in enumerate(months))
    width = GAP + len(months) * (BAR + GAP)
    return MonthsPicture(width, TOP + HEIGHT + FOOT, bars, TOP + HEIGHT)


def _bar(place: int, month: PartnerMonth, tallest: int, months: Sequence[PartnerMonth]) -> Bar:
    height = round(month.shown / tallest * HEIGHT) if month.shown else 0
    begins_year = place == 0 or months[place - 1].year != month.year
    return Bar(
        x=GAP + place * (BAR + GAP),
        y=TOP + HEIGHT - height,
        height=height,
        label=str(month.month),
        year=str(month.year) if begins_year else "",
        number=str(month.shown) if month.shown else "",
        has_hidden=month.hidden > 0,
    )
