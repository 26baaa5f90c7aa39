"""Office hours: hours of the day, days of the week, and holidays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from bot.cases.response_times import ResponseTimes
from bot.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date
    from zoneinfo import ZoneInfo

    from bot.settings import Settings

EVERY_DAY = frozenset(range(1, 8))
"""Monday is 1."""
MAX_DAYS_AHEAD = 400
"""Days to look ahead for the next opening."""
_MIDNIGHT = "24:00"


class OpeningHours:
    """When a deployment is staffed, in its own time zone.

    Hours that pass midnight belong to the day on which they begin.
    """

    def __init__(
        self,
        span: str,
        zone: ZoneInfo,
        days: Collection[int] = EVERY_DAY,
        holidays: Collection[date] = (),
    ) -> None:
        self._zone = zone
        self._days = frozenset(days)
        self._holidays = frozenset(holidays)
        begins, _dash, ends = span.partition("-")
        self._begins = time.fromisoformat(begins) if span else None
        self._ends = time() if ends in {"", _MIDNIGHT} else time.fromisoformat(ends)

    @classmethod
    def from_settings(cls, settings: Settings) -> OpeningHours:
        """Return the hours of the settings."""
        return cls(settings.hours, settings.zone, settings.open_weekdays, settings.holiday_dates)

    def is_open(self, now: int) -> bool:
        """Return whether the office is open."""
        here = datetime.fromtimestamp(now / SECOND, self._zone)
        return any(opens <= here < closes for opens, closes in self._open_spans(here.date(), 1))

    def opens_at(self, now: int) -> int | None:
        """Return when the office opens next; now if it is open, None if it never opens."""
        here = datetime.fromtimestamp(now / SECOND, self._zone)
        for opens, closes in self._open_spans(here.date(), MAX_DAYS_AHEAD):
            if here < closes:
                return max(now, int(opens.timestamp() * SECOND))
        return None

    def add(self, since: int, span: int) -> int:
        """Return when `span` microseconds have passed in which the office was open, after `since`.

        Without fixed hours every hour counts, for it is not known when the office is closed. If
        there is too little of them in `MAX_DAYS_AHEAD`, it is the end of the last.
        """
        left, last = span, since
        for opens, closes in self._moments_after(since):
            begins = max(since, opens)
            if closes - begins >= left:
                return begins + left
            left, last = left - (closes - begins), closes
        return since + span if last == since else last

    def subtract(self, until: int, span: int) -> int:
        """Return since when `span` microseconds have passed in which the office was open."""
        left, first = span, until
        for opens, closes in self._moments_before(until):
            ends = min(until, closes)
            if ends - opens >= left:
                return ends - left
            left, first = left - (ends - opens), opens
        return until - span if first == until else first

    def _moments_after(self, moment: int) -> Iterator[tuple[int, int]]:
        """Yield the open spans that end after a moment, soonest first."""
        here = datetime.fromtimestamp(moment / SECOND, self._zone)
        for span in map(_in_microseconds, self._open_spans(here.date(), MAX_DAYS_AHEAD)):
            if span[1] > moment:
                yield span

    def _moments_before(self, moment: int) -> Iterator[tuple[int, int]]:
        """Yield the open spans that begin before a moment, latest first."""
        here = datetime.fromtimestamp(moment / SECOND, self._zone)
        for days in range(MAX_DAYS_AHEAD):
            day = here.date() - timedelta(days=days)
            for span in map(_in_microseconds, self._open_spans(day, 0, since=0)):
                if span[0] < moment:
                    yield span

    def _open_spans(
        self, day: date, days: int, since: int = -1
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans, from those of the day before on."""
        if self._begins is None:
            return
        for ahead in range(since, days + 1):
            begins_on = day + timedelta(days=ahead)
            if begins_on.isoweekday() not in self._days or begins_on in self._holidays:
                continue
            over_midnight = self._ends <= self._begins
            ends_on = begins_on + timedelta(days=1) if over_midnight else begins_on
            yield (
                datetime.combine(begins_on, self._begins, self._zone),
                datetime.combine(ends_on, self._ends, self._zone),
            )


def response_times(settings: Settings) -> ResponseTimes:
    """Return how soon replies are due in a deployment, counted in its opening hours."""
    return ResponseTimes(settings.response_minutes, OpeningHours.from_settings(settings))


def _in_microseconds(span: tuple[datetime, datetime]) -> tuple[int, int]:
    opens, closes = (int(at.timestamp() * SECOND) for at in span)
    return opens, closes
