"""How long people wait for an answer, by what is done to the machines meanwhile."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.sandbox import Phone

LOOK_EVERY = 0.02
"""Seconds between two looks at the phones."""


@dataclass
class AnswerTimes:
    """Watches phones: from a person's words until the next line of the bot."""

    phones: Sequence[Phone]
    during: str = ""
    """What is done to the machines at the moment."""
    waited: dict[str, list[float]] = field(default_factory=dict)
    """Seconds of each answer, by what was done when the words were written."""
    _since: dict[int, tuple[float, str]] = field(default_factory=dict)

    async def watch(self) -> None:
        """Look at the phones until cancelled."""
        while True:
            self.look(time.monotonic())
            await asyncio.sleep(LOOK_EVERY)

    def look(self, now: float) -> None:
        """Note who waits since when, and who was answered."""
        for phone in self.phones:
            messages = phone.chat.messages
            if not messages or messages[max(messages)]["from"]["is_bot"]:
                if (began := self._since.pop(phone.id, None)) is not None:
                    self.waited.setdefault(began[1], []).append(now - began[0])
            else:
                self._since.setdefault(phone.id, (now, self.during))

    def longest_open(self, now: float) -> float:
        """Return how long the one has waited who waits longest, in seconds; 0 if nobody does."""
        return max((now - since for since, _during in self._since.values()), default=0.0)

    def part(self, during: str, share: float) -> float:
        """Return the seconds within which this share was answered; 0 if nobody wrote."""
        found = sorted(self.waited.get(during, ()))
        return round(found[min(len(found) - 1, int(len(found) * share))], 2) if found else 0.0
