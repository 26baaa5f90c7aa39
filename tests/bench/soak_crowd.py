"""A Telegram on this machine, and people who come and go there: `soak_crowd RATE`.

A process of its own, so that what it keeps is not in the memory of the bot that is soaked. It
prints its address, then every second how many messages were written, until it is ended.
"""

from __future__ import annotations

import asyncio
import sys
import time
from itertools import count
from random import Random
from typing import TYPE_CHECKING, Final

from bot.sandbox import Sandbox, serve
from tests.fire.walkers.numbered_walkers import NumberedWalker

if TYPE_CHECKING:
    from collections.abc import Iterator

PEOPLE: Final = 400
"""Who write at the same time, each in turn."""
LINES: Final = 22
"""What each writes before another comes."""


async def crowd(rate: float) -> None:
    """Let people write so many messages a second, without end."""
    sandbox = Sandbox(seed=1, keep_calls=100)
    async with serve(sandbox) as address:
        _say(address)
        numbers = count(1)
        writing = [_person(sandbox, next(numbers)) for _ in range(PEOPLE)]
        began, written = time.monotonic(), 0
        while True:
            while written < (time.monotonic() - began) * rate:
                place = written % PEOPLE
                if not next(writing[place], False):
                    writing[place] = _person(sandbox, next(numbers))
                    next(writing[place])
                written += 1
                if written % round(rate) == 0:
                    _say(str(written))
            await asyncio.sleep(0.01)


def _person(sandbox: Sandbox, number: int) -> Iterator[bool]:
    """Yield after each line that a new person has written."""
    phone = sandbox.add_phone(f"Sari {number}", language="en")
    for act in NumberedWalker(phone, Random(number), presses=False, acts=LINES).acts:
        phone.say(act.words)
        yield True


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(crowd(float(sys.argv[1])))
