"""The update queue: updates that the bot has not confirmed yet.

The rules are those of Telegram's server (tdlib `TQueue`): a call confirms everything below its
offset, unless the offset lies in the future or the far past; then it confirms nothing.
"""

from __future__ import annotations

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.sandbox.wire import CONFLICT, WEBHOOK_ACTIVE, BotApiError, decode, encode

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from random import Random

    from bot.clock import ShiftedClock

DAY = 24 * 60 * 60
QUIET_WEEK = 7 * DAY
BATCH_SIZE = 100
MAX_OFFSET_AHEAD = 10
"""How far an offset may lie beyond the newest update and still count."""
MAX_OFFSET_BEHIND = 2_000_000

EXPIRY_SECONDS = {
    "callback_query": 150,
    "inline_query": 30,
    "shipping_query": 150,
    "pre_checkout_query": 150,
}
"""Seconds an update is kept; other types are kept for a day."""

OPT_IN_TYPES = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
"""Types that are delivered only if `allowed_updates` names them."""


@dataclass(slots=True)
class QueuedUpdate:
    """One update, as the bytes to send."""

    update_id: int
    raw: bytes
    expires_at: int


class UpdateQueue:
    """The queue between Telegram and one bot."""

    def __init__(self, clock: ShiftedClock, rng: Random) -> None:
        self.clock = clock
        self.webhook = ""
        """While it is not empty, polling is refused."""
        self.on_added: Callable[[], None] = lambda: None
        """Called when an update was queued."""
        self.twice = 0
        """How many of the next batches contain every update twice."""
        self.again = 0
        """How many of the next batches are delivered again after they were confirmed."""
        self.backwards = 0
        """How many of the next batches are in reverse order."""
        self._rng = rng
        self._queue: deque[QueuedUpdate] = deque()
        self._next_expiry = 1 << 62
        self.batches_sent = 0
        self._sent_count = 0
        self._sent_end = 0
        self._repeated: list[QueuedUpdate] = []
        self._allowed: frozenset[str] | None = None
        self._next_id = rng.randrange(100_000_000, 900_000_000)
        self._newest_at = clock.seconds()
        self._poller: asyncio.Future[None] | None = None
        self.is_polled = asyncio.Event()
        """Set while a poller waits for the next update."""

    def __len__(self) -> int:
        return len(self._queue)

    def pending(self) -> list[dict[str, Any]]:
        """Return the unconfirmed updates, oldest first."""
        return [decode(update.raw) for update in self._queue]

    def add(self, kind: str, payload: object) -> int | None:
        """Queue an update and return its id; None if the bot did not request this type."""
        if not self._is_allowed(kind):
            return None
        update_id = self._new_id()
        raw = b'{"update_id":%d,"%b":%b}' % (update_id, kind.encode(), encode(payload))
        held = EXPIRY_SECONDS.get(kind, DAY)
        self._append(QueuedUpdate(update_id, raw, self.clock.seconds() + held))
        return update_id

    def inject(self, update: object) -> int:
        """Queue any bytes, string or object, and return the id under which it is confirmed.

        Bytes and strings are sent unchanged. An object without `update_id` gets the next one.
        """
        raw = update.encode() if isinstance(update, str) else update
        update_id = _update_id_of(raw)
        if update_id is None:
            update_id = self._new_id()
            if isinstance(raw, dict) and "update_id" not in raw:
                raw = {"update_id": update_id, **raw}
        body = raw if isinstance(raw, bytes) else encode(raw)
        self._append(QueuedUpdate(update_id, body, self.clock.seconds() + DAY))
        return update_id

    async def poll(
        self, offset: int, limit: int, seconds: int, allowed: Iterable[str] | None
    ) -> bytes:
        """Answer one `getUpdates`; a second poller ends the first one's wait with a 409."""
        if self.webhook:
            raise BotApiError(409, WEBHOOK_ACTIVE)
        self.allow(allowed)
        self.end_wait(BotApiError(409, CONFLICT))
        batch = self.take_batch(offset, limit)
        if not batch and seconds > 0:
            await self._wait(seconds)
            batch = self.take_batch(offset, limit)
        return b"[" + b",".join(update.raw for update in batch) + b"]"

    def allow(self, kinds: Iterable[str] | None) -> None:
        """Queue only these types from now on; all but a few for none of them; None: as before."""
        if kinds is not None:
            self._allowed = frozenset(kinds) or None

    @property
    def allowed(self) -> list[str]:
        """Return the types that are queued; empty for the usual ones."""
        return sorted(self._allowed or ())

    @property
    def pending_count(self) -> int:
        """Return how many wait and have not expired."""
        self._expire()
        return len(self._queue)

    def loaded(self, most: int, *, newest_first: bool = False) -> list[QueuedUpdate]:
        """Return the oldest that wait, for posting them."""
        self._expire()
        loaded = [self._queue[place] for place in range(min(most, len(self._queue)))]
        return loaded[::-1] if newest_first else loaded

    def remove(self, update: QueuedUpdate) -> None:
        """Remove an update that was taken."""
        if update in self._queue:
            self._queue.remove(update)

    def take_batch(self, offset: int, limit: int = BATCH_SIZE) -> list[QueuedUpdate]:
        """Confirm everything below the offset and return the next batch."""
        self._confirm(offset)
        self._expire()
        queue = self._queue
        batch = [queue[place] for place in range(min(limit, len(queue)))]
        self._sent_count = len(batch)
        self.batches_sent += bool(batch)
        self._sent_end = batch[-1].update_id + 1 if batch else 0
        return self._with_faults(batch)

    def clear_faults(self) -> None:
        """End the faults of the queue."""
        self.twice = self.again = self.backwards = 0
        self.webhook = ""

    def clear(self) -> None:
        """Delete all updates, as `drop_pending_updates` demands."""
        self._queue.clear()
        self._sent_end = 0

    def wake_poller(self) -> None:
        """End the wait of the poller."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_result(None)

    def _is_allowed(self, kind: str) -> bool:
        if self._allowed is None:
            return kind not in OPT_IN_TYPES
        return kind in self._allowed

    def _new_id(self) -> int:
        now = self.clock.seconds()
        if now - self._newest_at >= QUIET_WEEK:
            self._next_id = self._rng.randrange(1_000_000, self._next_id - 1_000_000)
        self._newest_at = now
        self._next_id += 1
        return self._next_id - 1

    def _append(self, update: QueuedUpdate) -> None:
        self._queue.append(update)
        self._next_expiry = min(self._next_expiry, update.expires_at)
        self.wake_poller()
        self.on_added()

    def _expire(self) -> None:
        now = self.clock.seconds()
        if now <= self._next_expiry:
            return
        self._queue = deque(update for update in self._queue if update.expires_at >= now)
        self._next_expiry = min((update.expires_at for update in self._queue), default=1 << 62)

    def _confirm(self, offset: int) -> None:
        queue = self._queue
        if offset < 0:
            while len(queue) > -offset:
                queue.popleft()
        elif offset and offset == self._sent_end:  # also true for injected ids
            for _ in range(min(self._sent_count, len(queue))):
                queue.popleft()
        elif self._next_id - MAX_OFFSET_BEHIND <= offset <= self._next_id + MAX_OFFSET_AHEAD:
            while queue and queue[0].update_id < offset:
                queue.popleft()

    def _with_faults(self, batch: list[QueuedUpdate]) -> list[QueuedUpdate]:
        repeated, self._repeated = self._repeated, []
        if not batch and not repeated:
            return batch
        if batch and self.again:
            self.again -= 1
            self._repeated = batch
        batch = (repeated + batch)[:BATCH_SIZE]
        if self.twice:
            self.twice -= 1
            batch = [update for update in batch for _ in range(2)]
        if self.backwards:
            self.backwards -= 1
            batch = batch[::-1]
        return batch

    async def _wait(self, seconds: int) -> None:
        poller: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._poller = poller
        self.is_polled.set()
        done, _ = await asyncio.wait({poller}, timeout=seconds)
        if self._poller is poller:
            self._poller = None
            self.is_polled.clear()
        if done:
            poller.result()

    def end_wait(self, refusal: BotApiError) -> None:
        """End the wait of the poller with a refusal."""
        if self._poller is not None and not self._poller.done():
            self._poller.set_exception(refusal)
        self._poller = None


def _update_id_of(raw: object) -> int | None:
    try:
        thing = decode(raw) if isinstance(raw, bytes) else raw
    except ValueError:
        return None
    update_id = thing.get("update_id") if isinstance(thing, dict) else None
    return update_id if isinstance(update_id, int) and not isinstance(update_id, bool) else None
