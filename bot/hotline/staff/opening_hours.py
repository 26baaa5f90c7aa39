"""Opening hours: spans of each day of the week, and days on which others hold."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING, TypeAlias

import msgspec

from bot.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import date
    from zoneinfo import ZoneInfo

EVERY_DAY = frozenset(range(1, 8))
"""Monday is 1."""
DAY_MINUTES = 24 * 60
MAX_DAYS_AHEAD = 400
"""Days to look ahead for the next opening."""


class Span(msgspec.Struct, frozen=True, order=True, array_like=True):
    """Minutes since midnight of the day on which it begins; after `DAY_MINUTES`, the next day."""

    begins: int
    ends: int

    def __str__(self) -> str:
        ends = self.ends if self.ends <= DAY_MINUTES else self.ends - DAY_MINUTES
        return f"{_clock(self.begins)}-{_clock(ends)}"


Spans: TypeAlias = tuple[Span, ...]
"""The spans of a day, in order; empty on a day that is closed."""
Week: TypeAlias = tuple[Spans, Spans, Spans, Spans, Spans, Spans, Spans]
"""The spans of each day, Monday first."""


class OpeningHours:
    """When a deployment is staffed, in its own time zone.

    Hours that pass midnight belong to the day on which they begin.
    """

    def __init__(
        self, week: Week | None, zone: ZoneInfo, special_days: Mapping[date, Spans] | None = None
    ) -> None:
        """Create opening hours; a `week` of None has no fixed hours, and is never open."""
        self._week = week
        self._zone = zone
        self._special_days = dict(special_days or {})

    def spans_on(self, day: date) -> Spans:
        """Return the spans that begin on a day."""
        if self._week is None:
            return ()
        found = self._special_days.get(day)
        return self._week[day.isoweekday() - 1] if found is None else found

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
            spans = reversed(list(self._open_spans(day, 0, since=0)))
            for span in map(_in_microseconds, spans):
                if span[0] < moment:
                    yield span

    def _open_spans(
        self, day: date, days: int, since: int = -1
    ) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans, from those of the day before on."""
        if self._week is None:
            return
        for ahead in range(since, days + 1):
            begins_on = day + timedelta(days=ahead)
            for span in self.spans_on(begins_on):
                yield (
                    self._moment(begins_on, span.begins),
                    self._moment(begins_on, span.ends),
                )

    def _moment(self, day: date, minutes: int) -> datetime:
        days, minutes = divmod(minutes, DAY_MINUTES)
        at = time(minutes // 60, minutes % 60)
        return datetime.combine(day + timedelta(days=days), at, self._zone)


def same_hours(
    span: str,
    zone: ZoneInfo,
    days: Collection[int] = EVERY_DAY,
    holidays: Iterable[date] = (),
) -> OpeningHours:
    """Return hours that are the same on each of some days, and closed on holidays.

    Args:
        span: e.g. `09:00-21:00`, `22:00-06:00`, or empty for no fixed hours.
        zone: of the hours.
        days: days of the week, Monday is 1.
        holidays: dates on which it is closed.
    """
    return OpeningHours(same_week(span, days), zone, dict.fromkeys(holidays, ()))


def same_week(span: str, days: Collection[int] = EVERY_DAY) -> Week | None:
    """Return a week with one span on each of some days; None for an empty span."""
    if not span:
        return None
    begins, _dash, ends = span.partition("-")
    start, end = _minutes(begins), _minutes(ends)
    spans = (Span(start, end if end > start else end + DAY_MINUTES),)
    mon, tue, wed, thu, fri, sat, sun = (spans if day in days else () for day in range(1, 8))
    return mon, tue, wed, thu, fri, sat, sun


def overlap(one: Spans, other: Spans) -> Spans:
    """Return the time that is in both of two days' spans."""
    found = (
        Span(max(it.begins, each.begins), min(it.ends, each.ends)) for it in one for each in other
    )
    return tuple(sorted(it for it in found if it.begins < it.ends))


def _minutes(clock: str) -> int:
    hours, _colon, minutes = clock.partition(":")
    return int(hours) * 60 + int(minutes)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"


def _in_microseconds(span: tuple[datetime, datetime]) -> tuple[int, int]:
    opens, closes = (int(at.timestamp() * SECOND) for at in span)
    return opens, closes
