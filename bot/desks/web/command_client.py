"""Commands on their way to the bot, and what came of each: asked for by a ticket."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.desks.web.live.event_log import DESK_PREFIX
from bot.dispatch.staff_service import store_command

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.desks.web.live.event_log import CommandResult
    from bot.hotline.commands.types import Command
    from bot.mailbox.inbox import Inbox
    from bot.store.writer import Writer

REPLY_TIMEOUT = 6.0
"""Seconds an answer is waited for: the bot looks twice a second, and may be busy."""


class CommandClient:
    """Writes commands down and hears what came of them."""

    def __init__(self, writer: Writer, inbox: Inbox, clock: Clock) -> None:
        self._writer = writer
        self._inbox = inbox
        self._clock = clock
        self._waiting: dict[str, asyncio.Future[CommandResult]] = {}
        self.wake_dispatcher: Callable[[], Awaitable[None]] | None = None
        """Has the bot look at once, where it runs in this process."""

    async def send(self, command: Command) -> CommandResult | None:
        """Write a command down; return what came of it, None where the bot did not say in time.

        It is durable when this returns, and is carried out as soon as the bot runs.
        """
        ticket = secrets.token_hex(8)
        answer: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._waiting[ticket] = answer
        written = replace(command, reply_to=DESK_PREFIX + ticket)
        try:
            now = self._clock.now()
            await self._writer.run(lambda work: store_command(work, self._inbox, written, now))
            if self.wake_dispatcher is not None:
                await self.wake_dispatcher()
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._waiting.pop(ticket, None)

    def deliver_result(self, ticket: str, result: CommandResult) -> None:
        """Tell whoever waits what came of their command."""
        answer = self._waiting.get(ticket)
        if answer is not None and not answer.done():
            answer.set_result(result)
