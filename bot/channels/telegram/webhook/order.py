"""The order of updates that are posted in parallel. Pure: updates and moments in, updates out.

Telegram numbers the updates of a bot one after another. While no number below an update is missing,
nothing that belongs before it can still come, and it is handled at once: a lone message never
waits. If one is missing, it may be on its way over another connection, perhaps in the same chat;
then what is above it waits, at most `HOLD_SECONDS` from its own arrival. A number that has not come
by then is not waited for any more: it was dropped by Telegram, or its post failed and is repeated.

What comes late is handled late: the chat's later update was answered already.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar

from bot.channels.telegram.parsing.split_batch import is_usable

Held = TypeVar("Held")
HOLD_SECONDS = 0.2
"""How long an update waits for those before it; longer than connections differ."""
REACH = 200
"""Numbers by which updates that are posted at the same time can differ.

Telegram posts the oldest it has, twice as many as `max_connections` at most, which is at most 100.
What lies further below begins a new series: after a quiet week numbers start again at random.
"""


@dataclass(slots=True)
class UpdateOrder(Generic[Held]):
    """What was posted and waits for what belongs before it."""

    hold: float = HOLD_SECONDS
    """Seconds; 0 where updates are put into order after they were stored, as behind a balancer."""
    _next: int | None = None
    """The number after the last that was released; None before the first."""
    _at_once: list[Held] = field(default_factory=list)
    _held: dict[int, list[Held]] = field(default_factory=dict)
    """By number; a repeat has the same."""
    _until: dict[int, float] = field(default_factory=dict)
    """Until when each number waits at most."""

    def __len__(self) -> int:
        """Return how many wait."""
        return len(self._at_once) + sum(map(len, self._held.values()))

    def add(self, update_id: int, update: Held, now: float) -> None:
        """Take an update that arrived at a moment, in seconds."""
        if not is_usable(update_id) or self._is_late(update_id):
            self._at_once.append(update)
            return
        if self._next is not None and update_id < self._next:
            self._begin_series()
        self._held.setdefault(update_id, []).append(update)
        self._until.setdefault(update_id, now + self.hold)

    def release(self, now: float) -> list[Held]:
        """Return what may be handled now, in order, and forget it."""
        released, self._at_once = self._at_once, []
        last_due = max((it for it, until in self._until.items() if until <= now), default=0)
        for update_id in sorted(self._held):
            if update_id > last_due and update_id != self._next:
                break
            released += self._held.pop(update_id)
            del self._until[update_id]
            self._next = update_id + 1
        return released

    def release_all(self) -> list[Held]:
        """Return all that waits, in order, and forget it."""
        self._begin_series()
        released, self._at_once = self._at_once, []
        return released

    def next_release(self, now: float) -> float | None:
        """Return in how many seconds something may be handled; None if nothing waits."""
        if self._at_once or self._next in self._held:
            return 0.0
        return max(0.0, min(self._until.values()) - now) if self._until else None

    def _is_late(self, update_id: int) -> bool:
        return self._next is not None and self._next - REACH <= update_id < self._next

    def _begin_series(self) -> None:
        """Let what waits go before a new series, whose first number nothing is known about."""
        for update_id in sorted(self._held):
            self._at_once += self._held[update_id]
        self._held.clear()
        self._until.clear()
        self._next = None
