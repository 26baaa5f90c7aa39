"""The sandbox's own time: somebody else's clock, moved by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND

if TYPE_CHECKING:
    from bot.clock import Clock


class ShiftedClock:
    """Tells another clock's moment, shifted by every jump so far.

    It is a `bot.clock.Clock` itself, so that a demo can hand it to the bot and both jump together.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = 0

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return self._base.now() + self._shift

    def monotonic(self) -> float:
        """Return seconds that only ever grow, for spans."""
        return self._base.monotonic() + self._shift / SECOND

    def seconds(self) -> int:
        """Return whole seconds since 1970, as every `date` of the Bot API is written."""
        return self.now() // SECOND

    def jump(self, seconds: float) -> None:
        """Let that much time pass at once."""
        self._shift += int(seconds * SECOND)
