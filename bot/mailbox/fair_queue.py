"""The order of turns when many chats write at once: each chat in its order, the chats in rounds.

Nothing is refused, and no one waits while there is time for all. Once Telegram hands over as much
as it can at once, others wait there; then what a chat wrote beyond its turns is stored and queued,
so that the others are fetched and answered first. Queued chats take turns: one with 500 messages
makes no other wait longer than a round.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bot.mailbox.rate_limit import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.mailbox.inbox import Arrival

RUSH_SIZE = 90
"""Updates at once after which more may wait: Telegram hands over a hundred at most."""
BURST_TURNS = 5.0
"""Turns a chat has at once in a rush, whatever else it wrote just now."""
TURNS_PER_SECOND = 1.0
"""Turns that a chat regains: far more than a person who reads the replies can use."""
MAX_PER_CHAT = 8
"""Queued updates of one chat that are handled before it is another's turn."""
RUSH_ROUND, QUIET_ROUND = 16, 64
"""Queued updates that are handled at a time: while others are being fetched, and otherwise."""
MAX_QUEUED = 2_000_000
"""Queued updates beyond which nothing more is fetched: the rest waits with Telegram.

Each takes about 40 bytes of memory and 600 of the disk.
"""

QueueRound = list[tuple[int, list[int]]]
"""Chats, each with the numbers of the next updates it sent."""


class FairQueue:
    """Chats that have had their turns for now, each with the updates that still wait.

    The updates are stored; this only knows their order, which is lost with the process.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[int]] = {}
        """The numbers of updates, by chat; the chat whose turn it is comes first."""
        self._rates: dict[int, TokenBucket] = {}
        self._count = 0
        self._is_rush = False

    def __len__(self) -> int:
        """Return how many updates wait."""
        return self._count

    @property
    def is_full(self) -> bool:
        """Tell whether queued updates come before any new one."""
        return self._count >= MAX_QUEUED

    def may_pass(self, chat: int, now: float) -> bool:
        """Tell whether a chat has its turn at once, and count it."""
        if chat in self._waiting:  # its updates would overtake each other
            return False
        bucket = self._rates.get(chat)
        if bucket is None:
            bucket = self._rates[chat] = TokenBucket(TURNS_PER_SECOND, BURST_TURNS, now)
        if bucket.wait(now) > 0:
            return False
        bucket.take()
        return True

    def is_flooding(self, chat: int, now: float) -> bool:
        """Tell whether a chat has used most of its turns in this rush: others are sent to first."""
        if chat in self._waiting:
            return True
        bucket = self._rates.get(chat)
        return bucket is not None and bucket.is_low(now)

    def admit(
        self, arrivals: Sequence[tuple[int, Arrival]], now: float
    ) -> tuple[list[Arrival], list[tuple[int, Arrival]]]:
        """Return what is handled at once, and what has to wait, with its chat.

        Each arrival comes with its chat, 0 for what never waits; `now` is monotonic, in seconds.
        """
        at_once: list[Arrival] = []
        later: list[tuple[int, Arrival]] = []
        delayed: set[int] = set()
        for chat, arrival in arrivals:
            if chat and (chat in delayed or not self.may_pass(chat, now)):
                delayed.add(chat)
                later.append((chat, arrival))
            else:
                at_once.append(arrival)
        return at_once, later

    def add(self, later: Sequence[tuple[int, Arrival]]) -> None:
        """Queue updates that were stored just now, behind those of the same chat."""
        for chat, arrival in later:
            self._waiting.setdefault(chat, deque()).append(arrival.update_id)
        self._count += len(later)

    def next_round(self) -> QueueRound:
        """Return the chats whose turn it is, each with its next updates."""
        most = RUSH_ROUND if self._is_rush else QUIET_ROUND
        turns: QueueRound = []
        for chat, waiting in self._waiting.items():
            part = [waiting[place] for place in range(min(MAX_PER_CHAT, len(waiting), most))]
            turns.append((chat, part))
            most -= len(part)
            if most <= 0:
                break
        return turns

    def finish_round(self, served: QueueRound) -> None:
        """Remove what had its turn; a chat with more goes to the end."""
        for chat, part in served:
            waiting = self._waiting.pop(chat)
            for _ in part:
                waiting.popleft()
            self._count -= len(part)
            if waiting:
                self._waiting[chat] = waiting

    def is_needed(self, count: int) -> bool:
        """Tell whether some of so many have to wait; once none does, forget used turns."""
        self._is_rush = count >= RUSH_SIZE
        if not (self._is_rush or self._count):
            self._rates.clear()
            return False
        return True
