"""Everybody together: whose turn it is, and how fast they go on."""

from __future__ import annotations

import asyncio
from random import Random
from typing import TYPE_CHECKING

from tests.fire.walkers.numbered_walkers import NumberedWalker

if TYPE_CHECKING:
    from bot.sandbox import Sandbox

PAUSE = 0.002
"""Seconds between two looks at whether somebody can go on."""
LONGEST_PAUSE = 0.02
"""Seconds people wait at most between two things they do."""


class ConcurrentWalkers:
    """People doing one thing after the other, in no order but each one's own."""

    def __init__(self, sandbox: Sandbox, *, people: int, acts: int, seed: int) -> None:
        share, more = divmod(acts, people)
        self.walkers = [
            NumberedWalker(
                sandbox.add_phone(f"Sari {number}", language="en"),
                Random(f"{seed} walker {number}"),
                presses=bool(number % 2),
                acts=share + (number < more),
            )
            for number in range(people)
        ]
        self.allowed = 0
        """How many things may be done by now, all together."""
        self.done = 0
        self._dice = Random(f"{seed} crowd")

    @property
    def is_there(self) -> bool:
        return all(walker.is_there for walker in self.walkers)

    @property
    def messages(self) -> int:
        """How many messages all phones show."""
        return sum(len(walker.phone.chat.messages) for walker in self.walkers)

    async def walk(self) -> None:
        """Go on, as far as it is allowed, until everybody is there."""
        while not self.is_there:
            if not self._step():
                await asyncio.sleep(PAUSE)
            elif self._dice.random() < 0.5:
                await asyncio.sleep(self._dice.uniform(0, LONGEST_PAUSE))

    def _step(self) -> bool:
        if self.done >= self.allowed:
            return False
        on_the_way = [walker for walker in self.walkers if not walker.is_there]
        self._dice.shuffle(on_the_way)
        acted = any(walker.act() for walker in on_the_way)
        self.done += acted
        return acted
