"""The chart of the README shows what was measured, in proportion."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from tests.bench import bar_chart, bench_scenarios
from tests.bench.bar_chart import LEGEND, Bar

SVG = "{http://www.w3.org/2000/svg}"
BARS = [Bar("Haven & co", 4000.0, "disk"), Bar("<b>", 1000.0, "memory"), Bar("slow", 1.0, "file")]


def drawn(bars: list[Bar]) -> ET.Element:
    return ET.fromstring(bar_chart.draw('A "title"', "a note", bars))  # noqa: S314 - our own


def widths(bars: list[Bar]) -> list[float]:
    rects = drawn(bars).findall(f"{SVG}rect")
    return [float(it.get("width", "0")) for it in rects[: len(bars)]]


def test_bars_begin_at_zero_and_are_as_long_as_their_figures() -> None:
    first, second, third = widths(BARS)
    assert first / second == pytest.approx(4.0)
    assert 0 < third < second / 10  # too small to be seen in proportion, but not left out


def test_every_bar_has_its_name_and_its_figure_and_so_has_a_screen_reader() -> None:
    texts = {it.text for it in drawn(BARS).iter(f"{SVG}text")}
    assert {"Haven & co", "4,000", "<b>", "1,000", "slow", "1", *LEGEND.values()} <= texts
    told = drawn(BARS).get("aria-label", "")
    assert all(it in told for it in ('A "title"', "Haven & co: 4,000", "<b>: 1,000", "slow: 1"))


def test_the_fastest_comes_first_and_a_chart_without_bars_can_be_read() -> None:
    assert drawn([]).get("role") == "img"
    assert bar_chart.bars_of([], bench_scenarios.DRAWN) == []


def test_every_row_that_is_drawn_is_measured_and_says_what_is_kept() -> None:
    measured = {row.name for row in bench_scenarios.ALL["turn"].rows}
    assert bench_scenarios.DRAWN.keys() <= measured
    assert {it.kept for it in bench_scenarios.DRAWN.values()} == LEGEND.keys()
