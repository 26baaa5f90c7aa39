"""Waits for what any process stores, so that no job asks again and again while nothing happens.

Each commit that wrote something tells PostgreSQL's listeners (NOTIFY), in whatever process. SQLite
has nothing like it: there, and while the connection that listens is lost, jobs look often.
"""

from __future__ import annotations

import asyncio
import contextlib
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

CHANNEL = "haven"
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
        self._waiting: set[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = set()
        self.count = 0
        """Number of changes so far, ours included."""

    async def wait(self, seen: int, brief: float, longest: float) -> bool:
        """Wait `brief` seconds; then, if nothing was stored since `seen`, until something is.

        At most `longest` seconds in all. Return whether something may have been stored.
        """
        await asyncio.sleep(brief)
        if self._connect is None:
            return True
        self._start(self._connect)
        if not self.is_listening or self.count != seen:
            return True
        place = (asyncio.get_running_loop(), asyncio.Event())
        self._waiting.add(place)
        try:
            if self.count == seen:
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
                for _ in connection.notifies(timeout=LISTEN_SECONDS, stop_after=1):
                    self.tell()

    def tell(self) -> None:
        """Have the jobs of this process look."""
        self.count += 1
        for loop, event in list(self._waiting):
            with contextlib.suppress(RuntimeError):  # the loop may be closed
                loop.call_soon_threadsafe(event.set)
