"""Telegram's own clock, told by the date of its answers; ours may have been set wrong."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.clock import SECOND

if TYPE_CHECKING:
    from bot.clock import Clock


class ServerTime:
    """Hears every answer's date; between two answers it goes on by the machine's steady clock."""

    __slots__ = ("_clock", "_last_date")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last_date = ("", 0.0)
        """Both at once: the loop hears, the database's thread asks."""

    def note_date(self, date: str) -> None:
        """Note the date of an answer that has just come, as HTTP writes it; empty: it has none."""
        if date:
            self._last_date = date, self._clock.monotonic()

    def now(self) -> int | None:
        """Return Telegram's moment, microseconds since 1970; None while it has told none."""
        date, heard = self._last_date
        said = _parse_date(date)
        return None if said is None else said + int((self._clock.monotonic() - heard) * SECOND)


@lru_cache(maxsize=2)
def _parse_date(date: str) -> int | None:
    try:
        return int(parsedate_to_datetime(date).timestamp()) * SECOND
    except (ValueError, OverflowError):
        return None
