"""Time that moves when a test says so, and an event loop that never waits for it.

In `MovedLoop` a timer that is next is simply due: a retry after five minutes costs no time at all.
The one thing that is waited for in earnest is work another thread has in hand: what the loop hands
to its own threads it knows of; whoever hands it to another says so with `busy`.
"""

from __future__ import annotations

import asyncio
import contextlib
import selectors
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from bot.clock import SECOND

if TYPE_CHECKING:
    from collections.abc import Iterator

MIDDAY = 1_795_060_800 * SECOND
"""A Thursday in November 2026, noon in Taipei."""
LEAST = 1e-6
"""Seconds any turn of the loop takes: a moment too short to be added would never be over."""
TURN_OF_CHILD = 0.002
"""Real seconds before each jump while a child process runs: a loop that never rests starves it."""
STUCK = 120.0
"""Real seconds without any sign of life after which a test has hung."""


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, at: int = MIDDAY) -> None:
        self.at = at

    def now(self) -> int:
        return self.at

    def monotonic(self) -> float:
        return self.at / SECOND

    def advance(self, seconds: float) -> None:
        self.at += int(seconds * SECOND)


class ManualTimeLoop(asyncio.SelectorEventLoop):
    """An event loop whose time jumps to whatever is due next. It is a clock as well."""

    def __init__(self, at: int = MIDDAY, booted_at: int = MIDDAY) -> None:
        self.began = at
        self.booted_at = booted_at
        """When the machine started: its monotonic clock was 0 then."""
        self.moved = 0.0
        self.jumped = 0
        """Microseconds the wall clock was set ahead, or back."""
        self.in_hand = 0
        self._children: WeakSet[asyncio.SubprocessTransport] = WeakSet()
        super().__init__(_Selector(self))

    def time(self) -> float:
        return self.moved

    def now(self) -> int:
        return self.true() + self.jumped

    def true(self) -> int:
        """Return what the wall clock would say had nobody set it."""
        return self.began + int(self.moved * SECOND)

    def monotonic(self) -> float:
        """Return seconds of the machine's own: it goes on whatever process is running."""
        return self.moved + (self.began - self.booted_at) / SECOND

    def advance(self, seconds: float) -> None:
        """Let time pass at once; timers that fell due fire together at the next turn."""
        self.moved += seconds

    def run_in_executor(self, executor: Any, func: Any, *args: Any) -> asyncio.Future[Any]:
        """Hand work to a thread, and let no time pass until it is done."""
        work = super().run_in_executor(executor, func, *args)
        self.in_hand += 1
        work.add_done_callback(self._done)
        return work

    async def subprocess_exec(self, *args: Any, **given: Any) -> Any:
        """Start a child process, which needs the processor this loop would turn on."""
        transport, protocol = await super().subprocess_exec(*args, **given)
        self._children.add(transport)
        return transport, protocol

    @property
    def has_child(self) -> bool:
        """Whether a child process runs."""
        # Asked at every turn: going through an empty set of weak references is not cheap.
        return bool(self._children) and any(it.get_returncode() is None for it in self._children)

    def _done(self, _work: object) -> None:
        self.in_hand -= 1

    @contextlib.contextmanager
    def busy(self) -> Iterator[None]:
        """Keep time from running ahead of another thread."""
        self.in_hand += 1
        try:
            yield
        finally:
            self.in_hand -= 1


class _Selector(selectors.DefaultSelector):
    """Waits for threads and sockets, and jumps over the rest."""

    def __init__(self, loop: ManualTimeLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[Any]:
        self._loop.moved += LEAST
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if timeout is not None and not self._loop.in_hand:
            ready = super().select(TURN_OF_CHILD) if self._loop.has_child else []
            self._loop.moved += 0 if ready else timeout
            return ready
        ready = super().select(STUCK)
        if not ready:
            raise AssertionError("nothing is due, and nothing has happened for two minutes")
        return ready
