"""Watcher of the event log, and the streams of open pages.

The log is polled ten times a second. A stream carries names of events only. When a session ends,
its streams say so and end.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseState
from bot.desks.web.case.drafts import expire_drafts
from bot.desks.web.live.event_log import CASE_ERASED, DeskEvent, EventCursor, EventLog
from bot.hotline.events import EventKind
from bot.hotline.queue.claims import serves
from bot.hotline.staff.approvals import Approvals
from bot.hotline.staff.shift_notes import ShiftNotes
from bot.log import log
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.clock import Clock
    from bot.desks.web.command_client import CommandClient
    from bot.desks.web.read_pool import ReadPool
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work, Writer

POLL_SECONDS = 0.1
CLEANUP_SECONDS = 300.0
MAX_PENDING = 32  # events that wait for a slow reader
QUEUE, CASE, PERSON_WROTE, ALERT, ALL, SIGNED_OUT = (
    "queue", "case", "message", "alert", "all", "ended"
)  # fmt: skip
"""Events of a stream: the queue changed; the open case changed; its person wrote; a case waits for
this caseworker; anything may have changed; the session has ended."""
QUEUE_EVENTS = frozenset({CASE_ERASED, *EventKind}) - {
    EventKind.NOTE_ADDED, EventKind.ANSWER_FILLED_IN, EventKind.DELIVERY_RESULT, EventKind.DELAYED,
    EventKind.WITHHELD,
}  # fmt: skip
ALERT_EVENTS = frozenset({
    EventKind.OPENED, EventKind.REPORT_ADDED, EventKind.PERSON_WROTE, EventKind.TRANSFERRED,
    EventKind.REOPENED, EventKind.LAPSED, EventKind.OVERDUE, EventKind.LEGAL_DEADLINE,
})  # fmt: skip
"""Events after which a caseworker is needed."""
_CASE_STATUS = select_one(cases, "status", "queue", "holder", by="id")


class DistinctQueue(asyncio.Queue[str]):
    """Queue that holds each event at most once, however often it is put."""

    def _init(self, maxsize: int) -> None:  # noqa: ARG002 - as `asyncio.Queue` calls it
        self._queue: dict[str, None] = {}

    def _put(self, item: str) -> None:
        self._queue[item] = None

    def __contains__(self, item: str) -> bool:
        return item in self._queue

    def _get(self) -> str:
        item = next(iter(self._queue))
        del self._queue[item]
        return item


@dataclass(eq=False, slots=True)
class EventStream:
    """Stream of one open page."""

    who: str
    case: str
    events: DistinctQueue = field(default_factory=lambda: DistinctQueue(MAX_PENDING))

    def put(self, event: str) -> None:
        """Add an event, once however often it happens; too many events become one: ALL."""
        if ALL in self.events:
            return
        try:
            self.events.put_nowait(event)
        except asyncio.QueueFull:
            while not self.events.empty():
                self.events.get_nowait()
            self.events.put_nowait(ALL)


class EventStreams:
    """All streams of the desk."""

    def __init__(self) -> None:
        self._open: set[EventStream] = set()

    @contextlib.contextmanager
    def subscribe(self, who: str, case: str) -> Iterator[EventStream]:
        """Yield a stream that receives events while the context lasts."""
        stream = EventStream(who, case)
        self._open.add(stream)
        self._notify_viewers(case, who)
        try:
            yield stream
        finally:
            self._open.discard(stream)
            self._notify_viewers(case, who)

    def _notify_viewers(self, case: str, who: str) -> None:
        for stream in self._open:
            if case and stream.case == case and stream.who != who:
                stream.put(CASE)

    def count(self, who: str) -> int:
        """Return the number of open streams of a caseworker."""
        return sum(stream.who == who for stream in self._open)

    def viewers(self, case: str) -> set[str]:
        """Return who has a case open."""
        return {stream.who for stream in self._open if stream.case == case}

    def publish(self, event: DeskEvent) -> None:
        """Send an event to the pages it concerns."""
        for stream in self._open:
            if event.case and stream.case == event.case:
                stream.put(PERSON_WROTE if event.what == EventKind.PERSON_WROTE else CASE)
            elif event.what == CASE_ERASED and stream.case:
                stream.put(CASE)
            if event.what in QUEUE_EVENTS:
                stream.put(QUEUE)

    def alert(self, who: frozenset[str]) -> None:
        """Alert these caseworkers."""
        for stream in self._open:
            if stream.who in who:
                stream.put(ALERT)

    def end_all(self) -> None:
        """Tell all pages that their session has ended."""
        for stream in self._open:
            stream.put(SIGNED_OUT)


@dataclass
class EventWatcher:
    """Polls the event log, and passes events to streams and results to waiting requests."""

    read_pool: ReadPool
    event_log: EventLog
    streams: EventStreams
    command_client: CommandClient
    writer: Writer
    clock: Clock
    staff: Staff

    def __post_init__(self) -> None:
        self._cursor: EventCursor | None = None
        self._cleaned_at = self.clock.monotonic()

    async def run(self) -> None:
        """Poll until cancelled; an error does not stop the polling."""
        is_failing = False
        while True:
            try:
                await self.poll()
                if self.clock.monotonic() - self._cleaned_at > CLEANUP_SECONDS:
                    self._cleaned_at = self.clock.monotonic()
                    await self.writer.run(lambda work: expire_old_rows(work, self.clock.now()))
            except Exception as error:  # noqa: BLE001 - the next poll may succeed
                if not is_failing:  # log once, not ten times a second
                    log.error("desk_poll_failed", error=type(error).__name__)
                is_failing = True
            else:
                if is_failing:
                    log.info("desk_poll_recovered")
                is_failing = False
            await asyncio.sleep(POLL_SECONDS)

    async def poll(self) -> None:
        """Poll once."""
        if self._cursor is None:
            self._cursor = EventCursor(await self.read_pool.run(EventLog.newest))
            return
        cursor, now = self._cursor, self.clock.monotonic()
        last, missing = cursor.last, cursor.missing(now)
        for event, who in await self.read_pool.run(
            lambda work: self._new_events(work, last, missing)
        ):
            cursor.advance(event.number, now)
            if who:
                self.streams.alert(who)
            if event.result is not None and event.ticket:
                self.command_client.deliver_result(event.ticket, event.result)
            else:
                self.streams.publish(event)

    def _new_events(
        self, work: Work, last: int, missing: list[int]
    ) -> list[tuple[DeskEvent, frozenset[str]]]:
        return [
            (event, self._alerted_staff(work, event))
            for event in self.event_log.since(work, last, missing)
        ]

    def _alerted_staff(self, work: Work, event: DeskEvent) -> frozenset[str]:
        """Return who is alerted: the assigned caseworker, or those on duty in the queue."""
        found = work.rows(_CASE_STATUS, event.case) if event.what in ALERT_EVENTS else []
        if not found:
            return frozenset()
        status, queue, holder = found[0]
        if holder and CaseState(status) not in {CaseState.WAITING, CaseState.REOPENED}:
            return frozenset({str(holder)})
        now = self.clock.now()
        here = (it for it in self.staff.on_duty(work) if it.rests_until <= now)
        return frozenset(it.id for it in here if serves(it, queue))


def expire_old_rows(work: Work, now: int) -> None:
    """Delete expired events, drafts, shift notes and approvals."""
    EventLog.expire(work, now)
    expire_drafts(work, now)
    ShiftNotes.delete_old(work, now)
    Approvals.delete_old(work, now)
