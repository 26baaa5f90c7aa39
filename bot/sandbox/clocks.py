"""The sandbox's clock: another clock that can jump forward."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import SECOND

if TYPE_CHECKING:
    from bot.clock import Clock


class ShiftedClock:
    """Another clock's time plus all jumps so far.

    It is a `bot.clock.Clock`, so that a demo can pass it to the bot and both jump together.
    """

    def __init__(self, base: Clock) -> None:
        self._base = base
        self._shift = 0

    def now(self) -> int:
        """Return microseconds since 1970, UTC."""
        return self._base.now() + self._shift

    def monotonic(self) -> float:
        """Return seconds that never go back, for measuring spans."""
        return self._base.monotonic() + self._shift / SECOND

    def seconds(self) -> int:
        """Return whole seconds since 1970, as in every `date` of the Bot API."""
        return self.now() // SECOND

    def jump(self, seconds: float) -> None:
        """Move time forward by some seconds."""
        self._shift += int(seconds * SECOND)
