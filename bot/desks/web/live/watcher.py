"""Watcher of the event log, and the streams of open pages.

The log is polled ten times a second. A stream carries names of events only. When a session ends,
its streams say so and end.
"""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.cases.offices import CasePlace
from bot.cases.state_machine import CaseState
from bot.desks.web.auth.begun_enrolments import BegunEnrolments
from bot.desks.web.auth.wrong_guesses import WrongGuesses
from bot.desks.web.case.drafts import expire_drafts
from bot.desks.web.form_nonces import expire_nonces
from bot.desks.web.live.event_log import (
    CASE_ERASED,
    SESSION_ENDED,
    DeskEvent,
    EventCursor,
    EventLog,
)
from bot.desks.web.opening.drafts import expire_openings
from bot.hotline.events import EventKind
from bot.hotline.fact_checks import FactChecks
from bot.hotline.interpreting.sessions import HOURS_KEPT, InterpretingSessions
from bot.hotline.queue.visibility import serves
from bot.hotline.staff.approvals import Approvals
from bot.hotline.staff.shift_notes import ShiftNotes
from bot.log import log
from bot.store.faults import is_store_error
from bot.store.statements import select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.clock import Clock
    from bot.desks.web.auth.sessions import DeskSessions
    from bot.desks.web.command_client import CommandClient
    from bot.desks.web.live.moved_cases import MovedCases
    from bot.desks.web.read_pool import ReadPool
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work, Writer

POLL_SECONDS = 0.1
LONG_POLL_SECONDS = 60.0
"""While nothing is stored."""
AWAY_POLL_SECONDS = 1.0
"""A database that is away is not asked ten times a second."""
CLEANUP_SECONDS = 300.0
MAX_PENDING = 32  # events that wait for a slow reader
QUEUE, CASE, PERSON_WROTE, GONE, OWN, ALERT, ALL, SIGNED_OUT = (
    "queue", "case", "message", "gone", "own", "alert", "all", "ended"
)  # fmt: skip
"""Events of a stream: the queue changed; an open case changed; its person wrote; it is not open to
this caseworker any more; a case they hold changed; a case waits for them; anything may have
changed; the session has ended. CASE, PERSON_WROTE and GONE are followed by the number of the case,
which the page itself asked for."""
QUEUE_EVENTS = frozenset({CASE_ERASED, *EventKind}) - {
    EventKind.NOTE_ADDED, EventKind.ANSWER_FILLED_IN, EventKind.DELIVERY_RESULT, EventKind.DELAYED,
    EventKind.WITHHELD, EventKind.INTERPRETED,
}  # fmt: skip
ALERT_EVENTS = frozenset({
    EventKind.OPENED, EventKind.REPORT_ADDED, EventKind.PERSON_WROTE, EventKind.TRANSFERRED,
    EventKind.REOPENED, EventKind.LAPSED, EventKind.OVERDUE, EventKind.LEGAL_DEADLINE,
    EventKind.PARTNER_ANSWERED, EventKind.PASSED_ON,
})  # fmt: skip
"""Events after which a caseworker is needed."""
SHOWN_AS_UNREAD = frozenset({EventKind.PERSON_WROTE, EventKind.REPORT_ADDED})
"""Of these, what the list of own cases counts; the open pages of the holder alert from there."""
MOVES = frozenset({
    CASE_ERASED, EventKind.TRANSFERRED, EventKind.RELEASED, EventKind.LAPSED, EventKind.CLOSED,
    EventKind.REOPENED, EventKind.PASSED_ON, EventKind.NOT_SENT,
})  # fmt: skip
"""Events after which a case may have left the list of a caseworker who no longer holds it."""
_CASE_STATUS = select_one(cases, "status", "holder", "queue", "office", "due_at", by="id")


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
    """Stream of one browser, for all its open pages."""

    who: str
    cases: dict[str, str] = field(default_factory=dict)
    """Numbers of the cases that pages show, by id."""
    unread: frozenset[str] = frozenset()
    """Those of which the caseworker has not opened the content, as before they give a reason."""
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

    def put_case(self, case: str, event: str = CASE) -> None:
        """Add an event of a case, if a page shows the case."""
        if case in self.cases:
            self.put(f"{event} {self.cases[case]}")


