"""Counters of figures: numbers that grow with each event, in the transaction of the event.

A counter has one property at a time. It says that 41 first answers were given in Indonesian and
that 9 went to people who wrote at night; it does not say how many were both.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.clock import SECOND
from bot.store.statements import delete_by, select_by, upsert
from bot.store.tables.figures import figure_counts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from bot.store.writer import Work

ANSWERS, ANSWERS_IN_TIME = "answers", "answers_in_time"
"""First answers of a caseworker in a case, and those that were given before they were due."""
TOTAL = ""
"""The dimension of the number of all."""
HOURS_A_BAND = 4
HOUR_BANDS = tuple(f"{hour:02}-{hour + HOURS_A_BAND:02}" for hour in range(0, 24, HOURS_A_BAND))
"""Hours of the day at which people wrote, e.g. `20-24`; single hours would be too small."""

CountKey = tuple[str, str, str]
"""Figure, dimension, code."""

_ADD = upsert(
    figure_counts, "month", "figure", "dimension", "code", "times",
    key=("month", "figure", "dimension", "code"), update=(),
    on_conflict={"times": figure_counts.c.times + bindparam("more")},
)  # fmt: skip
_OF_MONTH = select_by(figure_counts, "figure", "dimension", "code", "times", by="month")
_FIRST = select_by(figure_counts, "month", order_by="month", limit=1)
_DELETE = delete_by(figure_counts, by=figure_counts.c.month <= bindparam("last"))


def month_number(moment: int, zone: tzinfo) -> int:
    """Return the month of a moment in microseconds, counted from year 0."""
    day = datetime.fromtimestamp(moment / SECOND, zone)
    return day.year * 12 + day.month - 1


def month_start(month: int, zone: tzinfo) -> int:
    """Return the first moment of a month, in microseconds."""
    year, past = divmod(month, 12)
    return int(datetime(year, past + 1, 1, tzinfo=zone).timestamp()) * SECOND


def hour_band(moment: int, zone: tzinfo) -> str:
    """Return the hours of the day in which a moment lies, e.g. `20-24`."""
    hour = datetime.fromtimestamp(moment / SECOND, zone).hour
    return HOUR_BANDS[hour // HOURS_A_BAND]


@dataclass(frozen=True, slots=True)
class FirstAnswer:
    """The first answer of a caseworker in a case."""

    language: str
    queue: str
    opened_at: int
    was_in_time: bool


@dataclass(frozen=True, slots=True)
class FigureCounters:
    """The counters of a deployment, used inside units of work."""

    zone: tzinfo

    def add(self, work: Work, now: int, counts: Mapping[CountKey, int]) -> None:
        """Add to counters of the month, each once; a number may be negative."""
        month = month_number(now, self.zone)
        work.many(_ADD, [(month, *key, more, more) for key, more in counts.items() if more])

    def answer(self, work: Work, answer: FirstAnswer, now: int) -> None:
        """Count the first answer in a case."""
        names = [ANSWERS, ANSWERS_IN_TIME] if answer.was_in_time else [ANSWERS]
        properties = {
            TOTAL: "", "language": answer.language, "queue": answer.queue,
            "hour": hour_band(answer.opened_at, self.zone),
        }  # fmt: skip
        keys = [(name, dimension, code) for name in names for dimension, code in properties.items()]
        self.add(work, now, dict.fromkeys(keys, 1))


def load_counts(work: Work, month: int) -> Counter[CountKey]:
    """Return the counters of a month; one can be negative, as a session crosses its beginning."""
    return Counter(
        {(figure, dimension, code): times
         for figure, dimension, code, times in work.rows(_OF_MONTH, month)}
    )  # fmt: skip


def first_month(work: Work) -> int | None:
    """Return the earliest month with counters; None if there are none."""
    rows = work.rows(_FIRST)
    return int(rows[0][0]) if rows else None


def delete_counts(work: Work, last: int) -> None:
    """Delete the counters of a month that is frozen, and of those before it."""
    work.run(_DELETE, last)
