"""Commands on their way to the bot, and what came of each: asked for by a ticket."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from msgspec.structs import replace

from bot.desks.web.live.event_log import HERE
from bot.dispatch.staff_service import write_down

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.clock import Clock
    from bot.desks.web.live.event_log import Told
    from bot.hotline.commands.types import Command
    from bot.mailbox.inbox import Inbox
    from bot.store.writer import Writer

PATIENCE = 6.0
"""Seconds an answer is waited for: the bot looks twice a second, and may be busy."""


class Post:
    """Writes commands down and hears what came of them."""

    def __init__(self, writer: Writer, inbox: Inbox, clock: Clock) -> None:
        self._writer = writer
        self._inbox = inbox
        self._clock = clock
        self._asked: dict[str, asyncio.Future[Told]] = {}
        self.nudge: Callable[[], Awaitable[None]] | None = None
        """Has the bot look at once, where it runs in this process."""

    async def send(self, command: Command) -> Told | None:
        """Write a command down; return what came of it, None where the bot did not say in time.

        It is durable when this returns, and is carried out as soon as the bot runs.
        """
        ticket = secrets.token_hex(8)
        answer: asyncio.Future[Told] = asyncio.get_running_loop().create_future()
        self._asked[ticket] = answer
        written = replace(command, at_desk=HERE + ticket)
        try:
            now = self._clock.now()
            await self._writer.run(lambda work: write_down(work, self._inbox, written, now))
            if self.nudge is not None:
                await self.nudge()
            async with asyncio.timeout(PATIENCE):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._asked.pop(ticket, None)

    def answered(self, ticket: str, told: Told) -> None:
        """Tell whoever waits what came of their command."""
        answer = self._asked.get(ticket)
        if answer is not None and not answer.done():
            answer.set_result(told)
