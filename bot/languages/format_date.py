"""Days as each language writes them: with the month in words, so that 3/11 is nobody's April."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

MINGUO_OFFSET = 1911
"""The year before the first of the Republic, as Taiwan's papers count."""


@lru_cache(maxsize=1024)
def format_day(language: str, month: int, day: int) -> str:
    """Return a day of a year as people write it: `24 November`, `11月24日`. Digits are 0 to 9."""
    from babel import Locale  # noqa: PLC0415 - only where a day is shown
    from babel.dates import format_skeleton  # noqa: PLC0415

    # Any leap year will do: no year is shown.
    return format_skeleton("MMMMd", date(2000, month, day), locale=Locale.parse(language))


def format_minguo(day: date) -> str:
    """Return a day as Chinese papers of Taiwan write it: 民國 115 年 11 月 24 日.

    Years before the Republic are counted backwards, and there is no year 0: 1911 is 民國前 1 年.
    """
    year = day.year - MINGUO_OFFSET
    told = f"民國 {year} 年" if year > 0 else f"民國前 {1 - year} 年"
    return f"{told} {day.month} 月 {day.day} 日"
