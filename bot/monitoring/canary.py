"""The canary's rounds: an update every five minutes, from the inbox to the channel's door."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from bot.clock import SECOND
from bot.log import log
from bot.mailbox.canary import CANARY_CHAT, canary_arrival, delete_canary

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.mailbox.canary import CanaryChannel
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.store.writer import Writer
    from bot.vault import Vault


@dataclass(frozen=True, slots=True)
class CanaryTimes:
    """When the canary comes, in seconds."""

    first: float = 60.0
    """After the start: what an earlier process left waiting comes first."""
    period: float = 300.0
    late: float = 60.0
    """How long a round may take before it has failed."""


@dataclass(slots=True)
class CanaryRecord:
    """What came of the canary, over all Apps of a process."""

    clock: Clock
    passed_at: float = field(init=False)
    """When a round succeeded last, by the monotonic clock; before the first: the start."""
    seconds: float | None = None
    """How long the last successful round took; None before the first."""
    failures: int = 0
    is_failing: bool = False

    def __post_init__(self) -> None:
        self.passed_at = self.clock.monotonic()


class Inlet(Protocol):
    """Takes updates."""

    async def receive(self, arrivals: Sequence[Arrival], next_update_id: int | None = None) -> None:
        """Take updates; return when they are durable."""


@dataclass(frozen=True)
class Canary:
    """Sends the canary through one App."""

    channel: CanaryChannel
    inlet: Inlet
    """The dispatcher; or what stores for workers, in a process that answers no one."""
    inbox: Inbox
    vault: Vault
    writer: Writer
    clock: Clock

    async def run(self, record: CanaryRecord, times: CanaryTimes) -> None:
        """Send the canary again and again, until cancelled."""
        await self._delete()
        await asyncio.sleep(times.first)
        while True:
            await self.send(record, times.late)
            await asyncio.sleep(times.period)

    async def send(self, record: CanaryRecord, late: float) -> None:
        """Send the canary once; log a failure, and the first success after one."""
        begun = self.clock.monotonic()
        try:
            async with asyncio.timeout(late):
                await self._send()
        except Exception as error:  # noqa: BLE001 - a failed round is recorded, and ends nothing
            record.failures, record.is_failing = record.failures + 1, True
            seconds = self.clock.monotonic() - begun
            log.error("canary_failed", error=type(error).__name__, seconds=seconds)
            return
        record.passed_at = self.clock.monotonic()
        record.seconds = record.passed_at - begun
        if record.is_failing:
            record.is_failing = False
            log.info("canary_passed", seconds=record.seconds)

    async def _send(self) -> None:
        await self._delete()  # what a round that failed has left
        self.channel.arrived.clear()
        await self.inlet.receive([canary_arrival(self.clock.now() // SECOND)])
        await self.channel.arrived.wait()
        await self._delete()

    async def _delete(self) -> None:
        key = self.vault.chat_key(self.inbox.bot, CANARY_CHAT)
        await self.writer.run(lambda work: delete_canary(work, self.inbox.bot, key))
