"""Who waits for a turn when many write at once: each chat in its order, the chats in rounds.

Nobody is refused, and nobody waits while there is time for all. Once Telegram hands over as much
as it can at once, others wait behind it; then what a chat wrote beyond its turns is stored and put
into the line, so that those behind it are fetched and answered first. Chats in the line take turns:
one that left 500 messages there makes nobody wait longer than a round.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

from bot.mailbox.rate_limit import TokenBucket

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.mailbox.inbox import Arrival

RUSH_SIZE = 90
"""Updates at once behind which more may wait: Telegram hands over a hundred at most."""
BURST_TURNS = 5.0
"""Turns a chat has at once in a rush, whatever else it wrote lately."""
TURNS_PER_SECOND = 1.0
"""Turns that grow back: far more than whoever reads the answers can use."""
MAX_PER_CHAT = 8
"""Updates of one chat in the line that are handled before it is another's turn."""
RUSH_ROUND, QUIET_ROUND = 16, 64
"""Updates of the line that are handled at a time: while others are being fetched, or else."""
MAX_QUEUED = 100_000
"""Updates in the line beyond which nothing more is asked for: the rest waits with Telegram."""

QueueRound = list[tuple[int, list["Arrival"]]]
"""Chats, each with the next things it wrote."""


class FairQueue:
    """Chats that have had their turns for now, each with what it still waits with.

    What waits is stored; this only knows in which order it comes, and is lost with the process.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, deque[Arrival]] = {}
        """The chat whose turn it is stands first."""
        self._rates: dict[int, TokenBucket] = {}
        self._count = 0
        self._is_rush = False

    def __len__(self) -> int:
        """Return how many updates wait."""
        return self._count

    @property
    def is_full(self) -> bool:
        """Tell whether those who wait come before anybody new."""
        return self._count >= MAX_QUEUED

    def may_pass(self, chat: int, now: float) -> bool:
        """Tell whether a chat has its turn at once, and count it."""
        if chat in self._waiting:  # it would overtake itself
            return False
        bucket = self._rates.get(chat)
        if bucket is None:
            bucket = self._rates[chat] = TokenBucket(TURNS_PER_SECOND, BURST_TURNS, now)
        if bucket.wait(now) > 0:
            return False
        bucket.take()
        return True

    def is_flooding(self, chat: int, now: float) -> bool:
        """Tell whether a chat has had most of its turns in this rush: others are sent to first."""
        if chat in self._waiting:
            return True
        bucket = self._rates.get(chat)
        return bucket is not None and bucket.is_low(now)

    def admit(
        self, arrivals: Sequence[tuple[int, Arrival]], now: float
    ) -> tuple[list[Arrival], list[tuple[int, Arrival]]]:
        """Return what is handled at once, and what has to wait with its chat.

        Args:
            arrivals: each with its chat, 0 for what is nobody's to wait for.
            now: seconds, by a clock that only grows.
        """
        at_once: list[Arrival] = []
        later: list[tuple[int, Arrival]] = []
        behind: set[int] = set()
        for chat, arrival in arrivals:
            if chat and (chat in behind or not self.may_pass(chat, now)):
                behind.add(chat)
                later.append((chat, arrival))
            else:
                at_once.append(arrival)
        return at_once, later

    def add(self, later: Sequence[tuple[int, Arrival]]) -> None:
        """Put what was stored just now at the end of each chat's own."""
        for chat, arrival in later:
            arrival.raw = b""  # it lies sealed in the store, and nowhere else
            self._waiting.setdefault(chat, deque()).append(arrival)
        self._count += len(later)

    def next_round(self) -> QueueRound:
        """Return whose turn it is, with what each wrote next."""
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
        """Let those who had their turn go, or stand at the end with what is left of theirs."""
        for chat, part in served:
            waiting = self._waiting.pop(chat)
            for _ in part:
                waiting.popleft()
            self._count -= len(part)
            if waiting:
                self._waiting[chat] = waiting

    def is_needed(self, count: int) -> bool:
        """Tell whether some of so many have to wait; once nobody does, forget who had turns."""
        self._is_rush = count >= RUSH_SIZE
        if not (self._is_rush or self._count):
            self._rates.clear()
            return False
        return True
