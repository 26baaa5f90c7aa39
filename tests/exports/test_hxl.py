"""Figures with HXL hashtags say no more than the frozen months they are made of."""

from __future__ import annotations

import csv
import io

from bot.exports.hxl import HASHTAGS, as_hxl
from bot.hotline.figures.model import Count, Figure, FigureTable, ShownMonth
from bot.hotline.figures.months import release
from bot.hotline.figures.report import COLUMNS


def shown(*, is_published: bool) -> list[ShownMonth]:
    rows = {"id": Count(40), "vi": Count(12), "th": Count(7), "km": Count(2)}
    figure = Figure("answers", Count(61), (FigureTable("language", rows),))
    released = release([figure])
    return [ShownMonth(2026 * 12 + 10, released.published if is_published else released.staff)]


def test_small_numbers_stay_out_and_every_column_has_a_hashtag() -> None:
    for is_published, fewest, left in ((False, 5, {"40", "12"}), (True, 11, {"40"})):
        data = as_hxl(shown(is_published=is_published), "Hope House", fewest).decode()
        heads, tags, *rows = csv.reader(io.StringIO(data))
        assert heads == [*COLUMNS, "source", "threshold"]
        assert all(it.startswith("#") for it in tags)
        assert HASHTAGS.keys() == set(COLUMNS)
        by_language = [dict(zip(heads, row, strict=True)) for row in rows if row[2] == "language"]
        numbers = {it["number"] for it in by_language if it["number"]}
        assert left <= numbers
        assert "2" not in numbers
        assert all(int(it) >= fewest for it in numbers)
        hidden = [it["code"] for it in by_language if it["status"] == "left_out"]
        assert "km" in hidden
        assert len(hidden) > 1  # otherwise the total would give it away
        assert {row[-1] for row in rows} == {str(fewest)}
