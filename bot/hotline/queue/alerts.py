"""Alerts when a person waits too long, and claims that lapse.

Alerts escalate: first to the holder and to caseworkers on duty who can answer, then to supervisors,
then to administrators as well. Each further alert comes after another response time of the case's
priority, in opening hours: every two minutes for an emergency, every few days for a matter of days.
A circle without members is skipped, so an alert reaches someone if anyone can be reached.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, literal, or_, select

from bot.cases.state_machine import CASE_ROLES, CaseState, Role
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.erasure.requests import REQUEST_UNCONFIRMED, ErasureRequests
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.case_status import IS_HELD
from bot.hotline.queue.visibility import works_for
from bot.store.compiled import Prepared
from bot.store.statements import select_in, select_one, update_by
from bot.store.tables.main import CASE_IS_DUE, cases
from bot.text import _
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from bot.cases.response_times import ResponseTimes, ResponseTimeSource
    from bot.hotline.erasure.requests import ErasureRequest
    from bot.hotline.queue.claims import Claims
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

CLAIM_TIMEOUT = 15 * MINUTE
"""How long a claim may stay without work, unless the settings say otherwise."""
SILENCE_LIMIT = 30 * MINUTE
"""How long a person in danger may be silent before staff are told."""
SILENCE_PRIORITY = Priority.WITHIN_A_DAY
"""The lowest priority for which silence is an alert."""
MAX_SILENCE_ALERTS = 2
"""Alerts for one silence: first to the holder and caseworkers on duty, then to supervisors."""
MAX_ALERTS = 200
"""Alerts in one check; the rest follows at the next."""
MAX_CANDIDATES = 5 * MAX_ALERTS
"""Overdue cases that are looked at in one check."""
LATE, SILENT = "late", "silent"
ALL_ARE_TOLD = 3
"""Alerts about a case after which each further one reaches the same colleagues."""

ANSWER_OVERDUE = _("{reference}: the reply is overdue by {minutes} min.")
ANSWER_DUE_NOW = _("{reference}: the reply is due now.")
PERSON_SILENT = _("{reference}: in danger, answered, and silent for {minutes} min.")
CLAIM_TIMED_OUT = _(
    "{reference}: claimed {minutes} min ago and not worked on; it waits in the queue again."
)


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """A case that staff have to be told about."""

    case: str
    reference: str
    queue: str
    office: str | None
    language: str
    holder: str | None
    alerts: int
    """Alerts before this one."""
    since: int
    """When the reply was due, or when the last one was sent."""


@dataclass(frozen=True, slots=True)
class AssignedCase:
    """The columns of a case with a holder that decide about alerts."""

    case: str
    reference: str
    queue: str
    office: str | None
    language: str
    holder: str
    alerts: int
    priority: int
    claimed_at: int
    worked_at: int | None
    answered_at: int | None
    due_at: int | None

    @property
    def silence_alert(self) -> CaseAlert:
        """Return the alert that the person is silent."""
        return CaseAlert(
            self.case, self.reference, self.queue, self.office, self.language, self.holder,
            self.alerts, self.answered_at or self.claimed_at,
        )  # fmt: skip


_COLUMNS = (cases.c.id, cases.c.reference, cases.c.queue, cases.c.office, cases.c.language,
            cases.c.holder, cases.c.alerts)  # fmt: skip
_SPANS = tuple(f"span_{priority.value}" for priority in Priority)
_SINCE = tuple(f"since_{priority.value}" for priority in Priority)
_LATE = Prepared(
    lambda _: (
        # Closed hours between one alert and the next are left out here; `_late` counts them.
        select(*_COLUMNS, cases.c.due_at, cases.c.priority)
        .where(
            CASE_IS_DUE,
            cases.c.due_at <= bindparam("now"),
            or_(
                cases.c.alerts == literal(0),
                cases.c.due_at + (cases.c.alerts - literal(1)) * _by_priority(_SPANS)
                <= _by_priority(_SINCE),
            ),
        )
        .order_by(cases.c.due_at)
        .limit(literal(MAX_CANDIDATES))
    ),
    *_SPANS,
    *_SINCE,
    "now",
)
_ASSIGNED = select_in(
    cases, *_COLUMNS, "priority", "claimed_at", "worked_at", "answered_at", "due_at",
    among="holder", by=IS_HELD,
)  # fmt: skip
_NOTE_TOLD = update_by(cases, "told_at", by="id")
_SET_ALERTS = update_by(cases, "alerts", by="id")
_ONE = select_one(cases, *_COLUMNS, "waiting_since", by="id")


def _by_priority(names: Sequence[str]) -> Any:
    """Return, as SQL, the parameter for a row's priority."""
    whens: dict[int, Any] = {
        priority.value: bindparam(name) for priority, name in zip(Priority, names, strict=True)
    }
    return case(whens, value=cases.c.priority)


