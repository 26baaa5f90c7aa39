"""Waits for what any process stores, so that no job asks again and again while nothing happens.

Each commit that wrote something tells PostgreSQL's listeners (NOTIFY), in whatever process. SQLite
has nothing like it: there, and while the connection that listens is lost, jobs look often.

What only one kind of job has to look at is told to that one alone: in most commits a front stores
an update, or a worker answers one, and no desk and no clock has anything to do with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL = "haven"
EVERYONE, WORKERS, LETTERS = "", "workers", "letters"
"""Who has to look: all jobs; those that answer people; those that send letters."""
RETRY_SECONDS = 5.0
"""Seconds until the listener connects again; jobs look as often as on SQLite meanwhile."""
LISTEN_SECONDS = 1.0
"""Seconds after which the listener looks whether it is to end."""


class Changes:
    """Counts what was stored; one listener for all jobs of a process."""

    def __init__(self, connect: Callable[[], Any] | None = None) -> None:
        """Listen on a connection of this kind, from the first wait on; without one, only sleep."""
        self._connect = connect
        self._thread: threading.Thread | None = None
        self._ends = threading.Event()
        self.is_listening = False
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event, str]] = set()
        self._told = {EVERYONE: 0, WORKERS: 0, LETTERS: 0}

    @property
    def count(self) -> int:
        """Number of changes so far that concern everyone, ours included."""
        return self.count_for(EVERYONE)

    def count_for(self, who: str) -> int:
        """Return the number of changes so far that concern one kind of job."""
        return self._told[EVERYONE] + (self._told[who] if who else 0)

    async def wait(self, seen: int, brief: float, longest: float, who: str = EVERYONE) -> bool:
        """Wait `brief` seconds; then, if nothing was stored since `seen`, until something is.

        At most `longest` seconds in all. Return whether something may have been stored. What
        concerns others than `who` is not waited for.
        """
        await asyncio.sleep(brief)
        if self._connect is None:
            return True
        self._start(self._connect)
        if not self.is_listening or self.count_for(who) != seen:
            return True
        place = (asyncio.get_running_loop(), asyncio.Event(), who)
        self._waiting.add(place)
        try:
            if self.count_for(who) == seen:
                await asyncio.wait_for(place[1].wait(), longest - brief)
        except TimeoutError:
            return False
        finally:
            self._waiting.discard(place)
        return True

    def close(self) -> None:
        """End the listener."""
        self._ends.set()
        if self._thread is not None:
            self._thread.join()

    def _start(self, connect: Callable[[], Any]) -> None:
        if self._thread is None and not self._ends.is_set():
            self._thread = threading.Thread(
                target=self._run, args=(connect,), name="changes", daemon=True
            )
            self._thread.start()

    def _run(self, connect: Callable[[], Any]) -> None:
        while not self._ends.is_set():
            with contextlib.suppress(Exception):  # the writer says what is wrong
                self._listen(connect)
            self.is_listening = False
            self.tell()
            self._ends.wait(RETRY_SECONDS)

    def _listen(self, connect: Callable[[], Any]) -> None:
        with contextlib.closing(connect()) as connection:
            connection.execute(f"LISTEN {CHANNEL}")
            self.is_listening = True
            self.tell()  # what was stored before was not heard
            while not self._ends.is_set():
                for told in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    self.tell(told.payload)

    def tell(self, who: str = EVERYONE) -> None:
        """Have jobs of this process look; a name that this release does not know is everyone."""
        who = who if who in self._told else EVERYONE
        self._told[who] += 1
        for loop, event, waits in list(self._waiting):
            if who in {EVERYONE, waits}:
                with contextlib.suppress(RuntimeError):  # the loop may be closed
                    loop.call_soon_threadsafe(event.set)
