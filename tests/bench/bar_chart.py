"""Draws the rows of a scenario as bars: one SVG file that reads on light and on dark pages."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

import msgspec

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.bench.bench_scenarios import Drawn
    from tests.bench.summary_rows import SummaryRow

WIDTH: Final = 760
_LABELS, _NUMBERS = 250, 70
"""Width of what stands left and right of the bars."""
_ROW, _BAR, _HEAD, _FOOT = 28, 16, 52, 40
_SMALLEST: Final = 2.0
"""Width of the bar of a row that would hardly be seen."""
_STYLE: Final = """
text { font: 14px system-ui, sans-serif; fill: #1f2328; }
.title { font-weight: 600; font-size: 15px; } .note { fill: #59636e; font-size: 12px; }
.disk { fill: #0f766e; } .file { fill: #b45309; } .memory { fill: #8b949e; }
@media (prefers-color-scheme: dark) {
  text { fill: #f0f6fc; } .note { fill: #9198a1; }
  .disk { fill: #2dd4bf; } .file { fill: #f0883e; } .memory { fill: #6e7681; }
}
"""
LEGEND: Final = {
    "disk": "on the disk before the answer goes",
    "file": "written, not synced",
    "memory": "lost when the process or server ends",
}
"""What becomes of an update, by what a bar says under `kept`."""


class Bar(msgspec.Struct, frozen=True):
    """One bar."""

    label: str
    value: float
    kept: str
    """A key of `LEGEND`."""


def bars_of(rows: Sequence[SummaryRow], drawn: Mapping[str, Drawn]) -> list[Bar]:
    """Return a bar for each of the rows that are drawn, the fastest first."""
    known = ((drawn[it.name], it.updates_per_s) for it in rows if it.name in drawn)
    bars = [Bar(it.label, value, it.kept) for it, value in known]
    return sorted(bars, key=lambda it: -it.value)


def draw(title: str, note: str, bars: Sequence[Bar]) -> str:
    """Return the chart as SVG; every bar begins at zero."""
    height = _HEAD + _ROW * len(bars) + _FOOT
    most = max((it.value for it in bars), default=1.0) or 1.0
    rows = "".join(_row(number, bar, most) for number, bar in enumerate(bars))
    told = ", ".join(f"{it.label}: {it.value:,.0f}" for it in bars)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'aria-label="{escape(f"{title}. {told}", {chr(34): "&quot;"})}">\n'
        f"<style>{_STYLE}</style>\n"
        f'<text class="title" x="0" y="18">{escape(title)}</text>\n'
        f'<text class="note" x="0" y="38">{escape(note)}</text>\n'
        f"{rows}{_legend(height - 12)}</svg>\n"
    )


def _row(number: int, bar: Bar, most: float) -> str:
    top = _HEAD + number * _ROW
    length = max(_SMALLEST, (WIDTH - _LABELS - _NUMBERS) * bar.value / most)
    middle = top + _BAR - 3
    return (
        f'<text x="0" y="{middle}">{escape(bar.label)}</text>'
        f'<rect class="{bar.kept}" x="{_LABELS}" y="{top}" width="{length:.1f}" height="{_BAR}" '
        f'rx="2"/>'
        f'<text x="{_LABELS + length + 8:.1f}" y="{middle}">{bar.value:,.0f}</text>\n'
    )


def _legend(bottom: int) -> str:
    drawn, left = "", 0
    for kept, says in LEGEND.items():
        drawn += (
            f'<rect class="{kept}" x="{left}" y="{bottom - 10}" width="10" height="10" rx="2"/>'
            f'<text class="note" x="{left + 16}" y="{bottom}">{says}</text>\n'
        )
        left += 40 + 7 * len(says)
    return drawn