@dataclass(frozen=True, slots=True, kw_only=True)
class AlertLimits:
    """When alerts are given, and whom they can reach."""

    claim_timeout: int = CLAIM_TIMEOUT
    """How long a claim may stay without work."""
    silence: int = SILENCE_LIMIT
    """How long a person in danger may be silent."""
    has_group: bool = False
    """Whether an alert also reaches those who are not on duty, in a Telegram group."""


class QueueMonitor:
    """Finds alerts and lapsed claims, inside units of work; asked every few seconds."""

    def __init__(
        self,
        staff: Staff,
        claims: Claims,
        times: ResponseTimeSource,
        audit: AuditLog,
        limits: AlertLimits | None = None,
    ) -> None:
        self._staff = staff
        self._claims = claims
        self._times = times
        self._audit = audit
        self._limits = limits or AlertLimits()

    def check(self, work: Work, now: int) -> list[Event]:
        """Return lapsed claims to the queue, and return the alerts."""
        staff = self._staff.all(work)
        held = [AssignedCase(*row) for row in work.rows_in(_ASSIGNED, [each.id for each in staff])]
        events = [event for each in held if (event := self._time_out_claim(work, each, now))]
        events += [self._alert(work, each, staff, LATE, now) for each in self._late(work, now)]
        silent = [each.silence_alert for each in held if self._is_silent(each, now)]
        events += [self._alert(work, each, staff, SILENT, now) for each in silent]
        return events + [
            self._erasure_alert(each, staff, now) for each in ErasureRequests.unconfirmed(work, now)
        ]

    def _late(self, work: Work, now: int) -> list[CaseAlert]:
        """Return the cases about which an alert is due because the reply is overdue."""
        every_time = self._times.all(work)
        spans = [min(times.max_wait(it) for times in every_time) for it in Priority]
        since = [
            max(times.hours_of(it).subtract(now, times.max_wait(it)) for times in every_time)
            for it in Priority
        ]
        found = []
        for *columns, priority in work.rows(_LATE, *spans, *since, now):
            alert = CaseAlert(*columns)
            times = self._times.of(work, alert.queue, alert.office)
            passed = _count_passed(times, priority, alert, now)
            if passed and alert.alerts >= ALL_ARE_TOLD:  # what a standstill missed is one alert
                alert = replace(alert, alerts=alert.alerts + passed - 1)
            if passed:
                found.append(alert)
        return found[:MAX_ALERTS]

    @staticmethod
    def _erasure_alert(request: ErasureRequest, staff: Sequence[Caseworker], now: int) -> Event:
        """Return the alert that an erasure request is not confirmed."""
        alert = CaseAlert(
            request.case,
            request.reference,
            request.queue,
            request.office,
            request.language,
            request.holder,
            1,
            request.asked_at,
        )
        values, to = {"reference": request.reference}, alert_recipients(alert, staff, now)
        return Event(
            EventKind.OVERDUE, request.case, to=to, text=REQUEST_UNCONFIRMED, values=values
        )

    def _time_out_claim(self, work: Work, held: AssignedCase, now: int) -> Event | None:
        """Return a claim to the queue if it was not worked on in time."""
        if held.worked_at is not None or held.claimed_at + self._limits.claim_timeout > now:
            return None
        if not isinstance(self._claims.lapse(work, held.case, now), CaseState):
            return None
        values = {"reference": held.reference, "minutes": _minutes(now - held.claimed_at)}
        return Event(
            EventKind.LAPSED, held.case, by=held.holder, text=CLAIM_TIMED_OUT, values=values
        )

    def _is_silent(self, held: AssignedCase, now: int) -> bool:
        """Return whether a person in danger is silent, and an alert about it is due."""
        if held.priority > SILENCE_PRIORITY or held.due_at is not None or held.answered_at is None:
            return False
        spans = (now - held.answered_at) // self._limits.silence
        return held.alerts < min(spans, MAX_SILENCE_ALERTS)

    def _alert(
        self, work: Work, alert: CaseAlert, staff: Sequence[Caseworker], why: str, now: int
    ) -> Event:
        work.run(_SET_ALERTS, alert.alerts + 1, alert.case)
        self._audit.record(work, now, SYSTEM, "alert", alert.case, f"{why}:{alert.alerts + 1}")
        late = now - alert.since
        values = {"reference": alert.reference, "minutes": _minutes(late)}
        overdue = ANSWER_OVERDUE if late >= MINUTE else ANSWER_DUE_NOW
        text = overdue if why == LATE else PERSON_SILENT
        to = alert_recipients(alert, staff, now)
        if why == LATE and reaches_any(to, staff, now, has_group=self._limits.has_group):
            work.run(_NOTE_TOLD, now, alert.case)
        return Event(EventKind.OVERDUE, alert.case, to=to, text=text, values=values, code=why)


