"""Client that sends commands to the dispatcher and waits for their results."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from msgspec.structs import replace

from bot.clock import SECOND
from bot.desks.web.form_nonces import digest_of, take_nonce
from bot.desks.web.live.event_log import (
    DESK_PREFIX,
    CommandResult,
    EventLog,
    log_delays_changed,
)
from bot.hotline.commands.registry import COMMANDS
from bot.hotline.commands.store import StaffCommands, begin_due, delay_command, submit_command
from bot.store.faults import ignore_store_errors

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine

    from bot.clock import Clock
    from bot.hotline.commands.types import Command
    from bot.store.writer import Work, Writer
    from bot.vault import Vault

REPLY_TIMEOUT = 6.0
"""Seconds to wait for a result: the dispatcher looks twice a second, and may be busy."""
TICKET_LENGTH = 32
TIMER_MARGIN = 0.02
"""Seconds by which a timer is later than the moment it stands for, never earlier."""


@dataclass(eq=False)
class CommandClient:
    """Stores commands and returns what came of them."""

    writer: Writer
    vault: Vault
    clock: Clock
    wake_dispatcher: Callable[[], Awaitable[None]] | None = None
    """Has the bot look at once, where it runs in this process."""
    _waiting: dict[str, set[asyncio.Future[CommandResult]]] = field(default_factory=dict)
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)

    async def send(self, command: Command, nonce: str = "") -> CommandResult | None:
        """Store a command and return its result; None if there is none in time.

        The command is durable when this returns: it is carried out as soon as the bot runs. With a
        nonce, an equal command is stored once; the others get its result.

        Raises:
            sqlite3.OperationalError, CommitFailedError: it is not stored.
        """
        # A file is the same by its id: cleaned twice, its bytes may differ.
        content = replace(command, uploads=tuple(it.id for it in command.uploads))
        digest = digest_of(nonce, content) if nonce else secrets.token_bytes(32)
        ticket = digest.hex()[:TICKET_LENGTH]
        sent = replace(command, reply_to=DESK_PREFIX + ticket)
        answer: asyncio.Future[CommandResult] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(ticket, set()).add(answer)
        try:
            now = self.clock.now()
            known = await self.writer.run(lambda work: self._store(work, sent, digest, ticket, now))
            if known is not None:
                return known
            self.wake()
            async with asyncio.timeout(REPLY_TIMEOUT):
                return await answer
        except TimeoutError:
            return None
        finally:
            self._waiting[ticket].discard(answer)
            if not self._waiting[ticket]:
                del self._waiting[ticket]

    async def delay(self, command: Command, nonce: str, seconds: float) -> None:
        """Store a command that counts after some seconds, in which it can be taken back.

        It is durable when this returns, and an equal one is stored once. If this process ends
        before its moment, the bot's process lets it count.

        Raises:
            sqlite3.OperationalError, CommitFailedError: it is not stored.
        """
        digest = digest_of(nonce, command)
        sent = replace(command, reply_to=DESK_PREFIX + digest.hex()[:TICKET_LENGTH])
        now = self.clock.now()
        due_at = now + int(seconds * SECOND)

        def store(work: Work) -> None:
            if take_nonce(work, digest, now):
                self._send_delayed(work, sent, now)
                delay_command(work, self.vault, sent, due_at)
                log_delays_changed(work, sent.case, now)

        await self.writer.run(store)
        self._in_background(self._begin_due(seconds))

    async def _begin_due(self, seconds: float) -> None:
        await asyncio.sleep(seconds + TIMER_MARGIN)
        with ignore_store_errors():  # the bot's process looks as well
            if await self.writer.run(lambda work: begin_due(work, self.clock.now())):
                self.wake()

    def _send_delayed(self, work: Work, command: Command, now: int) -> None:
        """Let what its caseworker delayed in the same case count before a command."""
        if not command.case or not COMMANDS[command.verb].follows_letters:
            return
        commands = StaffCommands(self.vault)
        for earlier in commands.take_delayed(work, command.by, command.case):
            submit_command(work, self.vault, earlier, now)

    def _store(
        self, work: Work, command: Command, digest: bytes, ticket: str, now: int
    ) -> CommandResult | None:
        """Store a command, and return nothing; or return the result of the one that is equal."""
        if not take_nonce(work, digest, now):
            return EventLog(self.vault).result_of(work, ticket)
        self._send_delayed(work, command, now)
        submit_command(work, self.vault, command, now)
        return None

    def wake(self) -> None:
        """Have the bot look; the command is stored, whatever goes wrong there."""
        if self.wake_dispatcher is not None:
            self._in_background(self._wake_quietly(self.wake_dispatcher))

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    @staticmethod
    async def _wake_quietly(wake: Callable[[], Awaitable[None]]) -> None:
        with ignore_store_errors():  # the dispatcher looks again by itself
            await wake()

    def deliver_result(self, ticket: str, result: CommandResult) -> bool:
        """Give a result to the requests that wait for it; tell whether there was one."""
        waiting = [it for it in self._waiting.get(ticket, ()) if not it.done()]
        for answer in waiting:
            answer.set_result(result)
        return bool(waiting)
