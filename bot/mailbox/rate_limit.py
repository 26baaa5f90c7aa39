"""How fast letters may be sent: in all, to one person, to one group."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class RateLimits:
    """What the channel allows. Telegram does not publish its limits; these are the known ones."""

    total_per_second: float = 30.0
    person_per_second: float = 1.0
    person_burst: float = 6.0
    """Letters at once after a pause: a short burst is tolerated."""
    group_per_second: float = 20.0 / 60.0
    group_burst: float = 20.0
    in_flight: int = 32


UNLIMITED = RateLimits(1e9, 1e9, 1e9, 1e9, 1e9, in_flight=64)
"""For the sandbox on this machine."""


class TokenBucket:
    """Tokens that refill with time; every letter takes one."""

    __slots__ = ("_at", "_full", "_left", "_rate")

    def __init__(self, rate: float, full: float, at: float) -> None:
        self._rate = rate
        self._full = full
        self._left = full
        self._at = at

    def wait(self, now: float) -> float:
        """Return the seconds until there is a token; 0 when there is one."""
        self._left = min(self._full, self._left + (now - self._at) * self._rate)
        self._at = now
        return 0.0 if self._left >= 1.0 else (1.0 - self._left) / self._rate

    def is_low(self, now: float) -> bool:
        """Tell whether less than half is left."""
        return self._left + (now - self._at) * self._rate < self._full / 2

    def take(self) -> None:
        """Take a token."""
        self._left -= 1.0

    def is_full(self, now: float) -> bool:
        """Tell whether nothing was taken for so long that the bucket has refilled."""
        return self._left + (now - self._at) * self._rate >= self._full


class RateLimiter:
    """Token buckets of chats: a group is one chat, however many topics it has."""

    def __init__(self, limits: RateLimits) -> None:
        self._limits = limits
        self._rates: dict[bytes | int, TokenBucket] = {}
        self._paused_groups: dict[int, float] = {}
        """Until when groups asked us to wait, in all their topics."""

    def take(self, chat: int, chat_key: bytes, now: float) -> float:
        """Return the seconds until a chat may be written to; take its token when it is 0."""
        if chat < 0 and (wait := self._paused_groups.get(chat, 0.0) - now) > 0:
            return wait
        key = chat if chat < 0 else chat_key
        bucket = self._rates.get(key)
        if bucket is None:
            limits, is_group = self._limits, chat < 0
            rate = limits.group_per_second if is_group else limits.person_per_second
            burst = limits.group_burst if is_group else limits.person_burst
            bucket = self._rates[key] = TokenBucket(rate, burst, now)
        wait = bucket.wait(now)
        if wait == 0:
            bucket.take()
        return wait

    def pause_group(self, chat: int, until: float) -> None:
        """Send nothing to a group until a moment."""
        self._paused_groups[chat] = until

    def is_low(self, chat_key: bytes, now: float) -> bool:
        """Tell whether so much was sent to a person just now that others come first."""
        bucket = self._rates.get(chat_key)
        return bucket is not None and bucket.is_low(now)

    def expire(self, now: float) -> None:
        """Delete the buckets of chats that were quiet."""
        for key in [key for key, bucket in self._rates.items() if bucket.is_full(now)]:
            del self._rates[key]
        for chat in [chat for chat, until in self._paused_groups.items() if until <= now]:
            del self._paused_groups[chat]
