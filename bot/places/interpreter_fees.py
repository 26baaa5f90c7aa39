"""What an interpreter is paid for a session, by a rule of the law as data. Pure, whole numbers.

A session is paid in blocks: first the first hours as one, then each hour. A block that touches the
night is paid at night; the rest of an hour that is less than half of one is paid by half.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bot.clock import MINUTE, SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date, tzinfo

    from bot.text import Text

HOUR_MINUTES, DAY_MINUTES = 60, 24 * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeRule:
    """A rule by which interpreters are paid, with its source."""

    code: str
    title: Text
    """For staff: whom the rule is for."""
    source: str
    read_on: date
    first_hours: int
    """How many hours are paid as one, however short the session was."""
    first_fee: int
    """For the first hours by day, in whole units of the currency."""
    hour_fee: int
    """For each hour after them by day; an even number, because half of it is paid too."""
    night_factor: int
    """By which a block is multiplied that touches the night."""
    night_begins: int
    """Hour of the day."""
    night_ends: int
    """Hour of the next day."""

    def fee(self, began_at: int, ended_at: int, zone: tzinfo) -> SessionFee:
        """Return what a session is paid; both moments are microseconds since 1970, UTC.

        Begun minutes do not count. A session of less than a minute is paid nothing.
        """
        minutes = max(ended_at - began_at, 0) // MINUTE
        begin = _minute_of_day(began_at, zone)
        amount = sum(self._block_fee(begin, *block) for block in self._blocks(minutes))
        night = sum(map(self.is_night, range(begin, begin + minutes)))
        return SessionFee(minutes, night, amount)

    def is_night(self, minute: int) -> bool:
        """Return whether a minute, counted from a midnight, belongs to the night."""
        hour = minute % DAY_MINUTES // HOUR_MINUTES
        return hour >= self.night_begins or hour < self.night_ends

    def _blocks(self, minutes: int) -> Iterator[tuple[int, int]]:
        """Yield the blocks of a session: the first minute of each, and the one after its last."""
        end = min(minutes, self.first_hours * HOUR_MINUTES)
        if minutes:
            yield 0, end
        while end < minutes:
            begin, end = end, min(end + HOUR_MINUTES, minutes)
            yield begin, end

    def _block_fee(self, session_begin: int, begin: int, end: int) -> int:
        is_night = any(map(self.is_night, range(session_begin + begin, session_begin + end)))
        fee = self.first_fee if begin == 0 else self.hour_fee
        if begin and (end - begin) * 2 < HOUR_MINUTES:
            fee //= 2
        return fee * (self.night_factor if is_night else 1)


@dataclass(frozen=True, slots=True)
class SessionFee:
    """What one session is paid."""

    minutes: int
    night_minutes: int
    """Of these, how many were in the night."""
    amount: int


def _minute_of_day(moment: int, zone: tzinfo) -> int:
    at = datetime.fromtimestamp(moment // SECOND, zone)
    return at.hour * HOUR_MINUTES + at.minute
