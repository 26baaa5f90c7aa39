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

SHOWN_AFTER = 7 * DAY
"""How long a date that has passed is still shown beside the queue."""
_MOMENT = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{1,2}):(\d{2}))?")


@dataclass(frozen=True, slots=True)
class Hours:
    """So many hours from the moment on: the law counts them at once."""

    count: int


@dataclass(frozen=True, slots=True)
class Days:
    """So many days; the first is the day after."""

    count: int


@dataclass(frozen=True, slots=True)
class Months:
    """So many months; the first day is the day after, unless the law counts from the day on."""

    count: int
    is_first_counted: bool = False


@dataclass(frozen=True, slots=True)
class On:
    """The very day that was entered."""

    is_begin: bool = False
    """Whether something must be done by its first instant, not by its last."""


@dataclass(frozen=True, slots=True)
class Times:
    """No date: what may follow once it has happened so often."""

    count: int


Span = Hours | Days | Months | On | Times


@dataclass(frozen=True, slots=True)
class Kind:
    """Something that can happen, as staff enter it."""

    code: str
    text: Text
    """What it is, and which day counts."""
    may_come: bool = False
    """Whether its day may lie ahead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """One rule: what starts it, what ends it, and what follows when it has run out."""

    code: str
    starts: frozenset[str]
    ends: frozenset[str]
    span: Span
    must: Text
    """What must happen meanwhile, and by whom."""
    soon: Text
    """One line for the queue, with the blank {left}."""
    passed: Text
    """The same once the time is over, with the blank {ago}; for `Times` never shown."""
    articles: tuple[Article, ...]
    warns: tuple[int, ...] = ()
    """So long before its end somebody hears of it, microseconds, the longest first."""
    renews: bool = False
    """Whether a later start begins it anew; else each start has an end of its own."""
    is_theirs: bool = False
    """Whether it is the person who must do something, and is reminded."""
    opens: Months | None = None
    """So long before its end it can be done at all."""

    @property
    def counts_hours(self) -> bool:
        """Tell whether it ends at an hour, not with a day."""
        return isinstance(self.span, Hours) or (isinstance(self.span, On) and self.span.is_begin)


@dataclass(frozen=True, slots=True)
class Noted:
    """One event of a case, as it was entered."""

    number: int
    code: str
    day: date
    """By the calendar of the law's country."""
    at: int | None = None
    """The moment, where it is known."""

    def moment(self, zone: ZoneInfo) -> int:
        """Return when it was; the first instant of a day of which no more is known."""
        return begin_of(self.day, zone) if self.at is None else self.at


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock that runs."""

    clock: Clock
    since: Noted
    last_day: date | None = None
    """The last day on which it can be done; none for `Times`."""
    ends_at: int | None = None
    """The instant after which it is too late; none for `Times`."""
    opens_on: date | None = None
    times: int = 0
    """How often it has happened, for `Times`."""

    @property
    def is_due(self) -> bool:
        """Tell whether it has happened as often as the law bears."""
        return isinstance(self.clock.span, Times) and self.times >= self.clock.span.count

    def left(self, now: int) -> int | None:
        """Return how long is left, microseconds, below 0 once it is over; None for no date."""
        return None if self.ends_at is None else self.ends_at - now

    def is_near(self, now: int) -> bool:
        """Tell whether whoever looks at the queue should see it."""
        left = self.left(now)
        if left is None:
            return self.is_due
        return -SHOWN_AFTER <= left <= max(self.clock.warns, default=0)


@dataclass(frozen=True, slots=True)
class Clocks:
    """What one country's law gives time for."""

    zone: ZoneInfo
    """By which calendar it counts."""
    kinds: Mapping[str, Kind]
    clocks: tuple[Clock, ...]

    def __post_init__(self) -> None:
        used = {code for it in self.clocks for code in it.starts | it.ends}
        if unknown := used - self.kinds.keys():
            raise ValueError(f"nobody can enter: {', '.join(sorted(unknown))}")

    def running(self, noted: Iterable[Noted]) -> list[Deadline]:
        """Return every clock that runs, the one that ends first before the others."""
        events = list(noted)
        found = [it for clock in self.clocks for it in _runs(clock, events, self.zone)]
        return sorted(found, key=lambda it: (it.ends_at is None, it.ends_at or 0))

    def read(self, typed: str) -> tuple[date, int | None] | None:
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

    def day_of(self, moment: int) -> date:
        """Return the day of a moment in this country."""
        return datetime.fromtimestamp(moment / SECOND, self.zone).date()

    def hour_of(self, moment: int) -> str:
        """Return a moment as it is typed here: `2026-11-25 14:30`."""
        return f"{datetime.fromtimestamp(moment / SECOND, self.zone):%Y-%m-%d %H:%M}"


NO_CLOCKS = Clocks(ZoneInfo("UTC"), {}, ())
"""Of a country whose rules nobody has read yet."""


def _runs(clock: Clock, events: list[Noted], zone: ZoneInfo) -> list[Deadline]:
    """Return what runs by one clock: once, or for each start that nothing has answered."""
    ends = [it for it in events if it.code in clock.ends]
    open_ = [
        it
        for it in events
        if it.code in clock.starts and not any(_answers(clock, end, it) for end in ends)
    ]
    if not open_:
        return []
    if clock.renews:
        return [_deadline(clock, max(open_, key=lambda it: it.moment(zone)), len(open_), zone)]
    return [_deadline(clock, it, 1, zone) for it in open_]


def _answers(clock: Clock, end: Noted, start: Noted) -> bool:
    """Tell whether something ended what had started.

    By the day; by the hour where both are known. What lies ahead is ended by what was entered
    after it.
    """
    if isinstance(clock.span, On) and not clock.span.is_begin:
        return end.number > start.number
    if end.day == start.day and end.at is not None and start.at is not None:
        return end.at >= start.at
    return end.day >= start.day


def _deadline(clock: Clock, since: Noted, times: int, zone: ZoneInfo) -> Deadline:
    span = clock.span
    if isinstance(span, Times):
        return Deadline(clock, since, times=times)
    if isinstance(span, Hours):
        ends_at = since.moment(zone) + span.count * HOUR
        last = datetime.fromtimestamp((ends_at - 1) / SECOND, zone).date()
        return Deadline(clock, since, last, ends_at)
    last = last_day(since.day, span)
    is_begin = isinstance(span, On) and span.is_begin
    at = since.at if is_begin and since.at is not None else None
    ends_at = begin_of(last if is_begin else last + timedelta(days=1), zone)
    opens = None if clock.opens is None else months_on(last, -clock.opens.count)
    return Deadline(clock, since, last, ends_at if at is None else at, opens)


def last_day(day: date, span: Days | Months | On) -> date:
    """Return the last day of a span that something on this day has started."""
    if isinstance(span, Days):
        return day + timedelta(days=span.count)
    if isinstance(span, Months):
        return months_on(day, span.count) - timedelta(days=span.is_first_counted)
    return day


def months_on(day: date, count: int) -> date:
    """Return the same day of a month so many months on; its last where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + count, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def begin_of(day: date, zone: ZoneInfo) -> int:
    """Return the first instant of a day."""
    return int(datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()) * SECOND
