"""A flood, and people who write at their own pace in the midst of it; time is simulated.

What is written waits with Telegram, first come first served, and is fetched a hundred at a time; a
turn costs what it costs on a small machine with a slow disk, far less than the flood would take.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict, deque
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING, Any, TypeVar

from bot.clock import SECOND
from bot.dispatch.batch import BatchResult
from bot.mailbox.courier import Courier
from bot.mailbox.fair_queue import FairQueue
from bot.mailbox.inbox import Arrival
from bot.mailbox.rate_limit import RateLimits
from bot.messages import SendText
from tests.support.database_fixtures import BusyReportingWriter
from tests.support.harnesses.hotline_harness import HotlineHarness
from tests.support.people.chat_person import ChatPerson, update_json
from tests.support.telegram.recording_channel import FINE, DeliveryFault

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from bot.mailbox.letter import Letter
    from bot.messages import Body
    from bot.store.writer import Work

T = TypeVar("T")
TICK = 0.05
TRIP = 0.02
"""Seconds a question to Telegram takes."""
FETCHED = 100
"""Updates it hands over at most."""
A_TURN, KEEPING = 0.001, 0.0001
"""Seconds a turn takes, and keeping an update for later: a thousand turns a second, and no more."""
SENDING, TURNS = "sending", "turns"
"""What may serve whoever comes first."""
LONGEST = 5.0
"""Seconds within which 99 of 100 answers to people begin to arrive."""
MOST_WRITTEN = 15
"""Messages of one person, after whom another comes: flood or not, whoever writes more than 20 in a
row that answer nothing is answered twice a minute (`MAX_BURSTS`)."""
GRACE = 30.0
"""Seconds after the flood in which whoever was not answered may still be."""


@dataclass(frozen=True)
class FloodPlan:
    """Who writes how often, and for how long."""

    senders: int = 200
    each_second: float = 10.0
    people: int = 50
    pause: float = 20.0
    """Seconds between two messages of a person, on average."""
    seconds: float = 600.0
    seed: int = 1
    flaw: str = ""
    """Where whoever comes first is served first, in one line for everybody."""
    slowness: float = 1.0
    """How many times longer a turn takes: a slower machine is flooded by fewer messages."""
    database: str = "sqlite"


@dataclass
class FloodResult:
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


class UnfairCourier(Courier):
    """Whoever comes first is served first."""

    def _lane_of(self, letter: Letter) -> int:
        return letter.lane


class UnfairQueue(FairQueue):
    """Whoever comes first is answered first."""

    def admit(
        self, arrivals: Sequence[tuple[int, Arrival]], _now: float
    ) -> tuple[list[Arrival], list[tuple[int, Arrival]]]:
        return [arrival for _, arrival in arrivals], []


class SlowWriter(BusyReportingWriter):
    """A writer whose work takes time, as the loop tells it."""

    slowness = 1.0

    async def run(self, unit: Callable[[Work], T]) -> T:
        done = await super().run(unit)
        await asyncio.sleep(_seconds_of(done) * self.slowness)
        return done


def _seconds_of(done: Any) -> float:
    match done:
        case BatchResult():
            return done.handled_count * A_TURN
        case (BatchResult() as taken, list() as later):
            return float(taken.handled_count * A_TURN + len(later) * KEEPING)
    return 0.0


def simulate_flood(plan: FloodPlan, folder: Path) -> FloodResult:
    """Let a flood come over a house, and note how long each person waited for an answer."""
    home = HotlineHarness(folder, kind=plan.database, limits=RateLimits())
    writer = home.database.writer
    writer.__class__ = SlowWriter
    writer.slowness = plan.slowness  # type: ignore[attr-defined]
    if plan.flaw == SENDING:
        home.house.courier.__class__ = UnfairCourier
    if plan.flaw == TURNS:
        home.house.dispatcher._queue.__class__ = UnfairQueue
    waits: deque[Arrival] = deque()
    fetching = home.loop.create_task(_fetch(home, waits))
    found, dice = FloodResult(), Random(plan.seed)
    attackers = [home.person() for _ in range(plan.senders)]
    waiting: dict[int, deque[int]] = defaultdict(deque)
    written_by: Counter[int] = Counter()
    people = [home.person() for _ in range(plan.people)]

    def fate(chat: int, body: Body) -> DeliveryFault:
        if isinstance(body, SendText):
            while waiting[chat]:  # an answer is to all that was written before it
                found.waits.append((home.loop.now() - waiting[chat].popleft()) / SECOND)
        return FINE

    home.post.fate = fate
    due = [dice.uniform(0, plan.pause) for _ in people]
    owed = 0.0
    for tick in range(int(plan.seconds / TICK)):
        owed += plan.senders * plan.each_second * TICK
        written = [(dice.choice(attackers), 0) for _ in range(int(owed))]
        found.sent += int(owed)
        owed -= int(owed)
        for place, person in enumerate(people):
            if due[place] > tick * TICK:
                continue
            due[place] += dice.uniform(0.8, 1.2) * plan.pause
            written.insert(dice.randrange(len(written) + 1), (person, 1))
            waiting[person.id].append(home.loop.now())
            found.asked += 1
            written_by[person.id] += 1
            if written_by[person.id] == MOST_WRITTEN:
                people[place] = home.person()
        waits.extend(_written(home, who) for who, _ in written)
        home.run(home.close_writer_idle(TICK))
    home.run(home.close_writer_idle(GRACE))
    found.unanswered = sum(map(len, waiting.values()))
    assert not fetching.done()
    home.crash()  # what the flood is still owed interests nobody
    return found


def _written(home: HotlineHarness, person: ChatPerson) -> Arrival:
    number = home.next_update
    home.next_update += 1
    return Arrival.of(number, update_json(number, person.words("please help me")))


async def _fetch(home: HotlineHarness, waits: deque[Arrival]) -> None:
    """Ask Telegram again and again, and confirm what was kept."""
    while True:
        await asyncio.sleep(TRIP)
        part = [waits.popleft() for _ in range(min(FETCHED, len(waits)))]
        if part:
            await home.house.dispatcher.receive(part, part[-1].update_id + 1)