class EventStreams:
    """All streams of the desk."""

    def __init__(self, moved_cases: MovedCases | None = None) -> None:
        self._open: set[EventStream] = set()
        self._moved_cases = moved_cases
        self.position = ""
        """Names the newest event: another position means that something has happened since.

        A page is drawn at one position and its stream opens at another, perhaps at another desk.
        """

    @contextlib.contextmanager
    def subscribe(
        self, who: str, cases: Mapping[str, str] | None = None,
        unread: frozenset[str] = frozenset(),
    ) -> Iterator[EventStream]:  # fmt: skip
        """Yield a stream that receives events while the context lasts.

        Args:
            who: the caseworker.
            cases: numbers of the cases that pages show, by id.
            unread: those of which the content is not open.
        """
        stream = EventStream(who, dict(cases or {}), unread)
        self._open.add(stream)
        self._notify_viewers(stream)
        try:
            yield stream
        finally:
            self._open.discard(stream)
            self._notify_viewers(stream)

    def _notify_viewers(self, changed: EventStream) -> None:
        for stream in self._open:
            if stream.who != changed.who:
                for case in changed.cases:
                    stream.put_case(case)

    def set_unread(self, stream: EventStream, unread: frozenset[str]) -> None:
        """Note of which cases a caseworker has not opened the content; tell the other viewers."""
        if unread != stream.unread:
            stream.unread = unread
            self._notify_viewers(stream)

    def count(self, who: str) -> int:
        """Return the number of open streams of a caseworker."""
        return sum(stream.who == who for stream in self._open)

    def viewers(self, case: str) -> set[str]:
        """Return who has the content of a case open."""
        return {it.who for it in self._open if case in it.cases and case not in it.unread}

    def publish(self, event: DeskEvent) -> None:
        """Send an event to the pages it concerns."""
        if event.case and event.what in MOVES and self._moved_cases is not None:
            self._moved_cases.add(event.case)
        name = PERSON_WROTE if event.what == EventKind.PERSON_WROTE else CASE
        for stream in self._open:
            if event.what == CASE_ERASED:
                for case in stream.cases:
                    stream.put_case(case)
            elif event.case:
                stream.put_case(event.case, name)
            if event.what in QUEUE_EVENTS:
                stream.put(QUEUE)
            if event.what in MOVES:
                stream.put(OWN)

    def tell(self, who: frozenset[str], event: str) -> None:
        """Send an event to all pages of these caseworkers."""
        for stream in self._open:
            if stream.who in who:
                stream.put(event)

    def end_all(self) -> None:
        """Tell all pages that their session has ended."""
        for stream in self._open:
            stream.put(SIGNED_OUT)


@dataclass(frozen=True, slots=True)
class Concerned:
    """The caseworkers an event concerns."""

    holder: str = ""
    alerted: frozenset[str] = frozenset()
    interpreters: frozenset[str] = frozenset()


