"""Open desks hear that something changed: names on a stream, never a word.

What rings is looked for ten times a second, whatever came of the look before. A browser that does
not read its stream loses it and draws everything anew; whoever lost their session hears that, and
nothing after it.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.desks.web.case import drafts
from bot.desks.web.live.alerts import ALERT_EVENTS, alerted_staff
from bot.desks.web.live.event_log import CASE_ERASED, EventCursor, EventLog
from bot.hotline.events import EventKind
from bot.hotline.staff.approvals import Approvals
from bot.hotline.staff.shift_notes import ShiftNotes
from bot.log import log

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator

    from bot.clock import Clock
    from bot.desks.web.command_client import CommandClient
    from bot.desks.web.live.event_log import DeskEvent
    from bot.desks.web.read_pool import ReadPool
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work, Writer


POLL_SECONDS = 0.1
HEARTBEAT_SECONDS = 20.0
"""Seconds without anything after which a stream says that it lives: proxies cut what is silent."""
CLEANUP_SECONDS = 300.0
MAX_PENDING = 32
"""Events a slow reader may leave lying."""
QUEUE, CASE, PERSON_WROTE, ALERT, ALL, SIGNED_OUT = (
    "queue",
    "case",
    "heard",
    "waits",
    "all",
    "ended",
)
"""What is on a stream: the queue changed; this case did; its person wrote; something waits for
whoever listens; look at everything anew; whoever listens is not signed in any more."""
QUEUE_EVENTS = frozenset({CASE_ERASED, *EventKind}) - {
    EventKind.NOTE_ADDED,
    EventKind.ANSWER_FILLED_IN,
    EventKind.DELIVERY_RESULT,
    EventKind.DELAYED,
    EventKind.WITHHELD,
}


@dataclass(eq=False, slots=True)
class EventStream:
    """One open page."""

    who: str
    case: str
    """The case it shows; empty for none."""
    events: asyncio.Queue[str] = field(default_factory=lambda: asyncio.Queue(MAX_PENDING))

    def put(self, event: str) -> None:
        """Put an event on the stream, once however often it happened; too many are one: all."""
        waiting = list(self.events._queue)  # type: ignore[attr-defined]  # noqa: SLF001 - to look
        if event in waiting or ALL in waiting:
            return
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            while not self.events.empty():
                self.events.get_nowait()
            self.events.put_nowait(ALL)


class EventStreams:
    """Every open page of this desk."""

    def __init__(self) -> None:
        self._open: set[EventStream] = set()

    @contextlib.contextmanager
    def subscribe(self, who: str, case: str) -> Iterator[EventStream]:
        """Give a stream that fills while the context lasts."""
        stream = EventStream(who, case)
        self._open.add(stream)
        self._notify_viewers(case, who)
        try:
            yield stream
        finally:
            self._open.discard(stream)
            self._notify_viewers(case, who)

    def _notify_viewers(self, case: str, who: str) -> None:
        """Let colleagues who look at the same case know that somebody came or went."""
        for stream in self._open:
            if case and stream.case == case and stream.who != who:
                stream.put(CASE)

    def count(self, who: str) -> int:
        """Return how many pages somebody has open."""
        return sum(stream.who == who for stream in self._open)

    def viewers(self, case: str) -> set[str]:
        """Return who looks at a case now."""
        return {stream.who for stream in self._open if stream.case == case}

    def publish(self, event: DeskEvent) -> None:
        """Tell every page what it shows has changed."""
        for stream in self._open:
            if event.case and stream.case == event.case:
                stream.put(PERSON_WROTE if event.what == EventKind.PERSON_WROTE else CASE)
            elif event.what == CASE_ERASED and stream.case:
                stream.put(CASE)
            if event.what in QUEUE_EVENTS:
                stream.put(QUEUE)

    def alert(self, who: frozenset[str]) -> None:
        """Tell these that something waits for them."""
        for stream in self._open:
            if stream.who in who:
                stream.put(ALERT)

    def end_all(self) -> None:
        """Send everybody home."""
        for stream in self._open:
            stream.put(SIGNED_OUT)


class EventWatcher:
    """Looks for what rang, and tells pages and whoever waits for an answer."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it looks at and whom it tells
        self,
        reads: ReadPool,
        bells: EventLog,
        streams: EventStreams,
        post: CommandClient,
        writer: Writer,
        clock: Clock,
        staff: Staff,
    ) -> None:
        self._read_pool = reads
        self._event_log = bells
        self._streams = streams
        self._command_client = post
        self._writer = writer
        self._clock = clock
        self._staff = staff
        self._cursor: EventCursor | None = None
        self._cleaned_at = clock.monotonic()

    async def run(self) -> None:
        """Look until cancelled: a look that fails is followed by the next."""
        is_deaf = False
        while True:
            try:
                await self.poll()
                await self._clean_up()
            except Exception as error:  # noqa: BLE001 - whatever it was, the next may go
                if not is_deaf:  # said once, not ten times a second
                    log.error("desk_poll_failed", error=type(error).__name__)
                is_deaf = True
            else:
                if is_deaf:
                    log.info("desk_poll_recovered")
                is_deaf = False
            await asyncio.sleep(POLL_SECONDS)

    async def _clean_up(self) -> None:
        if self._clock.monotonic() - self._cleaned_at > CLEANUP_SECONDS:
            self._cleaned_at = self._clock.monotonic()
            await self._writer.run(lambda work: expire_old_rows(work, self._clock.now()))

    async def poll(self) -> None:
        """Look once."""
        if self._cursor is None:
            self._cursor = EventCursor(await self._read_pool.run(EventLog.newest))
            return
        numbers, now = self._cursor, self._clock.monotonic()
        last, missing = numbers.last, numbers.missing(now)
        for ring, who in await self._read_pool.run(
            lambda work: self._new_events(work, last, missing)
        ):
            numbers.advance(ring.number, now)
            if who:
                self._streams.alert(who)
            if ring.result is not None and ring.ticket:
                self._command_client.deliver_result(ring.ticket, ring.result)
            else:
                self._streams.publish(ring)

    def _new_events(
        self, work: Work, last: int, missing: list[int]
    ) -> list[tuple[DeskEvent, frozenset[str]]]:
        """Return what rang since, each with whom something waits for now."""
        now, nobody = self._clock.now(), frozenset[str]()
        return [
            (
                ring,
                alerted_staff(work, self._staff, ring.case, now)
                if ring.what in ALERT_EVENTS
                else nobody,
            )
            for ring in self._event_log.since(work, last, missing)
        ]


async def sse_stream(
    stream: EventStream, is_still_in: Callable[[], Awaitable[bool]]
) -> AsyncIterator[bytes]:
    """Yield a stream as a browser reads it: `event: queue`, and nothing beside the name.

    Args:
        stream: what is told.
        is_still_in: tells whether whoever listens is signed in, and may see what the page shows.
    """
    yield b"retry: 2000\nevent: here\ndata: .\n\n"
    while True:
        try:
            async with asyncio.timeout(HEARTBEAT_SECONDS):
                event = await stream.events.get()
        except TimeoutError:
            event = ""
        if event == SIGNED_OUT or not await is_still_in():
            yield b"event: ended\ndata: .\n\n"
            return
        yield f"event: {event}\ndata: .\n\n".encode() if event else b"event: beat\ndata: .\n\n"


def expire_old_rows(work: Work, now: int) -> None:
    """Forget what rang, was begun and never sent, was read by the next shift, or took two."""
    EventLog.expire(work, now)
    drafts.expire_drafts(work, now)
    ShiftNotes.delete_old(work, now)
    Approvals.delete_old(work, now)
