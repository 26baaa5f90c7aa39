"""Alarms for emergencies while no caseworker is at a desk, and the calls to on-call caseworkers.

An alarm begins when an emergency is due and no caseworker who serves it is on duty, or its reply is
overdue. On-call caseworkers are called one after the other, round after round, until one sees it:
by the button under the message, by signing in at the desk, or by claiming the case. If a channel
fails, the next of the same caseworker is tried. A call says nothing about a case: no number, no
language, no kind. The audit log records every call. One who was not called and signs in ends no
call: they may come for something else, or have no key for this case. For the same reason someone on
duty whose key does not open a case that waits does not count as there: they could not read it. One
without a key works in the Telegram group, where what a person writes can be read without one.

Why two times: caseworkers on duty have the response time of an emergency (two minutes, `taiwan.md`
7.3) before others are called. A person in danger who read that someone is on duty must not wait
that long for the truth: unless a caseworker has claimed the case, they are told after `TELL_AFTER`
that no one can answer now, whether or not someone is on call. One who claims it afterwards says so.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import bindparam, literal, or_

from bot.cases.offices import CasePlace
from bot.cases.response_times import ResponseTimes
from bot.cases.state_machine import CASEWORK_ROLES
from bot.cases.urgency import Priority
from bot.clock import DAY, MINUTE, SECOND
from bot.hotline.on_call.roster import CallChannel, serving_first
from bot.hotline.queue.case_status import QUEUED
from bot.hotline.queue.visibility import serves
from bot.hotline.staff.shift_duty import as_present
from bot.store.statements import delete_by, insert, select_by, select_in, update_by, upsert
from bot.store.tables.desk import CASE_IS_LISTED, desk_sessions
from bot.store.tables.main import cases, outbox
from bot.store.tables.on_call import ALARM_IS_RUNNING, on_call_alarms, on_call_calls
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from bot.cases.response_times import ResponseTimeSource
    from bot.hotline.on_call.roster import OnCallPerson, OnCallRoster
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

CALL_INTERVAL = 30 * SECOND
"""Between calls to two caseworkers of one round."""
ROUND_INTERVAL = 5 * MINUTE
"""Between two rounds."""
CHANNEL_TIMEOUT = 15 * SECOND
"""How long a channel may take before the next is tried as well."""
TELL_AFTER = 60 * SECOND
"""How long a person waits for a caseworker to see it until they are told that no one can come. It
counts from the moment it was passed on to those on duty; if there are none, from the call."""
ACKNOWLEDGED_FOR = 15 * MINUTE
"""If no caseworker works on the case by then, they are called again."""
CALLS_KEPT = DAY
NO_ONE = "no_one"
"""The audit detail of an alarm that begins while no one is on call."""
MAX_EMERGENCIES = 200
"""Emergencies that are looked at in one check."""


class CallState(StrEnum):
    """What has become of a call over one channel."""

    QUEUED = "queued"
    SENT = "sent"
    FAILED = "failed"
    OVER = "over"
    """It failed or took too long, and the next channel or caseworker was tried."""


class Emergency(NamedTuple):
    """An emergency to which a reply is due."""

    case: str
    queue: str
    office: str | None
    status: str
    holder: str | None
    claimed_at: int | None
    due_at: int

    @property
    def place(self) -> CasePlace:
        """Return what decides who sees it."""
        return CasePlace(self.queue, self.office, self.due_at)


class Alarm(NamedTuple):
    """The alarm for one case."""

    case: str
    since: int
    acknowledged_at: int | None
    told_at: int | None


class Call(NamedTuple):
    """A call over one channel."""

    id: int
    staff: str
    channel: str
    attempt: int
    state: str
    letter: int | None
    at: int


@dataclass(frozen=True, slots=True)
class NewCall:
    """A call that is to be made now."""

    person: OnCallPerson
    channel: CallChannel
    attempt: int


@dataclass(slots=True)
class AlarmResult:
    """What follows from one check."""

    calls: list[NewCall] = field(default_factory=list)
    """They have to be stored with `store_call`."""
    untold: list[str] = field(default_factory=list)
    """Cases whose person is to be told that no one can come."""


_EMERGENCIES = select_by(
    cases, "id", "queue", "office", "status", "holder", "claimed_at", "due_at",
    by=(
        CASE_IS_LISTED,
        cases.c.priority == literal(int(Priority.EMERGENCY)),
        # Not "is not null": for that SQLite would take the index of what is due, and sort.
        cases.c.due_at > literal(0),
    ),
    order_by=("waiting_since", "id"), limit=literal(MAX_EMERGENCIES),
)  # fmt: skip
_ALARM_COLUMNS = ("case_id", "since", "acknowledged_at", "told_at")
_RUNNING = select_by(on_call_alarms, *_ALARM_COLUMNS, by=ALARM_IS_RUNNING, order_by="since")
_START = upsert(
    on_call_alarms, "case_id", "since", key="case_id",
    on_conflict={"acknowledged_at": None, "ended_at": None},
)  # fmt: skip
_END = update_by(on_call_alarms, "ended_at", by="case_id")
_ACKNOWLEDGE = update_by(on_call_alarms, "acknowledged_at", by="case_id")
_NOTE_TOLD = update_by(on_call_alarms, "told_at", by="case_id")
_TOLD = select_in(
    on_call_alarms, "case_id", among="case_id", by=on_call_alarms.c.told_at > literal(0)
)
# A row that is over already: no alarm runs, but its person was told.
_NOTE_TOLD_EARLY = upsert(
    on_call_alarms, "case_id", "since", "told_at", "ended_at", key="case_id", update="told_at",
)  # fmt: skip
_NOTE_CALLED = update_by(
    cases, "told_at",
    by=("id", or_(cases.c.told_at.is_(None), cases.c.told_at < bindparam("since"))),
)  # fmt: skip
_ADD_CALL = insert(on_call_calls, "staff_id", "channel", "attempt", "state", "letter", "at")
_CALLS = select_by(
    on_call_calls, "id", "staff_id", "channel", "attempt", "state", "letter", "at",
    by=on_call_calls.c.at >= bindparam("since"), order_by=("at", "id"),
)  # fmt: skip
_SET_STATE = update_by(on_call_calls, "state", by="id")
_EXPIRE = delete_by(on_call_calls, by=on_call_calls.c.at < bindparam("before"))
_LETTER_STATES = select_in(outbox, "id", "state", among="id")
_SIGNED_IN = select_by(
    desk_sessions.join(on_call_calls, on_call_calls.c.staff_id == desk_sessions.c.staff_id),
    desk_sessions.c.staff_id,
    by=(
        on_call_calls.c.at >= bindparam("since"),
        desk_sessions.c.begun_at >= on_call_calls.c.at,
    ),
    limit=literal(1),
)  # fmt: skip
_FAILED_LETTERS = frozenset({"failed", "blocked", "refused", "uncertain"})


class OnCallAlarms:
    """Begins and ends alarms and decides about calls, inside units of work."""

    def __init__(
        self, roster: OnCallRoster, staff: Staff, audit: AuditLog,
        shut_out: Callable[[str], Collection[str]] = lambda _case: (),
        times: ResponseTimeSource | None = None,
    ) -> None:  # fmt: skip
        """Take what alarms need; `shut_out` returns whose keys do not open a case."""
        self.roster = roster
        self._shut_out = shut_out
        self._times: ResponseTimeSource = times or ResponseTimes()
        self._staff = staff
        self._audit = audit

    def check(self, work: Work, now: int) -> AlarmResult:
        """Begin and end alarms; return whom to call, and which people to tell."""
        everyone = as_present(work, self._staff.all(work), now)
        due = [Emergency(*row) for row in work.rows(_EMERGENCIES)]
        uncovered = {it.case: it for it in due if self._is_uncovered(it, everyone, now)}
        running = self._update_alarms(work, uncovered, now)
        calls = self._update_calls(work, now) if running else []
        self._note_called(work, running, calls, now)
        waiting = self._waiting(work, running, uncovered, now)
        covered = [it for it in due if it.case not in uncovered]
        result = AlarmResult(untold=self._not_taken(work, covered, now))
        if not waiting:
            return result
        places = [uncovered[it.case].place for it in waiting]
        people = serving_first(self.roster.available(work, now), places)
        people.sort(key=lambda it: not self._opens_any(it.by, waiting))  # whom it helps to call
        result.calls = self._next_calls(work, waiting, people, calls, now)
        for alarm in waiting:
            emergency = uncovered[alarm.case]
            is_absent = self._is_absent(emergency, everyone, now)
            is_late = now - alarm.since >= TELL_AFTER or (is_absent and not people)
            is_unseen = is_absent or emergency.status in QUEUED
            if alarm.told_at is None and is_late and is_unseen:
                work.run(_NOTE_TOLD, now, alarm.case)
                result.untold.append(alarm.case)
        return result

    @staticmethod
    def tell_later(work: Work, case: str) -> None:
        """Have the next check find once more that the person of a case is to be told."""
        work.run(_NOTE_TOLD, None, case)

    def store_call(self, work: Work, call: NewCall, letter: int | None, now: int) -> None:
        """Store a call that is being made."""
        who, channel = call.person.by.id, call.channel.value
        work.run(_ADD_CALL, who, channel, call.attempt, CallState.QUEUED.value, letter, now)
        self._audit.record(work, now, SYSTEM, "on_call_call", who, channel)

    def acknowledge(self, work: Work, by: str, now: int) -> int:
        """Record that a caseworker saw the calls; return how many alarms wait no longer."""
        waiting = [it for it in _running(work) if it.acknowledged_at is None]
        for alarm in waiting:
            self._acknowledge(work, alarm.case, by, now)
        return len(waiting)

    def queued_outside_telegram(self, work: Work, now: int) -> list[Call]:
        """Return the calls by e-mail and push that are not sent yet."""
        return [
            it
            for it in _calls_since(work, now - CALLS_KEPT)
            if it.channel != CallChannel.TELEGRAM and it.state == CallState.QUEUED
        ]

    def note_sent(self, work: Work, call: int, *, is_sent: bool) -> None:
        """Store what became of a call by e-mail or push."""
        work.run(_SET_STATE, (CallState.SENT if is_sent else CallState.FAILED).value, call)

    @staticmethod
    def expire(work: Work, now: int) -> int:
        """Delete old calls; return how many."""
        return work.run(_EXPIRE, now - CALLS_KEPT)

    # --- which cases --------------------------------------------------------------------------

    def _is_uncovered(self, it: Emergency, everyone: Iterable[Caseworker], now: int) -> bool:
        """Return whether no caseworker at a desk sees to an emergency."""
        return it.due_at <= now or self._is_absent(it, everyone, now)

    def _not_taken(self, work: Work, covered: Iterable[Emergency], now: int) -> list[str]:
        """Return, and record, the cases that those on duty have not claimed within a minute.

        No alarm runs for them yet. A person is told once for each case.
        """
        late = [
            it.case
            for it in covered
            if it.status in QUEUED and now - self._passed_on_at(work, it) >= TELL_AFTER
        ]
        told = {case for (case,) in work.rows_in(_TOLD, late)} if late else set()
        untold = [case for case in late if case not in told]
        for case in untold:
            work.run(_NOTE_TOLD_EARLY, case, now, now, now)
        return untold

    def _passed_on_at(self, work: Work, it: Emergency) -> int:
        """Return since when the reply clock of an emergency runs.

        It is earlier than the danger for a case whose reply was due sooner already: that one has
        waited for long.
        """
        times = self._times.of(work, it.queue, it.office)
        return it.due_at - times.max_wait(Priority.EMERGENCY)

    def _is_absent(self, it: Emergency, everyone: Iterable[Caseworker], now: int) -> bool:
        """Return whether no caseworker who sees to this emergency, and can open it, is on duty."""
        here = _on_duty_for(it, everyone, now)
        if not here or it.status not in QUEUED:
            return not here
        return {each.id for each in here} <= set(self._shut_out(it.case))

    def _opens_any(self, by: Caseworker, alarms: Iterable[Alarm]) -> bool:
        """Return whether a caseworker is shut out of fewer than all of the cases."""
        return any(by.id not in self._shut_out(it.case) for it in alarms)

    def _update_alarms(
        self, work: Work, uncovered: dict[str, Emergency], now: int
    ) -> dict[str, Alarm]:
        """Begin and end alarms; return those that run."""
        running = {it.case: it for it in _running(work)}
        for case in running.keys() - uncovered.keys():
            work.run(_END, now, case)
            self._audit.record(work, now, SYSTEM, "on_call_end", case)
        for case in uncovered.keys() - running.keys():
            work.run(_START, case, now)
            detail = "" if self.roster.available(work, now) else NO_ONE
            self._audit.record(work, now, SYSTEM, "on_call_start", case, detail)
        return {it.case: it for it in _running(work)}

    def _waiting(
        self, work: Work, running: dict[str, Alarm], uncovered: dict[str, Emergency], now: int
    ) -> list[Alarm]:
        """Return the alarms that no caseworker has seen."""
        found = []
        for alarm in running.values():
            emergency = uncovered[alarm.case]
            if alarm.acknowledged_at is not None:
                if now - alarm.acknowledged_at < ACKNOWLEDGED_FOR:
                    continue
                work.run(_START, alarm.case, now)
                found.append(alarm._replace(since=now, acknowledged_at=None))
            elif by := _seen_by(work, alarm, emergency):
                self._acknowledge(work, alarm.case, by, now)
            else:
                found.append(alarm)
        return found

    def _acknowledge(self, work: Work, case: str, by: str, now: int) -> None:
        work.run(_ACKNOWLEDGE, now, case)
        self._audit.record(work, now, by, "on_call_seen", case)

    # --- calls --------------------------------------------------------------------------------

    def _update_calls(self, work: Work, now: int) -> list[Call]:
        """Store what became of calls over Telegram; return the calls of the last hours."""
        calls = _calls_since(work, now - CALLS_KEPT)
        letters = {
            it.letter: it
            for it in calls
            if it.letter is not None and it.state in {CallState.QUEUED, CallState.OVER}
        }
        for letter, state in work.rows_in(_LETTER_STATES, list(letters)) if letters else ():
            call = letters[letter]
            if state == "sent":
                work.run(_SET_STATE, CallState.SENT.value, call.id)
            elif state in _FAILED_LETTERS and call.state == CallState.QUEUED:
                work.run(_SET_STATE, CallState.FAILED.value, call.id)
        return _calls_since(work, now - CALLS_KEPT) if letters else calls

    @staticmethod
    def _note_called(
        work: Work, running: dict[str, Alarm], calls: Iterable[Call], now: int
    ) -> None:
        """Record in the cases that a caseworker was reached: their people are told so."""
        reached_at = max((it.at for it in calls if it.state == CallState.SENT), default=0)
        for alarm in running.values():
            if reached_at >= alarm.since:
                work.run(_NOTE_CALLED, now, alarm.case, alarm.since)

    def _next_calls(
        self, work: Work, waiting: list[Alarm], people: list[OnCallPerson], calls: list[Call],
        now: int,
    ) -> list[NewCall]:  # fmt: skip
        """Return the calls that are to be made now."""
        since = min(it.since for it in waiting)
        recent = [it for it in calls if it.at >= since]
        retries, is_lost = self._retry(work, recent, people, now)
        firsts = [it for it in recent if it.attempt == 0]
        if not people or retries:
            return retries
        round_size = len(people)
        is_round_over = len(firsts) % round_size == 0
        interval = ROUND_INTERVAL if is_round_over else CALL_INTERVAL
        newest = max(it.since for it in waiting)
        is_due = (
            not firsts
            or firsts[-1].at < newest
            or now - firsts[-1].at >= interval
            or (is_lost and not is_round_over)
        )
        if not is_due:
            return []
        person = people[len(firsts) % round_size]
        return [NewCall(person, person.usable_channels(self.roster.configured)[0], 0)]

    def _retry(
        self, work: Work, calls: list[Call], people: list[OnCallPerson], now: int
    ) -> tuple[list[NewCall], bool]:
        """Return calls over the next channels, and whether a caseworker has no other channel."""
        by_id, retries, is_lost = {it.by.id: it for it in people}, [], False
        for call in calls:
            is_slow = call.state == CallState.QUEUED and now - call.at >= CHANNEL_TIMEOUT
            if call.state != CallState.FAILED and not is_slow:
                continue
            work.run(_SET_STATE, CallState.OVER.value, call.id)
            detail = f"{call.channel}:{'slow' if is_slow else 'failed'}"
            self._audit.record(work, now, SYSTEM, "on_call_fail", call.staff, detail)
            person = by_id.get(call.staff)
            channels = person.usable_channels(self.roster.configured) if person else ()
            if person is not None and call.attempt + 1 < len(channels):
                retries.append(NewCall(person, channels[call.attempt + 1], call.attempt + 1))
            else:
                is_lost = True
        return retries, is_lost


def _running(work: Work) -> list[Alarm]:
    return [Alarm(*row) for row in work.rows(_RUNNING)]


def _calls_since(work: Work, moment: int) -> list[Call]:
    return [Call(*row) for row in work.rows(_CALLS, moment)]


def _seen_by(work: Work, alarm: Alarm, emergency: Emergency) -> str:
    """Return who claimed the case, or was called and signed in; empty for none."""
    if emergency.holder and (emergency.claimed_at or 0) >= alarm.since:
        return emergency.holder
    rows = work.rows(_SIGNED_IN, alarm.since)
    return str(rows[0][0]) if rows else ""


def _on_duty_for(it: Emergency, everyone: Iterable[Caseworker], now: int) -> list[Caseworker]:
    """Return the caseworkers on duty who see to this emergency: its holder, or who serves it."""
    on_duty = [
        each
        for each in everyone
        if each.is_active and each.is_on_duty and each.role in CASEWORK_ROLES
    ]
    if it.holder and it.status not in QUEUED:
        return [each for each in on_duty if each.id == it.holder]
    return [each for each in on_duty if serves(each, it.place, now) and each.rests_until <= now]