@dataclass
class EventWatcher:
    """Polls the event log, and passes events to streams and results to waiting requests.

    On PostgreSQL it is woken by what any process stores (`bot.store.changes`); on SQLite it asks
    ten times a second.
    """

    read_pool: ReadPool
    event_log: EventLog
    streams: EventStreams
    command_client: CommandClient
    writer: Writer
    clock: Clock
    staff: Staff
    sessions: DeskSessions

    def __post_init__(self) -> None:
        self._cursor: EventCursor | None = None
        self._cleaned_at = self.clock.monotonic()

    async def run(self) -> None:
        """Poll until cancelled; an error does not stop the polling."""
        is_failing = False
        while True:
            wait, longest, seen = POLL_SECONDS, LONG_POLL_SECONDS, self.writer.changes.count
            try:
                await self.poll()
                if self.clock.monotonic() - self._cleaned_at > CLEANUP_SECONDS:
                    self._cleaned_at = self.clock.monotonic()
                    await self.writer.run(lambda work: expire_old_rows(work, self.clock.now()))
                    await self.sessions.clean()
            except Exception as error:  # noqa: BLE001 - the next poll may succeed
                if not is_failing:  # log once, not ten times a second
                    log.error("desk_poll_failed", error=type(error).__name__)
                is_failing = True
                wait = AWAY_POLL_SECONDS if is_store_error(error) else wait
                longest = wait
            else:
                if is_failing:
                    log.info("desk_poll_recovered")
                is_failing = False
            # A number that was skipped, and is stored after later ones, is heard like any other.
            await self.writer.changes.wait(seen, wait, longest)

    async def poll(self) -> None:
        """Poll once."""
        if self._cursor is None:
            self._cursor = EventCursor(await self.read_pool.run(EventLog.newest))
            self.streams.position = self._cursor.position
            return
        cursor, now = self._cursor, self.clock.monotonic()
        last, missing = cursor.last, cursor.missing(now)
        for event, concerned in await self.read_pool.run(
            lambda work: self._new_events(work, last, missing)
        ):
            cursor.advance(event.number, now)
            self.streams.position = cursor.position
            if event.what == SESSION_ENDED:  # its streams look, and end
                whose = self.sessions.forget_named(event.ticket)
                self.streams.tell(frozenset({whose}), OWN)
                continue
            self.streams.tell(frozenset({concerned.holder}), OWN)
            self.streams.tell(concerned.alerted, ALERT)
            self.streams.tell(concerned.interpreters, OWN)
            if event.result is None or not event.ticket:
                self.streams.publish(event)
            elif not self.command_client.deliver_result(event.ticket, event.result):
                self.streams.publish(event)  # its words may have to go back to an open page

    def _new_events(
        self, work: Work, last: int, missing: list[int]
    ) -> list[tuple[DeskEvent, Concerned]]:
        return [
            (event, self._concerned(work, event))
            for event in self.event_log.since(work, last, missing)
        ]

    def _concerned(self, work: Work, event: DeskEvent) -> Concerned:
        """Return the holder, and who is alerted: the holder, or those on duty in the queue."""
        found = work.rows(_CASE_STATUS, event.case) if event.case else []
        if not found:
            return Concerned()
        if event.what == EventKind.INTERPRETED:
            return self._of_interpreting(work, event.case, str(found[0][1] or ""))
        status, holder, *place = found[0]
        is_alert = event.what in ALERT_EVENTS
        if holder and CaseState(status) not in {CaseState.WAITING, CaseState.REOPENED}:
            is_counted = event.what in SHOWN_AS_UNREAD
            alerted = frozenset({str(holder)} if is_alert and not is_counted else ())
            return Concerned(str(holder), alerted)
        if not is_alert:
            return Concerned()
        now = self.clock.now()
        here = (it for it in self.staff.on_duty(work) if it.rests_until <= now)
        waits_in = CasePlace(*place)
        return Concerned(alerted=frozenset(it.id for it in here if serves(it, waits_in, now)))

    def _of_interpreting(self, work: Work, case: str, holder: str) -> Concerned:
        """Return the interpreters of a case; those who were just invited are alerted as well."""
        sessions = InterpretingSessions.of_case(work, case)
        now = self.clock.now()
        invited = (it for it in sessions if it.is_open(now) and it.began_at is None)
        return Concerned(
            holder, frozenset(it.interpreter for it in invited),
            frozenset(it.interpreter for it in sessions),
        )  # fmt: skip


def expire_old_rows(work: Work, now: int) -> None:
    """Delete what has expired: events, drafts, nonces, notes, approvals, checks."""
    EventLog.expire(work, now)
    expire_drafts(work, now)
    expire_nonces(work, now)
    expire_openings(work, now)
    WrongGuesses.expire(work, now)
    BegunEnrolments.expire(work, now)
    ShiftNotes.delete_old(work, now)
    Approvals.delete_old(work, now)
    FactChecks.delete_lapsed(work, now)
    InterpretingSessions.expire_hours(work, now - HOURS_KEPT)