def _count_passed(times: ResponseTimes, priority: int, alert: CaseAlert, now: int) -> int:
    """Return how many alerts about a case came due, by bisection: it may be overdue for years."""
    most = max(0, now - alert.since) // times.max_wait(priority)
    due = partial(times.due_at, priority, alert.since)
    return bisect_right(range(alert.alerts, most + 1), now, key=due)


def load_alert(work: Work, case: str) -> CaseAlert | None:
    """Return the first alert about a case; None for no such case."""
    rows = work.rows(_ONE, case)
    return replace(CaseAlert(*rows[0]), alerts=0) if rows else None


def alert_recipients(alert: CaseAlert, staff: Sequence[Caseworker], now: int) -> tuple[str, ...]:
    """Return who is told about a case: one circle more with every alert.

    In each circle those of the case's office are told, all others only where it has none of them.
    It is empty only where no one can be reached.
    """
    active = [each for each in staff if each.is_active and each.role in CASE_ROLES]
    on_duty = [each for each in active if each.is_on_duty and each.rests_until <= now]
    serving = _of_office(alert, [each for each in on_duty if alert.queue in each.queues])
    speaking = [each for each in serving if alert.language in each.languages]
    holder = [each for each in active if each.id == alert.holder]
    supervisors = [each for each in active if each.role is Role.SUPERVISOR]
    supervisors = _of_office(alert, supervisors)
    supervisors = [each for each in supervisors if each.is_on_duty] or supervisors
    administrators = [each for each in active if each.role is Role.ADMINISTRATOR]
    circles = [holder + (speaking or serving), supervisors, administrators]
    circles = [circle for circle in circles if circle]
    reached = [each.id for circle in circles[: alert.alerts + 1] for each in circle]
    return tuple(dict.fromkeys(reached))


def _of_office(alert: CaseAlert, circle: list[Caseworker]) -> list[Caseworker]:
    return [each for each in circle if works_for(each, alert.office)] or circle


def reaches_any(
    to: Collection[str], staff: Sequence[Caseworker], now: int, *, has_group: bool
) -> bool:
    """Return whether an alert reaches a caseworker who can come.

    It reaches those on duty, and by name in the Telegram group those who have an account there.
    """
    return any(
        each.id in to
        and ((each.is_on_duty and each.rests_until <= now) or (has_group and each.account != 0))
        for each in staff
    )


def _minutes(span: int) -> str:
    return str(span // MINUTE)
