"""Chats with updates that wait for a worker, each locked by the worker that answers it.

A row exists only while something waits. Whatever stores an update for workers changes the row of
its chat in the same transaction, and so waits until a worker that holds it has committed: no update
can be stored behind a worker's back and be forgotten.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func

from bot.store.statements import delete_by, select_by, select_one, update_by, upsert
from bot.store.tables.main import waiting_chats

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.store.writer import Work

MAX_CHATS = 16
"""Chats that a worker takes at a time."""

_ADD = upsert(
    waiting_chats, "bot", "chat_key", "waiting_since", "not_before", "update_count",
    key=("bot", "chat_key"), update=(),
    on_conflict={"update_count": waiting_chats.c.update_count + bindparam("more")},
)  # fmt: skip
_COLUMNS = ("chat_key", "waiting_since", "update_count")
_OLDEST = select_by(
    waiting_chats, *_COLUMNS, by=("bot", waiting_chats.c.not_before <= bindparam("now")),
    order_by="waiting_since", limit=bindparam("most"), skip_locked=True,
)  # fmt: skip
_ONE = select_by(waiting_chats, *_COLUMNS, by=("bot", "chat_key"), skip_locked=True)
_NEXT = select_one(waiting_chats, func.min(waiting_chats.c.not_before), by="bot")
_REST = update_by(waiting_chats, "waiting_since", "update_count", by=("bot", "chat_key"))
_REMOVE = delete_by(waiting_chats, by=("bot", "chat_key"))
_COUNT = select_by(
    waiting_chats, func.count(), func.min(waiting_chats.c.waiting_since),
    func.coalesce(func.sum(waiting_chats.c.update_count), 0), by="bot",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ClaimedChat:
    """A chat that this unit of work has locked."""

    key: bytes
    waiting_since: int
    update_count: int


@dataclass(frozen=True, slots=True)
class WaitingUpdates:
    """What waits for workers, for operators."""

    chats: int
    updates: int
    since: int | None
    """When the oldest was stored; None if none waits."""


class WaitingChats:
    """The waiting chats of one bot, used inside units of work."""

    def __init__(self, bot: int) -> None:
        self.bot = bot

    def add(self, work: Work, keys: Iterable[bytes], now: int, not_before: int) -> None:
        """Note an update for each key, as often as it is named.

        A chat in which nothing waited yet is taken by no worker before `not_before`.
        """
        rows = [
            (self.bot, key, now, not_before, count, count)
            for key, count in sorted(Counter(keys).items())  # always in this order: no deadlock
        ]
        work.many(_ADD, rows)

    def claim(self, work: Work, now: int, most: int = MAX_CHATS) -> list[ClaimedChat]:
        """Lock the chats that have waited longest and no other worker holds; return them."""
        return [
            ClaimedChat(bytes(key), since, count)
            for key, since, count in work.rows(_OLDEST, self.bot, now, most)
        ]

    def claim_chat(self, work: Work, key: bytes) -> list[ClaimedChat]:
        """Lock one chat; return nothing if another worker holds it, or nothing waits there."""
        rows = work.rows(_ONE, self.bot, key)
        return [ClaimedChat(bytes(key), since, count) for key, since, count in rows]

    def finish(self, work: Work, chat: ClaimedChat, taken: int, asked: int, now: int) -> None:
        """Note that the first updates of a locked chat are handled; the others wait their turn.

        Fewer than were asked for: nothing is left, and the row goes.
        """
        if taken < asked:
            work.run(_REMOVE, self.bot, chat.key)
        else:
            work.run(_REST, now, max(chat.update_count - taken, 0), self.bot, chat.key)

    def remove(self, work: Work, key: bytes) -> None:
        """Forget a chat whose updates were deleted."""
        work.run(_REMOVE, self.bot, key)

    def next_at(self, work: Work) -> int | None:
        """Return from when on the next chat may be taken; None if none waits."""
        ((at,),) = work.rows(_NEXT, self.bot)
        return None if at is None else int(at)

    def count(self, work: Work) -> WaitingUpdates:
        """Return how many chats and updates wait, and since when."""
        ((chats, since, updates),) = work.rows(_COUNT, self.bot)
        return WaitingUpdates(int(chats), int(updates), None if since is None else int(since))
