"""Figures of months with HXL hashtags, for the Humanitarian Exchange Language. Pure.

Made of frozen months alone, so a number that is left out there is left out here too: under 5 for
partners, under 11 in what is published, and whatever else would give such a number away.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from bot.hotline.figures.report import COLUMNS, LEFT_OUT, figure_rows

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.figures.model import ShownMonth

HASHTAGS = {
    "month": "#date+reported+month", "figure": "#indicator+name", "by": "#indicator+type",
    "code": "#indicator+code", "number": "#affected+cases+num",
    "in_time_from": "#indicator+share+min", "in_time_to": "#indicator+share+max",
    "status": "#meta+status",
}  # fmt: skip
"""By column of the figures; `#meta+source` and `#meta+threshold` are added."""
SOURCE, THRESHOLD = "#meta+source", "#meta+threshold"


def as_hxl(months: Iterable[ShownMonth], source: str, fewest: int) -> bytes:
    """Return months as CSV with a row of hashtags under the headings.

    `source` names the organisation; `fewest` is the smallest number that is shown.
    """
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow([*COLUMNS, "source", "threshold"])
    table.writerow([*(HASHTAGS[name] for name in COLUMNS), SOURCE, THRESHOLD])
    for month in months:
        for row in figure_rows(month):
            cells = [LEFT_OUT if row[name] is None else str(row[name]) for name in COLUMNS]
            table.writerow([*cells, source, str(fewest)])
    return out.getvalue().encode()
