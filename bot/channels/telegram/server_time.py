"""Telegram's time, from the date of its responses, in case the local clock is wrong."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.clock import SECOND

if TYPE_CHECKING:
    from bot.clock import Clock


class ServerTime:
    """Notes the date of every response, and adds the monotonic time since then."""

    __slots__ = ("_clock", "_last_date")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_date = ("", 0.0)
        """One tuple, because the event loop writes it and the database's thread reads it."""

    def note_date(self, date: str) -> None:
        """Note the `Date` header of a response that has just arrived; may be empty."""
        if date:
            self._last_date = date, self._clock.monotonic()

    def now(self) -> int | None:
        """Return Telegram's time, microseconds since 1970; None before the first response."""
        date, noted_at = self._last_date
        time = _parse_date(date)
        return None if time is None else time + int((self._clock.monotonic() - noted_at) * SECOND)


@lru_cache(maxsize=2)
def _parse_date(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return None
