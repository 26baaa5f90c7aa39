"""Office hours: hours of the day, days of the week, and holidays."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

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

    def _open_spans(self, day: date, days: int) -> Iterator[tuple[datetime, datetime]]:
        """Yield the open spans, from those of the day before on."""
        if self._begins is None:
            return
        for ahead in range(-1, days + 1):
            begins_on = day + timedelta(days=ahead)
            if begins_on.isoweekday() not in self._days or begins_on in self._holidays:
                continue
            over_midnight = self._ends <= self._begins
            ends_on = begins_on + timedelta(days=1) if over_midnight else begins_on
            yield (
                datetime.combine(begins_on, self._begins, self._zone),
                datetime.combine(ends_on, self._ends, self._zone),
            )
