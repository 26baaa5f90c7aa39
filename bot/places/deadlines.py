"""Legal deadlines: rules, the legal events staff enter, and the dates that follow. Pure.

A computed date is never later than the true one, so what is done by it is done in time. The day of
an event is counted as the law counts it, a day without a known hour counts from its first instant,
and a last day is not moved past a Sunday or a holiday, even where the law allows it.
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
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class HourSpan:
    """Hours, counted from the moment of the event."""

    count: int


@dataclass(frozen=True, slots=True)
class DaySpan:
    """Days, counted from the day after the event."""

    count: int


@dataclass(frozen=True, slots=True)
class MonthSpan:
    """Months, counted from the day after the event, or from the day itself."""

    count: int
    counts_first_day: bool = False


@dataclass(frozen=True, slots=True)
class SameDay:
    """The day of the event itself."""

    is_at_start: bool = False
    """Whether the deadline is the first instant of the day, not the last."""


@dataclass(frozen=True, slots=True)
class MaxTimes:
    """No date, but a number of events after which something may follow."""

    count: int


DeadlineSpan = HourSpan | DaySpan | MonthSpan | SameDay | MaxTimes


@dataclass(frozen=True, slots=True)
class LegalEventKind:
    """A kind of event that staff can enter."""

    code: str
    text: Text
    """What it is, and which day counts."""
    may_be_future: bool = False
    is_internal: bool = False
    """Whether a command of its own enters it, and no one enters or strikes it out by hand."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeadlineRule:
    """A rule: the events that start and end a deadline, its span and its texts."""

    code: str
    started_by: frozenset[str]
    ended_by: frozenset[str]
    span: DeadlineSpan
    requirement: Text
    soon_text: Text
    """One line for the queue, with the blank {left}."""
    overdue_text: Text
    """The same once the deadline has passed, with the blank {ago}; not shown for `MaxTimes`."""
    articles: tuple[Article, ...]
    warn_before: tuple[int, ...] = ()
    """How long before the end staff are warned, microseconds, the longest first."""
    restarts: bool = False
    """Whether a later start replaces the earlier one; otherwise each start has its own deadline."""
    is_for_person: bool = False
    opens_before: MonthSpan | None = None
    """How long before the end it can be done at the earliest."""
    stays: bool = False
    """Whether staff see it from its start until it has ended, however late."""

    @property
    def counts_hours(self) -> bool:
        """Whether it ends at an hour, not at the end of a day."""
        return isinstance(self.span, HourSpan) or (
            isinstance(self.span, SameDay) and self.span.is_at_start
        )


@dataclass(frozen=True, slots=True)
class LegalEvent:
    """An event entered for a case."""

    number: int
    code: str
    day: date
    """In the country of the law."""
    at: int | None = None

    def time(self, zone: ZoneInfo) -> int:
        """Return the moment, or the first instant of the day."""
        return start_of_day(self.day, zone) if self.at is None else self.at


@dataclass(frozen=True, slots=True)
class Deadline:
    """An open deadline of a case."""

    rule: DeadlineRule
    start: LegalEvent
    last_day: date | None = None
    """The last day on which it can be done; None for `MaxTimes`."""
    ends_at: int | None = None
    """The moment after which it is too late; None for `MaxTimes`."""
    opens_on: date | None = None
    times: int = 0
    """How often the event has happened, for `MaxTimes`."""

    @property
    def is_duty(self) -> bool:
        """Whether it is a duty to report, not a time within which something can be done."""
        return self.rule.stays

    @property
    def is_reached(self) -> bool:
        """Whether the number of events of a `MaxTimes` is reached."""
        return isinstance(self.rule.span, MaxTimes) and self.times >= self.rule.span.count

    def time_left(self, now: int) -> int | None:
        """Return the time left, microseconds, negative once it has passed; None without a date."""
        return None if self.ends_at is None else self.ends_at - now

    def is_near(self, now: int) -> bool:
        """Tell whether it is shown with the queue."""
        left = self.time_left(now)
        if self.rule.stays:
            return True
        if left is None:
            return self.is_reached
        return -SHOWN_AFTER_END <= left <= max(self.rule.warn_before, default=0)


