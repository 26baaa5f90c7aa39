"""Client that sends commands to the dispatcher and waits for their results."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.desks.web.live.event_log import DESK_PREFIX, CommandResult
from bot.hotline.commands.store import submit_command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.hotline.commands.types import Command
    from bot.store.writer import Writer
    from bot.vault import Vault

REPLY_TIMEOUT = 6.0
"""Seconds to wait for a result: the dispatcher looks twice a second, and may be busy."""


@dataclass(eq=False)
class CommandClient:
    """Stores commands and returns what came of them."""

    writer: Writer
    vault: Vault
    clock: Clock
    wake_dispatcher: Callable[[], Awaitable[None]] | None = None
    """Has the bot look at once, where it runs in this process."""
    _waiting: dict[str, asyncio.Future[CommandResult]] = field(default_factory=dict)

    async def send(self, command: Command) -> CommandResult | None:
        """Store a command and return its result; None if there is none in time.

        The command is durable when this returns: it is carried out as soon as the bot runs.
        """
        ticket = secrets.token_hex(8)
        answer: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = answer
        sent = replace(command, reply_to=DESK_PREFIX + ticket)
        try:
            now = self.clock.now()
            await self.writer.run(lambda work: submit_command(work, self.vault, sent, now))
            if self.wake_dispatcher is not None:
                await self.wake_dispatcher()
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(ticket, None)

    def deliver_result(self, ticket: str, result: CommandResult) -> None:
        """Give a result to the request that waits for it."""
        answer = self._waiting.get(ticket)
        if answer is not None and not answer.done():
            answer.set_result(result)
