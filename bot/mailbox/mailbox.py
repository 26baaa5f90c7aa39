"""Everything that waits, in one object: updates, letters, passphrases to be hashed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.mailbox.fair_queue import FairQueue
from bot.mailbox.outbox import OutboxResults

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.mailbox.inbox import Inbox
    from bot.mailbox.outbox import Outbox
    from bot.mailbox.passphrase_jobs import PassphraseJobs


@dataclass(frozen=True)
class Mailbox:
    """The queues of one bot."""

    inbox: Inbox
    outbox: Outbox
    passphrase_jobs: PassphraseJobs
    results: OutboxResults = field(default_factory=OutboxResults)
    fair_queue: FairQueue = field(default_factory=FairQueue)


async def wait_until(is_done: Callable[[], bool]) -> None:
    """Wait until a condition holds; only a stopping process and tests wait like this."""
    while True:
        if is_done():
            return
        await asyncio.sleep(0.005)
