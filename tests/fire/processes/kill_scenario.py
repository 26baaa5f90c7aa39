"""A bot that is killed again and again, the people who write to it, and Telegram between them."""

from __future__ import annotations

import asyncio
import signal
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING

from bot.sandbox import Sandbox, serve
from tests.fire.delivery_findings import StoredDeployment
from tests.fire.processes.process_spawner import DeploymentProcesses
from tests.fire.walkers.concurrent_walkers import PAUSE, ConcurrentWalkers
from tests.support.database_fixtures import database_settings
from tests.support.harnesses.webhook_front import webhook_here

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from tests.fire.processes.process_spawner import BotProcess, ProcessSpawner

IN_THE_MIDST = 0.03
"""Seconds after a batch was handed over in which a kill is likely to meet it under way."""
LOOK_EVERY = 2.0
"""Seconds between two looks at whether enough was seen: each reads everything that is stored."""
LONGEST_WAIT = 0.5
"""Seconds in which somebody will have written, unless all wait for an answer that was lost."""
MOST_DISTURBED = 3
"""Batches in a row that Telegram delivers again, at most."""


@dataclass(frozen=True)
class KillPlan:
    """What is to happen."""

    kills: int = 10
    updates: int = 200
    people: int = 20
    seed: int = 1
    signal: int = signal.SIGKILL
    repeats: float = 0.1
    """How likely it is, in each life, that Telegram delivers something again."""
    flaws: str = ""
    """What is broken on purpose in every life."""
    patience: float = 20.0
    """Seconds without any change after which nothing more is waited for."""
    database: str = "sqlite"
    webhook: bool = False
    """Whether Telegram posts the updates."""


@dataclass
class KillProgress:
    """What has happened."""

    starting: int = 0
    """Kills before the first question for updates."""
    in_the_midst: int = 0
    """Kills while a batch was handed over and not confirmed."""
    ends: tuple[int, ...] = ()
    """What those processes ended with that no kill had ended."""


