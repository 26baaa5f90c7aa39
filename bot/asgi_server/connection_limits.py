"""Limits of connections to a web server: how long a request may take to arrive, how many may wait.

A connection waits while no request of it is being answered: before its first request, and between
two. Opening many and sending nothing must keep neither colleagues nor Telegram out. So a request
has ten seconds for its head and, while its body arrives, half a minute without a byte; and of one
address only so many connections wait: one more ends the one that has waited longest. Requests that
are being answered are limited by address as well, unless they come from this machine: a proxy there
speaks for everyone.

Strangers with many addresses stay below those limits. So when the server is full, a new connection
ends one that waits, of the address with the most of them, instead of being refused. Its own request
arrives at once, so it hardly ever waits when the next one comes. A request whose body is still
arriving is ended in the same way: a body may come a byte at a time and never end. Requests that
have arrived whole are being answered, streams included, and are never ended for that.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator

HEAD_SECONDS, BODY_SECONDS = 10.0, 30.0
"""For the whole head of a request; between two pieces of its body."""
MAX_WAITING, MAX_ACTIVE = 64, 300
"""Connections of one address that wait; that are answered, streams included."""


class WaitingConnections:
    """Connections that wait, by address; of each address the longest waiting first."""

    def __init__(self) -> None:
        self._by_address: dict[str, dict[LimitedProtocol, None]] = {}
        self._count = 0

    def __len__(self) -> int:
        """Return how many wait, of all addresses."""
        return self._count

    def of(self, address: str) -> dict[LimitedProtocol, None]:
        """Return those of one address."""
        return self._by_address.get(address, {})

    def add(self, address: str, new: LimitedProtocol) -> None:
        """Note that a connection waits, which did not wait before."""
        self._by_address.setdefault(address, {})[new] = None
        self._count += 1

    def remove(self, address: str, old: LimitedProtocol) -> None:
        """Note that a connection waits no more, if it did."""
        found = self._by_address.get(address, {})
        if old not in found:
            return
        del found[old]
        self._count -= 1
        if not found:
            del self._by_address[address]

    def in_order(self) -> Iterator[LimitedProtocol]:
        """Yield those of the address with the most first, and of each the longest waiting first."""
        groups: list[dict[LimitedProtocol, None]]
        groups = sorted(self._by_address.values(), key=len, reverse=True)
        return chain.from_iterable(groups)


@dataclass(slots=True)
class ConnectionLimits:
    """The connections of one server, by address."""

    head_seconds: float = HEAD_SECONDS
    body_seconds: float = BODY_SECONDS
    max_waiting: int = MAX_WAITING
    max_active: int = MAX_ACTIVE
    waiting: WaitingConnections = field(default_factory=WaitingConnections)
    silent: WaitingConnections = field(default_factory=WaitingConnections)
    """Those of them that have not sent the whole head of a first request."""
    kept: WaitingConnections = field(default_factory=WaitingConnections)
    """The others: they wait for a further request."""
    arriving: WaitingConnections = field(default_factory=WaitingConnections)
    """Those with a request whose body has not arrived whole; they count as active, too."""
    active: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def protocol(self, *given: Any, **named: Any) -> LimitedProtocol:
        """Return the protocol of a new connection; uvicorn calls this."""
        return LimitedProtocol(self, *given, **named)

    def one_to_end(self) -> LimitedProtocol | None:
        """Return the connection that makes room for a new one; None if none can be spared.

        It is of the kind of which more wait. If silent ones always went first, a few whole requests
        would fill the server, and end each newcomer before its request is there.
        """
        kinds = sorted((self.silent, self.kept, self.arriving), key=len, reverse=True)
        waiting = chain.from_iterable(kind.in_order() for kind in kinds)
        return next((it for it in waiting if not it.is_still_sending), None)


class LimitedProtocol(H11Protocol):
    """One connection, which ends when it takes too long or is one too many."""

    def __init__(self, limits: ConnectionLimits, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._limits = limits
        self._address = ""
        self._timer: asyncio.TimerHandle | None = None
        self._is_active = False

    @property
    def is_still_sending(self) -> bool:
        """Whether a part of an answer is not with the system yet, and would be lost."""
        return self.transport.get_write_buffer_size() > 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Note a new connection, which waits; if the server is full, end another one."""
        super().connection_made(transport)
        self._address = self.client[0] if self.client else ""
        self._make_room()
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
        self._note_arriving(is_arriving=self._is_active and state is h11.SEND_BODY)

    def on_response_complete(self) -> None:
        """Note that the connection waits for another request."""
        answered = self.cycle
        self._leave()
        self._wait()
        super().on_response_complete()
        if self.cycle is not answered:  # the next request came before this answer was complete
            self._begin()

    def _begin(self) -> None:
        """Note that a request is being answered."""
        self._leave()
        active = self._limits.active
        self._is_active = True
        active[self._address] += 1
        if active[self._address] > self._limits.max_active and not _is_local(self._address):
            self.transport.abort()

    def _note_arriving(self, *, is_arriving: bool) -> None:
        arriving = self._limits.arriving
        is_noted = self in arriving.of(self._address)
        if is_arriving and not is_noted:
            arriving.add(self._address, self)
        elif is_noted and not is_arriving:
            arriving.remove(self._address, self)

    def _make_room(self) -> None:
        """End connections that wait until uvicorn answers a request of this one, not with 503."""
        most = self.limit_concurrency
        while most is not None and len(self.connections) >= most:
            spared = self._limits.one_to_end()
            if spared is None:
                return
            spared.end_wait()

    def _wait(self) -> None:
        limits = self._limits
        limits.waiting.add(self._address, self)
        (limits.silent if self.cycle is None else limits.kept).add(self._address, self)
        of_address = limits.waiting.of(self._address)
        if len(of_address) > limits.max_waiting:
            next(iter(of_address)).end_wait()

    def end_wait(self) -> None:
        """End a connection that waits or still sends; it counts no more from now on."""
        self._leave()
        self.connections.discard(self)
        self.transport.abort()

    def _leave(self) -> None:
        limits, active = self._limits, self._limits.active
        for waiting in (limits.waiting, limits.silent, limits.kept, limits.arriving):
            waiting.remove(self._address, self)
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
