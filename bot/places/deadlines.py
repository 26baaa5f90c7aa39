"""Clocks of the law: what has happened to somebody, and by when something must follow. Pure.

Rules are data, events are what staff entered, and dates follow from both. No date is ever later
than the true one: the day something happened on is counted as the law counts it, a day of which the
hour is not known counts from its first instant, and a last day that the law moves behind a Sunday
or a holiday is shown where the calendar has it. What is done by the date shown is done in time.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import DAY, HOUR, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from bot.places.authorities import Article
    from bot.text import Text

SHOWN_AFTER_END = 7 * DAY
"""How long a date that has passed is still shown beside the queue."""
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class HourSpan:
    """So many hours from the moment on: the law counts them at once."""

    count: int


@dataclass(frozen=True, slots=True)
class DaySpan:
    """So many days; the first is the day after."""

    count: int


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """So many months; the first day is the day after, unless the law counts from the day on."""

    count: int
    counts_first_day: bool = False


@dataclass(frozen=True, slots=True)
class SameDay:
    """The very day that was entered."""

    is_at_start: bool = False
    """Whether something must be done by its first instant, not by its last."""


@dataclass(frozen=True, slots=True)
class MaxTimes:
    """No date: what may follow once it has happened so often."""

    count: int


DeadlineSpan = HourSpan | DaySpan | MonthSpan | SameDay | MaxTimes


@dataclass(frozen=True, slots=True)
class LegalEventKind:
    """Something that can happen, as staff enter it."""

    code: str
    text: Text
    """What it is, and which day counts."""
    may_be_future: bool = False
    """Whether its day may lie ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """One rule: what starts it, what ends it, and what follows when it has run out."""

    code: str
    started_by: frozenset[str]
    ended_by: frozenset[str]
    span: DeadlineSpan
    requirement: Text
    """What must happen meanwhile, and by whom."""
    soon_text: Text
    """One line for the queue, with the blank {left}."""
    overdue_text: Text
    """The same once the time is over, with the blank {ago}; for `Times` never shown."""
    articles: tuple[Article, ...]
    warn_before: tuple[int, ...] = ()
    """So long before its end somebody hears of it, microseconds, the longest first."""
    restarts: bool = False
    """Whether a later start begins it anew; else each start has an end of its own."""
    is_for_person: bool = False
    """Whether it is the person who must do something, and is reminded."""
    opens_before: MonthSpan | None = None
    """So long before its end it can be done at all."""

    @property
    def counts_hours(self) -> bool:
        """Tell whether it ends at an hour, not with a day."""
        return isinstance(self.span, HourSpan) or (
            isinstance(self.span, SameDay) and self.span.is_at_start
        )


