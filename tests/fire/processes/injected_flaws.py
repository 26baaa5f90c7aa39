"""What can be broken on purpose: without it nobody knows that the checks would notice.

Each flaw changes one thing in this process, before the bot is put together.
"""

from __future__ import annotations

import asyncio
import os
import sqlite3
from typing import TYPE_CHECKING

from bot.channels.telegram.poller import ConfirmAfterCommit, next_offset
from bot.dispatch.turn.turn import TurnHandler
from bot.mailbox.fair_queue import FairQueue
from bot.mailbox.inbox import Inbox
from bot.store import writer
from bot.store.statements import delete_by
from bot.store.tables.main import inbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Sequence

    from bot.channels.telegram.parsing.split_batch import RawUpdate
    from bot.dispatch.effects import Effects
    from bot.mailbox.inbox import Arrival
    from bot.messages import Update
    from bot.store.writer import Cursor, Work

    Receive = Callable[[Sequence[RawUpdate]], Awaitable[None]]

_DELETE = delete_by(inbox, by="id")
SLOW_DISK = 0.25
"""Seconds."""


def inject_flaw(flaw: str) -> None:
    """Break what is named, e.g. `forgets` or `dies_over:rice`."""
    kind, _, value = flaw.partition(":")
    KNOWN[kind](value)


def _confirms_early(_value: str) -> None:
    """Ask for the next batch, and so confirm this one, while it is still being kept.

    Keeping takes as long as on a slow disk: longer than it takes until a kill that was to meet it.
    """
    unfinished: set[asyncio.Future[None]] = set()

    async def keep(batch: Sequence[RawUpdate], receive: Receive) -> None:
        await asyncio.sleep(SLOW_DISK)
        await receive(batch)

    async def settle(
        _self: ConfirmAfterCommit, batch: Sequence[RawUpdate], asked: int | None, receive: Receive
    ) -> int | None:
        keeping = asyncio.ensure_future(keep(batch, receive))
        unfinished.add(keeping)
        keeping.add_done_callback(unfinished.discard)
        return next_offset(batch, asked)

    ConfirmAfterCommit.settle = settle


def _forgets(_value: str) -> None:
    """Take whatever comes again for new; none waits in the line, where it would be known again."""

    def insert(
        _self: Inbox, _work: Work, arrivals: Iterable[Arrival], _now: int
    ) -> Callable[[], list[Arrival]]:
        return lambda: list(arrivals)

    Inbox.insert = insert
    FairQueue.is_needed = lambda _line, _count: False


def forget_handled(_self: Inbox, work: Work, arrivals: Iterable[Arrival], _now: int) -> None:
    """Keep no trace of what was handled, in place of `Inbox.store_handled`: it is new again."""
    work.many(_DELETE, [(it.row,) for it in arrivals if it.row is not None])


def _forgets_handled(_value: str) -> None:
    """Take whatever comes again for new, also if it comes right after a start."""
    Inbox.store_handled = forget_handled


def _dies_over(word: str) -> None:
    """End the process, without a word, over an update that holds the word."""
    healthy = TurnHandler.take

    def take(self: TurnHandler, update: Update) -> Effects:
        if word in update.text:
            os._exit(86)
        return healthy(self, update)

    TurnHandler.take = take


def _read_only_by(sign: str) -> None:
    """Let the disk be read-only while this file is there, as one becomes that fails.

    The kernel refuses what is written then, and says of the disk that it is read-only.
    """
    statvfs, begin = os.statvfs, writer._begin

    def told(path: str) -> os.statvfs_result:
        found = statvfs(path)
        if not os.path.exists(sign):  # noqa: PTH110 - `Path.exists` may be what is asked
            return found
        return os.statvfs_result([*found[:8], found.f_flag | os.ST_RDONLY, found.f_namemax])

    def begins(cursor: Cursor, how: str) -> None:
        if os.path.exists(sign):  # noqa: PTH110
            refused = sqlite3.OperationalError("attempt to write a readonly database")
            refused.sqlite_errorcode = sqlite3.SQLITE_READONLY
            raise refused
        begin(cursor, how)

    os.statvfs, writer._begin = told, begins


KNOWN: dict[str, Callable[[str], None]] = {
    "confirms_early": _confirms_early,
    "forgets": _forgets,
    "forgets_handled": _forgets_handled,
    "dies_over": _dies_over,
    "read_only_by": _read_only_by,
}