@dataclass(frozen=True, slots=True)
class DeadlineRules:
    """The deadline rules of one country."""

    zone: ZoneInfo
    event_kinds: Mapping[str, LegalEventKind]
    rules: tuple[DeadlineRule, ...]

    def __post_init__(self) -> None:
        used = {code for it in self.rules for code in it.started_by | it.ended_by}
        if unknown := used - self.event_kinds.keys():
            raise ValueError(f"no such event kinds: {', '.join(sorted(unknown))}")

    @property
    def typed_kinds(self) -> dict[str, LegalEventKind]:
        """Return the kinds of events that staff enter by hand, by code."""
        return {code: it for code, it in self.event_kinds.items() if not it.is_internal}

    def open_deadlines(self, entered: Iterable[LegalEvent]) -> list[Deadline]:
        """Return the open deadlines, the earliest first."""
        events = list(entered)
        found = [it for rule in self.rules for it in _open_deadlines(rule, events, self.zone)]
        return sorted(found, key=lambda it: (it.ends_at is None, it.ends_at or 0))

    def parse_time(self, text: str) -> tuple[date, int | None] | None:
        """Return the day, and the moment where an hour is given; None if it is neither.

        The text is `2026-11-25` or `2026-11-25 14:30`, in the time zone of this country.
        """
        match = _MOMENT.fullmatch(text.strip())
        if match is None:
            return None
        try:
            day = date(int(match[1]), int(match[2]), int(match[3]))
            if match[4] is None:
                return day, None
            at = datetime(  # of an hour that occurs twice, the first
                day.year, day.month, day.day, int(match[4]), int(match[5]), tzinfo=self.zone
            )
            return day, int(at.timestamp()) * SECOND
        except (ValueError, OverflowError):
            return None

    def date_of(self, moment: int) -> date:
        """Return the day of a moment in this country."""
        return datetime.fromtimestamp(moment / SECOND, self.zone).date()

    def format_time(self, moment: int) -> str:
        """Return a moment in the format of `parse_time`."""
        return f"{datetime.fromtimestamp(moment / SECOND, self.zone):%Y-%m-%d %H:%M}"


NO_DEADLINES = DeadlineRules(ZoneInfo("UTC"), {}, ())
"""For a country whose rules have not been read yet."""


def _open_deadlines(rule: DeadlineRule, events: list[LegalEvent], zone: ZoneInfo) -> list[Deadline]:
    ends = [it for it in events if it.code in rule.ended_by]
    starts = [
        it
        for it in events
        if it.code in rule.started_by and not any(_has_ended(rule, end, it) for end in ends)
    ]
    if not starts:
        return []
    if rule.restarts:
        return [_deadline(rule, max(starts, key=lambda it: it.time(zone)), len(starts), zone)]
    return [_deadline(rule, it, 1, zone) for it in starts]


def _has_ended(rule: DeadlineRule, end: LegalEvent, start: LegalEvent) -> bool:
    """Tell whether an event ended what another started.

    Compare hours where both are known, otherwise days. A start in the future is ended by any event
    entered after it.
    """
    if isinstance(rule.span, SameDay) and not rule.span.is_at_start:
        return end.number > start.number
    if end.day == start.day and end.at is not None and start.at is not None:
        return end.at >= start.at
    return end.day >= start.day


def _deadline(rule: DeadlineRule, start: LegalEvent, times: int, zone: ZoneInfo) -> Deadline:
    span = rule.span
    if isinstance(span, MaxTimes):
        return Deadline(rule, start, times=times)
    if isinstance(span, HourSpan):
        ends_at = start.time(zone) + span.count * HOUR
        last = datetime.fromtimestamp((ends_at - 1) / SECOND, zone).date()
        return Deadline(rule, start, last, ends_at)
    last = last_day(start.day, span)
    is_at_start = isinstance(span, SameDay) and span.is_at_start
    at = start.at if is_at_start and start.at is not None else None
    ends_at = start_of_day(last if is_at_start else last + timedelta(days=1), zone)
    opens = None if rule.opens_before is None else add_months(last, -rule.opens_before.count)
    return Deadline(rule, start, last, ends_at if at is None else at, opens)


def last_day(day: date, span: DaySpan | MonthSpan | SameDay) -> date:
    """Return the last day of a span that starts with an event on this day."""
    if isinstance(span, DaySpan):
        return day + timedelta(days=span.count)
    if isinstance(span, MonthSpan):
        return add_months(day, span.count) - timedelta(days=span.counts_first_day)
    return day


def add_months(day: date, count: int) -> date:
    """Return the same day `count` months later, or the last day of that month if it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def start_of_day(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND
