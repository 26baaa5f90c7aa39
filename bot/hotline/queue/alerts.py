"""What the clock does by itself: alerts when somebody waits too long, claims that lapse.

Alerts widen by circles: first whoever holds the case or is there and can answer, then supervisors,
then administrators as well. Each further one comes after another span of the case's priority, so an
emergency is heard every two minutes and a matter of days is no noise. A circle without anybody in
it is skipped: an alert is never sent to nobody while there is somebody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, case, literal, select, update

from bot.cases.state_machine import CaseState, Role
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.erasure.requests import REQUEST_UNCONFIRMED, ErasureRequests
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.case_status import IS_ASSIGNED
from bot.store.compiled import Prepared, PreparedList
from bot.store.tables.main import CASE_IS_DUE, cases
from bot.text import _
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.erasure.requests import ErasureRequest
    from bot.hotline.queue.claims import Claims
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault.audit.log import AuditLog

CLAIM_TIMEOUT = 15 * MINUTE
"""How long a claim may lie untouched, unless the deployment says otherwise."""
SILENCE_LIMIT = 30 * MINUTE
"""How long somebody in danger may say nothing before staff are told."""
SILENCE_PRIORITY = Priority.WITHIN_A_DAY
"""Up to this priority a silence is told."""
MAX_SILENCE_ALERTS = 2
"""How often one silence is told: first to the holder and those who are there, then above."""
MAX_ALERTS = 200
"""Alerts in one look; the rest is found at the next."""
LATE, SILENT = "late", "silent"

ANSWER_OVERDUE = _("{reference}: promised to be answered, and late by {minutes} min.")
PERSON_SILENT = _("{reference}: in danger, answered, and silent for {minutes} min.")
CLAIM_TIMED_OUT = _(
    "{reference}: claimed and not touched for {minutes} min; it waits in the queue again."
)


@dataclass(frozen=True, slots=True)
class CaseAlert:
    """A case somebody has to hear about."""

    case: str
    reference: str
    queue: str
    language: str
    holder: str | None
    alerts: int
    """How many alerts there were before this one."""
    since: int
    """The moment that was promised, or of the last answer."""


@dataclass(frozen=True, slots=True)
class AssignedCase:
    """A case somebody holds, as far as the clock is concerned with it."""

    case: str
    reference: str
    queue: str
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
        """Return it as somebody hears about it who waits for the person."""
        return CaseAlert(
            self.case, self.reference, self.queue, self.language, self.holder, self.alerts,
            self.answered_at or self.claimed_at,
        )  # fmt: skip


_COLUMNS = (cases.c.id, cases.c.reference, cases.c.queue, cases.c.language, cases.c.holder,
         cases.c.alerts)  # fmt: skip
_SPANS = tuple(f"span_{priority.value}" for priority in Priority)
_LATE = Prepared(
    lambda _: (
        select(*_COLUMNS, cases.c.due_at)
        .where(
            CASE_IS_DUE,
            cases.c.due_at <= bindparam("now"),
            cases.c.due_at + cases.c.alerts * _span() <= bindparam("now"),
        )
        .order_by(cases.c.due_at)
        .limit(literal(MAX_ALERTS))
    ),
    *_SPANS,
    "now",
)
_ASSIGNED = PreparedList(
    lambda holders: select(
        *_COLUMNS, cases.c.priority, cases.c.claimed_at, cases.c.worked_at, cases.c.answered_at,
        cases.c.due_at,
    ).where(cases.c.holder.in_(holders), IS_ASSIGNED)
)  # fmt: skip
_COUNT_ALERT = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("of_case"))
        .values(alerts=cases.c.alerts + literal(1))
    ),
    "of_case",
)


_ONE = Prepared(
    lambda _: select(*_COLUMNS, cases.c.waiting_since).where(cases.c.id == bindparam("of_case")),
    "of_case",
)


def _span() -> Any:
    """Return how long a row's priority may wait, as SQL."""
    whens: dict[int, Any] = {
        priority.value: bindparam(name) for priority, name in zip(Priority, _SPANS, strict=True)
    }
    return case(whens, value=cases.c.priority)


