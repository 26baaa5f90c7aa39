"""A flood, and people who write at their own pace in the midst of it; time is simulated."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.mailbox.courier import Courier
from bot.mailbox.inbox import Arrival
from bot.mailbox.limits import Limits
from bot.messages import Say
from tests.houses import Home
from tests.people import Person, raw
from tests.post import FINE, Mishap

if TYPE_CHECKING:
    from pathlib import Path

    from bot.mailbox.outbox import Letter
    from bot.messages import Body

TICK = 0.05
LONGEST = 5.0
"""Seconds within which 99 of 100 answers to people begin to arrive."""
GRACE = 30.0
"""Seconds after the flood in which whoever was not answered may still be."""


@dataclass(frozen=True)
class Plan:
    """Who writes how often, and for how long."""

    senders: int = 200
    each_second: float = 10.0
    people: int = 50
    pause: float = 20.0
    """Seconds between two messages of a person, on average."""
    seconds: float = 600.0
    seed: int = 1
    flaw: bool = False
    """Serve whoever comes first: one line for everybody."""


@dataclass
class Flood:
    """What happened."""

    sent: int = 0
    asked: int = 0
    waits: list[float] = field(default_factory=list)
    unanswered: int = 0

    @property
    def p99(self) -> float:
        """Return what 99 of 100 people waited at most, in seconds."""
        ordered = sorted(self.waits)
        return ordered[max(math.ceil(len(ordered) * 0.99) - 1, 0)] if ordered else math.inf


class OneLine(Courier):
    """Whoever comes first is served first."""

    def _lane_of(self, letter: Letter) -> int:
        return letter.lane


def flood(plan: Plan, folder: Path) -> Flood:
    """Let a flood come over a house, and note how long each person waited for an answer."""
    home = Home(folder, limits=Limits())
    if plan.flaw:
        home.house.courier.__class__ = OneLine
    found, dice = Flood(), Random(plan.seed)
    waiting: dict[int, deque[int]] = {}
    attackers = [home.person() for _ in range(plan.senders)]
    people = [home.person() for _ in range(plan.people)]
    waiting = {person.id: deque() for person in people}

    def fate(chat: int, body: Body) -> Mishap:
        if chat in waiting and isinstance(body, Say):
            while waiting[chat]:  # an answer is to all that was written before it
                found.waits.append((home.loop.now() - waiting[chat].popleft()) / SECOND)
        return FINE

    home.post.fate = fate
    due = {person.id: dice.uniform(0, plan.pause) for person in people}
    owed = 0.0
    for tick in range(int(plan.seconds / TICK)):
        owed += plan.senders * plan.each_second * TICK
        written = [(dice.choice(attackers), 0) for _ in range(int(owed))]
        found.sent += int(owed)
        owed -= int(owed)
        for person in people:
            if due[person.id] <= tick * TICK:
                due[person.id] += dice.uniform(0.5, 1.5) * plan.pause
                written.insert(dice.randrange(len(written) + 1), (person, 1))
                waiting[person.id].append(home.loop.now())
                found.asked += 1
        _receive(home, [who for who, _ in written])
        home.run(home.rest(TICK))
    home.run(home.rest(GRACE))
    found.unanswered = sum(map(len, waiting.values()))
    home.crash()  # what the flood is still owed interests nobody
    return found


def _receive(home: Home, written: list[Person]) -> None:
    arrivals = []
    for person in written:
        number = home.next_update
        home.next_update += 1
        arrivals.append(Arrival.of(number, raw(number, person.words("please help me"))))
    for place in range(0, len(arrivals), 100):
        part = arrivals[place : place + 100]
        home.run(home.house.dispatcher.receive(part, home.next_update))
