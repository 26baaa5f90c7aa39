"""What happens in chats, told live to whoever watches: the phone page, a test."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator


class SandboxEvent(NamedTuple):
    """One thing a person's app would show."""

    chat: int
    """The chat it concerns; 0 for all."""
    kind: str
    """message, edited, deleted, typing, toast, keyboard, chat, phone, profile, clock; of groups
    also group, topics, reaction."""
    data: Any


class EventFeed:
    """Tells every watcher; costs nothing while nobody watches."""

    def __init__(self) -> None:
        self._subscribers: set[asyncio.Queue[SandboxEvent | None]] = set()

    def publish(self, chat: int, kind: str, about: Any) -> None:
        """Tell everybody who watches."""
        if self._subscribers:
            event = SandboxEvent(chat, kind, about)
            for watcher in self._subscribers:
                watcher.put_nowait(event)

    @contextmanager
    def subscribe(self) -> Iterator[asyncio.Queue[SandboxEvent | None]]:
        """Give a queue that fills with events; None in it means that the sandbox closes."""
        watcher: asyncio.Queue[SandboxEvent | None] = asyncio.Queue()
        self._subscribers.add(watcher)
        try:
            yield watcher
        finally:
            self._subscribers.discard(watcher)

    def close(self) -> None:
        """Send every watcher home."""
        for watcher in self._subscribers:
            watcher.put_nowait(None)