class QueueMonitor:
    """Looks after everybody who waits, inside units of work; asked every few seconds."""

    def __init__(
        self,
        staff: Staff,
        claims: Claims,
        reply_clocks: ReplyClocks,
        audit: AuditLog,
        *,
        claim_timeout: int = CLAIM_TIMEOUT,
        silence_limit: int = SILENCE_LIMIT,
    ) -> None:
        self._staff = staff
        self._claims = claims
        self._reply_clocks = reply_clocks
        self._audit = audit
        self._claim_timeout = claim_timeout
        self._silence_limit = silence_limit

    def check(self, work: Work, now: int) -> list[Event]:
        """Give untouched claims back, and return what staff have to hear."""
        staff = self._staff.all(work)
        held = [AssignedCase(*row) for row in work.rows_in(_ASSIGNED, [each.id for each in staff])]
        events = [event for each in held if (event := self._time_out_claim(work, each, now))]
        spans = [self._reply_clocks.max_wait(priority) for priority in Priority]
        late = [CaseAlert(*row) for row in work.rows(_LATE, *spans, now)]
        events += [self._alert(work, each, staff, LATE, now) for each in late]
        silent = [each.silence_alert for each in held if self._is_silent(each, now)]
        events += [self._alert(work, each, staff, SILENT, now) for each in silent]
        return events + [
            self._erasure_alert(wish, staff, now) for wish in ErasureRequests.unconfirmed(work, now)
        ]

    @staticmethod
    def _erasure_alert(wish: ErasureRequest, staff: Sequence[Caseworker], now: int) -> Event:
        """Call for somebody who makes sure that a person wants their case erased."""
        concern = CaseAlert(
            wish.case, wish.reference, wish.queue, wish.language, wish.holder, 1, wish.asked_at
        )
        values, to = {"reference": wish.reference}, alert_recipients(concern, staff, now)
        return Event(EventKind.OVERDUE, wish.case, to=to, text=REQUEST_UNCONFIRMED, values=values)

    def _time_out_claim(self, work: Work, held: AssignedCase, now: int) -> Event | None:
        """Give a claim back if nobody touched it."""
        if held.worked_at is not None or held.claimed_at + self._claim_timeout > now:
            return None
        if not isinstance(self._claims.lapse(work, held.case, now), CaseState):
            return None
        values = {"reference": held.reference, "minutes": _minutes(now - held.claimed_at)}
        return Event(
            EventKind.LAPSED, held.case, by=held.holder, text=CLAIM_TIMED_OUT, values=values
        )

    def _is_silent(self, held: AssignedCase, now: int) -> bool:
        """Tell whether somebody in danger was answered and says nothing since, and who heard."""
        if held.priority > SILENCE_PRIORITY or held.due_at is not None or held.answered_at is None:
            return False
        spans = (now - held.answered_at) // self._silence_limit
        return held.alerts < min(spans, MAX_SILENCE_ALERTS)

    def _alert(
        self, work: Work, concern: CaseAlert, staff: Sequence[Caseworker], why: str, now: int
    ) -> Event:
        work.run(_COUNT_ALERT, concern.case)
        self._audit.record(work, now, SYSTEM, "alert", concern.case, f"{why}:{concern.alerts + 1}")
        values = {"reference": concern.reference, "minutes": _minutes(now - concern.since)}
        text = ANSWER_OVERDUE if why == LATE else PERSON_SILENT
        to = alert_recipients(concern, staff, now)
        return Event(EventKind.OVERDUE, concern.case, to=to, text=text, values=values, code=why)


def load_alert(work: Work, case: str) -> CaseAlert | None:
    """Return a case as somebody hears of it for the first time; None for no such case."""
    rows = work.rows(_ONE, case)
    return replace(CaseAlert(*rows[0]), alerts=0) if rows else None


def alert_recipients(alert: CaseAlert, staff: Sequence[Caseworker], now: int) -> tuple[str, ...]:
    """Return who hears of a case: with every alert one circle more.

    Nobody is returned only where nobody can be called: then it is for whoever looks.
    """
    active = [each for each in staff if each.is_active and each.role is not Role.AUDITOR]
    there = [each for each in active if each.is_on_duty and each.rests_until <= now]
    serving = [each for each in there if alert.queue in each.queues]
    speaking = [each for each in serving if alert.language in each.languages]
    holder = [each for each in active if each.id == alert.holder]
    above = [each for each in active if each.role is Role.SUPERVISOR]
    above = [each for each in above if each.is_on_duty] or above
    highest = [each for each in active if each.role is Role.ADMINISTRATOR]
    circles = [circle for circle in (holder + (speaking or serving), above, highest) if circle]
    reached = [each.id for circle in circles[: alert.alerts + 1] for each in circle]
    return tuple(dict.fromkeys(reached))


def _minutes(span: int) -> str:
    return str(span // MINUTE)
