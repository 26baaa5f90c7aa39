"""What a front does with updates: it stores them, sealed, and answers nothing.

What several callers hand in while a commit is under way is stored by the next one, all together.
Fronts may receive the same update, and in any order: the unique key of the inbox keeps it once, and
a worker takes the updates of a chat in the order of their ids (`chat_worker`).
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from bot.clock import SECOND
from bot.store.changes import WORKERS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.clock import Clock
    from bot.mailbox.inbox import Arrival, Inbox
    from bot.store.writer import Work, Writer

MAX_STORED = 256
"""Updates stored by one commit."""


class UpdateReceiver:
    """Stores what arrives, and returns to the caller once it is durable."""

    def __init__(
        self, inbox: Inbox, chat_key_of: Callable[[Arrival], bytes | None], writer: Writer,
        clock: Clock, hold: float = 0.0,
    ) -> None:  # fmt: skip
        """Take the inbox and what tells the chat of an update.

        `hold` is the seconds for which a chat is left alone after its first update, so that what
        was sent before it and arrives after it is answered before it.
        """
        self._inbox = inbox
        self._chat_key_of = chat_key_of
        self._writer = writer
        self._clock = clock
        self._hold = int(hold * SECOND)
        self._waiting: list[tuple[Sequence[Arrival], asyncio.Future[None]]] = []
        self._working: asyncio.Task[None] | None = None

    async def receive(self, arrivals: Sequence[Arrival], next_update_id: int | None = None) -> None:
        """Store arrivals; return when they are durable.

        Raises:
            CommitFailedError: they are not; the caller must not say that it has them.
        """
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((arrivals, done))
        if self._working is None:
            self._working = asyncio.get_running_loop().create_task(self._work())
        await done
        if next_update_id is not None:
            self._inbox.note_offset(next_update_id)

    async def _work(self) -> None:
        try:
            while self._waiting:
                await self._store_group(self._next_group())
        finally:
            self._working = None

    def _next_group(self) -> list[tuple[Sequence[Arrival], asyncio.Future[None]]]:
        count = size = 0
        for arrivals, _ in self._waiting:
            if size and count + len(arrivals) > MAX_STORED:
                break
            size, count = size + 1, count + len(arrivals)
        group, self._waiting = self._waiting[:size], self._waiting[size:]
        return group

    async def _store_group(
        self, group: Sequence[tuple[Sequence[Arrival], asyncio.Future[None]]]
    ) -> None:
        arrivals = [arrival for part, _ in group for arrival in part]
        error: Exception | None = None
        try:
            await self._writer.run(lambda work: self.store(work, arrivals))
        except Exception as caught:  # noqa: BLE001 - raised to every caller that waits
            error = caught
        for _, done in group:
            if done.done():
                continue
            if error is None:
                done.set_result(None)
            else:
                done.set_exception(error)

    def store(self, work: Work, arrivals: Sequence[Arrival]) -> None:
        """Store arrivals: those of chats for workers, all others for the leader."""
        now = self._clock.now()
        keyed, others = split_by_chat(arrivals, self._chat_key_of)
        if not others:
            work.only_for = WORKERS
        self._inbox.store_waiting(work, others, now)
        self._inbox.store_for_workers(work, keyed, now, now + self._hold if self._hold else 0)


def split_by_chat(
    arrivals: Sequence[Arrival], chat_key_of: Callable[[Arrival], bytes | None]
) -> tuple[list[tuple[bytes, Arrival]], list[Arrival]]:
    """Return the arrivals of people's chats with their keys, and those that belong to no chat."""
    keyed, others = [], []
    for arrival in arrivals:
        key = chat_key_of(arrival)
        if key is None:
            others.append(arrival)
        else:
            keyed.append((key, arrival))
    return keyed, others