class KillScenario:
    """One deployment in trouble, from its first start to the rest at the end."""

    def __init__(
        self, plan: KillPlan, sandbox: Sandbox, nursery: DeploymentProcesses, **databases: str
    ) -> None:
        self.plan = plan
        self.sandbox = sandbox
        self.nursery = nursery
        self.course = KillProgress()
        self.crowd = ConcurrentWalkers(
            sandbox, people=plan.people, acts=plan.updates, seed=plan.seed
        )
        self.disk = StoredDeployment(nursery.data, nursery.key, **databases)
        self.has_seen_enough: Callable[[], object] = bool
        """Whether what was to be found is there, so that nothing more is waited for."""
        self._dice = Random(f"{plan.seed} instants")
        self._start = 0.1
        """Seconds from birth to the first question for updates, as seen last."""

    @asynccontextmanager
    async def people(self) -> AsyncIterator[None]:
        """Let people go on, as far as they are allowed, while this lasts."""
        walking = asyncio.create_task(self.crowd.walk())
        try:
            yield
        finally:
            walking.cancel()
            await asyncio.gather(walking, return_exceptions=True)

    async def run(self, tell: Callable[[int], None] = lambda _: None) -> None:
        """End the bot as often as planned while people go on, then let everything settle."""
        async with self.people():
            for number in range(1, self.plan.kills + 1):
                self.crowd.allowed = self.plan.updates * number // (self.plan.kills + 1)
                await self._one_life()
                tell(number)
            self.crowd.allowed = self.plan.updates
            await self.rest()

    async def rest(self, life: BotProcess | None = None) -> None:
        """Run the bot, begun anew whenever it ends, until nothing moves any more; then stop it.

        A process that is given goes on; it is the first.
        """
        life = life or await self.begin()
        await self._first_question(life)
        before, since = self._state(), time.monotonic()
        looked = since
        while not self._is_at_rest() and time.monotonic() - since < self.plan.patience:
            await asyncio.sleep(0.02)
            if time.monotonic() - looked > LOOK_EVERY:
                if self.has_seen_enough():
                    break
                looked = time.monotonic()
            if life.is_over:
                await self.note_end(life)
                life = await self.begin()
            if (now := self._state()) != before:
                before, since = now, time.monotonic()
        life.signal(signal.SIGTERM)
        await self.note_end(life)

    async def begin(self, flaws: str = "") -> BotProcess:
        """Start the bot on the data as they are."""
        self.sandbox.calls.clear()
        return await self.nursery.begin(flaws or self.plan.flaws)

    async def note_end(self, life: BotProcess) -> int:
        """Wait for a process to end, and return what it ended with."""
        ended = await life.ended()
        if ended != -signal.SIGKILL:
            self.course.ends += (ended,)
        return ended

    async def _one_life(self) -> None:
        self._disturb()
        life = await self.begin()
        await self._instant(life)
        self._note_instant()
        life.signal(self.plan.signal)
        await self.note_end(life)

    def _disturb(self) -> None:
        """Let Telegram deliver some of the next batches again, confirmed or not."""
        for trouble in ("again", "twice"):
            if self._dice.random() < self.plan.repeats:
                times = self._dice.randint(1, MOST_DISTURBED)
                setattr(self.sandbox.updates, trouble, times)
                self.sandbox.webhook.lost_answers = times

    async def _instant(self, life: BotProcess) -> None:
        """Wait for the instant to end it: any at all, or one shortly after a batch was taken."""
        updates = self.sandbox.updates
        before = updates.batches_sent  # not what is unconfirmed: a flaw may confirm it at once
        if self.plan.signal == signal.SIGKILL and self._dice.random() < 0.5:
            await asyncio.sleep(self._dice.uniform(0, 2 * self._start))
            return
        await self._first_question(life)
        await self.until(lambda: updates.batches_sent > before, life, LONGEST_WAIT)
        await asyncio.sleep(self._dice.uniform(0, IN_THE_MIDST))

    async def _first_question(self, life: BotProcess) -> None:
        born = time.monotonic()
        await self.until(self._has_asked, life, self.plan.patience)
        self._start = time.monotonic() - born

    async def until(
        self, happens: Callable[[], bool], life: BotProcess, most: float = 60.0
    ) -> None:
        """Wait until something happens, the process ends, or so many seconds are over."""
        began = time.monotonic()
        while not (happens() or life.is_over or time.monotonic() - began > most):  # noqa: ASYNC110
            await asyncio.sleep(PAUSE)  # it happens in the sandbox, which tells nobody

    def _has_asked(self) -> bool:
        return bool(self.sandbox.calls.of("setWebhook" if self.plan.webhook else "getUpdates"))

    def _note_instant(self) -> None:
        asked = self._has_asked()
        self.course.starting += not asked
        under_way = self.sandbox.updates._sent_count or self.sandbox.webhook.under_way
        self.course.in_the_midst += asked and bool(under_way)

    def _is_at_rest(self) -> bool:
        if not self.crowd.is_there or len(self.sandbox.updates):
            return False
        return not self.disk.waiting and not self.disk.unsent

    def _state(self) -> object:
        waiting = len(self.sandbox.updates)
        return self.crowd.done, waiting, self.crowd.messages, self.nursery.lives


@asynccontextmanager
async def kill_scenario(
    plan: KillPlan, folder: Path, nurse: ProcessSpawner
) -> AsyncIterator[KillScenario]:
    """Put everything up; nothing runs yet."""
    sandbox = Sandbox(seed=plan.seed, keep_calls=1000)
    async with serve(sandbox) as address:
        databases = database_settings(plan.database)
        webhook = webhook_here() if plan.webhook else {}
        sandbox.webhook.seconds = 0.01
        nursery = DeploymentProcesses(nurse, folder, address, **databases, **webhook)
        try:
            yield KillScenario(plan, sandbox, nursery, **databases)
        finally:
            await nursery.close()