@dataclass(frozen=True, slots=True)
class LegalEvent:
    """One event of a case, as it was entered."""

    number: int
    code: str
    day: date
    """By the calendar of the law's country."""
    at: int | None = None
    """The moment, where it is known."""

    def time(self, zone: ZoneInfo) -> int:
        """Return when it was; the first instant of a day of which no more is known."""
        return start_of_day(self.day, zone) if self.at is None else self.at


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock that runs."""

    rule: DeadlineRule
    start: LegalEvent
    last_day: date | None = None
    """The last day on which it can be done; none for `Times`."""
    ends_at: int | None = None
    """The instant after which it is too late; none for `Times`."""
    opens_on: date | None = None
    times: int = 0
    """How often it has happened, for `Times`."""

    @property
    def is_reached(self) -> bool:
        """Tell whether it has happened as often as the law bears."""
        return isinstance(self.rule.span, MaxTimes) and self.times >= self.rule.span.count

    def time_left(self, now: int) -> int | None:
        """Return how long is left, microseconds, below 0 once it is over; None for no date."""
        return None if self.ends_at is None else self.ends_at - now

    def is_near(self, now: int) -> bool:
        """Tell whether whoever looks at the queue should see it."""
        left = self.time_left(now)
        if left is None:
            return self.is_reached
        return -SHOWN_AFTER_END <= left <= max(self.rule.warn_before, default=0)


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """What one country's law gives time for."""

    zone: ZoneInfo
    """By which calendar it counts."""
    event_kinds: Mapping[str, LegalEventKind]
    rules: tuple[DeadlineRule, ...]

    def __post_init__(self) -> None:
        used = {code for it in self.rules for code in it.started_by | it.ended_by}
        if unknown := used - self.event_kinds.keys():
            raise ValueError(f"nobody can enter: {', '.join(sorted(unknown))}")

    def open_deadlines(self, noted: Iterable[LegalEvent]) -> list[Deadline]:
        """Return every clock that runs, the one that ends first before the others."""
        events = list(noted)
        found = [it for clock in self.rules for it in _open_deadlines(clock, events, self.zone)]
        return sorted(found, key=lambda it: (it.ends_at is None, it.ends_at or 0))

    def parse_time(self, typed: str) -> tuple[date, int | None] | None:
        """Return the day, and the moment where an hour is given; None for what is neither.

        Args:
            typed: `2026-11-25` or `2026-11-25 14:30`, by the calendar and clock of this country.
        """
        found = _MOMENT.fullmatch(typed.strip())
        if found is None:
            return None
        try:
            day = date(int(found[1]), int(found[2]), int(found[3]))
            if found[4] is None:
                return day, None
            at = datetime(  # an hour that comes twice is the first of both
                day.year, day.month, day.day, int(found[4]), int(found[5]), tzinfo=self.zone
            )
            return day, int(at.timestamp()) * SECOND
        except (ValueError, OverflowError):
            return None

    def date_of(self, moment: int) -> date:
        """Return the day of a moment in this country."""
        return datetime.fromtimestamp(moment / SECOND, self.zone).date()

    def format_time(self, moment: int) -> str:
        """Return a moment as it is typed here: `2026-11-25 14:30`."""
        return f"{datetime.fromtimestamp(moment / SECOND, self.zone):%Y-%m-%d %H:%M}"


NO_DEADLINES = DeadlineRules(ZoneInfo("UTC"), {}, ())
"""Of a country whose rules nobody has read yet."""


def _open_deadlines(
    clock: DeadlineRule, events: list[LegalEvent], zone: ZoneInfo
) -> list[Deadline]:
    """Return what runs by one clock: once, or for each start that nothing has answered."""
    ends = [it for it in events if it.code in clock.ended_by]
    open_ = [
        it
        for it in events
        if it.code in clock.started_by and not any(_has_ended(clock, end, it) for end in ends)
    ]
    if not open_:
        return []
    if clock.restarts:
        return [_deadline(clock, max(open_, key=lambda it: it.time(zone)), len(open_), zone)]
    return [_deadline(clock, it, 1, zone) for it in open_]


def _has_ended(clock: DeadlineRule, end: LegalEvent, start: LegalEvent) -> bool:
    """Tell whether something ended what had started.

    By the day; by the hour where both are known. What lies ahead is ended by what was entered
    after it.
    """
    if isinstance(clock.span, SameDay) and not clock.span.is_at_start:
        return end.number > start.number
    if end.day == start.day and end.at is not None and start.at is not None:
        return end.at >= start.at
    return end.day >= start.day


def _deadline(clock: DeadlineRule, since: LegalEvent, times: int, zone: ZoneInfo) -> Deadline:
    span = clock.span
    if isinstance(span, MaxTimes):
        return Deadline(clock, since, times=times)
    if isinstance(span, HourSpan):
        ends_at = since.time(zone) + span.count * HOUR
        last = datetime.fromtimestamp((ends_at - 1) / SECOND, zone).date()
        return Deadline(clock, since, last, ends_at)
    last = last_day(since.day, span)
    is_begin = isinstance(span, SameDay) and span.is_at_start
    at = since.at if is_begin and since.at is not None else None
    ends_at = start_of_day(last if is_begin else last + timedelta(days=1), zone)
    opens = None if clock.opens_before is None else add_months(last, -clock.opens_before.count)
    return Deadline(clock, since, last, ends_at if at is None else at, opens)


def last_day(day: date, span: DaySpan | MonthSpan | SameDay) -> date:
    """Return the last day of a span that something on this day has started."""
    if isinstance(span, DaySpan):
        return day + timedelta(days=span.count)
    if isinstance(span, MonthSpan):
        return add_months(day, span.count) - timedelta(days=span.counts_first_day)
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day of a month so many months on; its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND
