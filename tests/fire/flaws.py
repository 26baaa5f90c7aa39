"""What can be broken on purpose: without it nobody knows that the checks would notice.

Each flaw changes one thing in this process, before the bot is put together.
"""

from __future__ import annotations

import asyncio
import os
import resource
from typing import TYPE_CHECKING

from bot.channels.telegram.offset import AfterCommit, end_of
from bot.dispatch.turning import Turning
from bot.mailbox.inbox import Inbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from bot.channels.telegram.split import Raw
    from bot.dispatch.turning import Effects
    from bot.mailbox.inbox import Arrival
    from bot.messages import Update
    from bot.store.writer import Work

    Receive = Callable[[Sequence[Raw]], Awaitable[None]]

SLOW_DISK = 0.25
"""Seconds."""


def break_on_purpose(flaw: str) -> None:
    """Break what is named, e.g. `forgets` or `dies_over:rice`."""
    kind, _, value = flaw.partition(":")
    KNOWN[kind](value)


def _confirms_early(_value: str) -> None:
    """Ask for the next batch, and so confirm this one, while it is still being kept.

    Keeping takes as long as on a slow disk: longer than it takes until a kill that was to meet it.
    """
    unfinished: set[asyncio.Future[None]] = set()

    async def keep(batch: Sequence[Raw], receive: Receive) -> None:
        await asyncio.sleep(SLOW_DISK)
        await receive(batch)

    async def settle(
        _self: AfterCommit, batch: Sequence[Raw], asked: int | None, receive: Receive
    ) -> int | None:
        keeping = asyncio.ensure_future(keep(batch, receive))
        unfinished.add(keeping)
        keeping.add_done_callback(unfinished.discard)
        return end_of(batch, asked)

    AfterCommit.settle = settle


def _forgets(_value: str) -> None:
    """Take whatever comes again for new."""

    def unseen(_self: Inbox, _work: Work, arrivals: Iterable[Arrival]) -> list[Arrival]:
        return list(arrivals)

    Inbox.unseen = unseen


def _dies_over(word: str) -> None:
    """End the process, without a word, over an update that holds the word."""
    healthy = Turning.take

    def take(self: Turning, update: Update) -> Effects:
        if word in update.words:
            os._exit(86)
        return healthy(self, update)

    Turning.take = take


def _has_room_for(size: str) -> None:
    """Let no file grow beyond this many bytes, as on a full disk."""
    _, most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), most))


KNOWN: dict[str, Callable[[str], None]] = {
    "confirms_early": _confirms_early,
    "forgets": _forgets,
    "dies_over": _dies_over,
    "has_room_for": _has_room_for,
}
