"""Limits of connections to a web server: how long a request may take to arrive, how many may wait.

A connection waits while no request of it is being answered: before its first request, and between
two. Opening many and sending nothing must keep neither colleagues nor Telegram out. So a request
has ten seconds for its head and, while its body arrives, half a minute without a byte; and of one
address only so many connections wait: one more ends the one that has waited longest. Requests that
are being answered are limited by address as well, unless they come from this machine: a proxy there
speaks for everyone.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio

HEAD_SECONDS, BODY_SECONDS = 10.0, 30.0
"""For the whole head of a request; between two pieces of its body."""
MAX_WAITING, MAX_ACTIVE = 64, 300
"""Connections of one address that wait; that are answered, streams included."""


@dataclass(slots=True)
class ConnectionLimits:
    """The connections of one server, by address."""

    head_seconds: float = HEAD_SECONDS
    body_seconds: float = BODY_SECONDS
    max_waiting: int = MAX_WAITING
    max_active: int = MAX_ACTIVE
    waiting: dict[str, dict[LimitedProtocol, None]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    """Those that wait, the longest first."""
    active: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def protocol(self, *given: Any, **named: Any) -> LimitedProtocol:
        """Return the protocol of a new connection; uvicorn calls this."""
        return LimitedProtocol(self, *given, **named)


class LimitedProtocol(H11Protocol):
    """One connection, which ends when it takes too long or is one too many."""

    def __init__(self, limits: ConnectionLimits, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._limits = limits
        self._address = ""
        self._timer: asyncio.TimerHandle | None = None
        self._is_active = False

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note a new connection, which waits."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._wait()
        self._set_timer(self._limits.head_seconds)

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget a connection."""
        super().connection_lost(exc)
        self._clear_timer()
        self._leave()

    def data_received(self, data: bytes) -> None:
        """Take a piece of a request."""
        if self.transport.is_closing():
            return
        was_idle = self.conn.their_state is h11.IDLE
        if was_idle and self._timer is None:  # the first piece of a further request
            self._set_timer(self._limits.head_seconds)
        super().data_received(data)
        state = self.conn.their_state
        if state is h11.SEND_BODY:
            self._set_timer(self._limits.body_seconds)
        elif state is not h11.IDLE:
            self._clear_timer()
        if was_idle and state is not h11.IDLE:
            self._begin()

    def on_response_complete(self) -> None:
        """Note that the connection waits for another request."""
        self._leave()
        self._wait()
        super().on_response_complete()

    def _begin(self) -> None:
        """Note that a request is being answered."""
        self._leave()
        active = self._limits.active
        self._is_active = True
        active[self._address] += 1
        if active[self._address] > self._limits.max_active and not _is_local(self._address):
            self.transport.abort()

    def _wait(self) -> None:
        waiting = self._limits.waiting[self._address]
        waiting[self] = None
        if len(waiting) > self._limits.max_waiting:
            longest = next(iter(waiting))
            del waiting[longest]
            longest.transport.abort()

    def _leave(self) -> None:
        waiting, active = self._limits.waiting, self._limits.active
        waiting[self._address].pop(self, None)
        if not waiting[self._address]:
            del waiting[self._address]
        if self._is_active:
            self._is_active = False
            active[self._address] -= 1
            if not active[self._address]:
                del active[self._address]

    def _set_timer(self, seconds: float) -> None:
        self._clear_timer()
        self._timer = self.loop.call_later(seconds, self.transport.abort)

    def _clear_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def _is_local(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return True  # a socket file, or no address at all
