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

from bot.cases.state_machine import Role, State
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.erasure.requests import NOT_MADE_SURE, Wishes
from bot.hotline.events import Event, Happened
from bot.hotline.queue.case_status import IS_TAKEN
from bot.store.compiled import Prepared, PreparedList
from bot.store.tables.main import CASE_IS_DUE, cases
from bot.text import _
from bot.vault.audit.log import HOUSE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.hotline.erasure.requests import Wish
    from bot.hotline.queue.claims import Claims
    from bot.hotline.queue.sla import Promises
    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work
    from bot.vault.audit.log import Audit

LAPSES = 15 * MINUTE
"""How long a claim may lie untouched, unless the deployment says otherwise."""
SILENCE = 30 * MINUTE
"""How long somebody in danger may say nothing before staff are told."""
DANGER = Priority.WITHIN_A_DAY
"""Up to this priority a silence is told."""
SILENCES = 2
"""How often one silence is told: first to the holder and those who are there, then above."""
MOST = 200
"""Alerts in one look; the rest is found at the next."""
LATE, SILENT = "late", "silent"

NOT_ANSWERED = _("{reference}: promised to be answered, and late by {minutes} min.")
SAYS_NOTHING = _("{reference}: in danger, answered, and silent for {minutes} min.")
WENT_BACK = _(
    "{reference}: claimed and not touched for {minutes} min; it waits in the queue again."
)


@dataclass(frozen=True, slots=True)
class Concern:
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
class Held:
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
    def concern(self) -> Concern:
        """Return it as somebody hears about it who waits for the person."""
        return Concern(
            self.case, self.reference, self.queue, self.language, self.holder, self.alerts,
            self.answered_at or self.claimed_at,
        )  # fmt: skip


_WHAT = (cases.c.id, cases.c.reference, cases.c.queue, cases.c.language, cases.c.holder,
         cases.c.alerts)  # fmt: skip
_SPANS = tuple(f"span_{priority.value}" for priority in Priority)
_LATE = Prepared(
    lambda _: (
        select(*_WHAT, cases.c.due_at)
        .where(
            CASE_IS_DUE,
            cases.c.due_at <= bindparam("now"),
            cases.c.due_at + cases.c.alerts * _span() <= bindparam("now"),
        )
        .order_by(cases.c.due_at)
        .limit(literal(MOST))
    ),
    *_SPANS,
    "now",
)
_HELD = PreparedList(
    lambda holders: select(
        *_WHAT, cases.c.priority, cases.c.claimed_at, cases.c.worked_at, cases.c.answered_at,
        cases.c.due_at,
    ).where(cases.c.holder.in_(holders), IS_TAKEN)
)  # fmt: skip
_TOLD = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("of_case"))
        .values(alerts=cases.c.alerts + literal(1))
    ),
    "of_case",
)


_ONE = Prepared(
    lambda _: select(*_WHAT, cases.c.waiting_since).where(cases.c.id == bindparam("of_case")),
    "of_case",
)


def _span() -> Any:
    """Return how long a row's priority may wait, as SQL."""
    whens: dict[int, Any] = {
        priority.value: bindparam(name) for priority, name in zip(Priority, _SPANS, strict=True)
    }
    return case(whens, value=cases.c.priority)


class Watch:
    """Looks after everybody who waits, inside units of work; asked every few seconds."""

    def __init__(  # noqa: PLR0913 - what it looks after, and how patiently
        self,
        staff: Staff,
        claims: Claims,
        promises: Promises,
        audit: Audit,
        *,
        lapses: int = LAPSES,
        silence: int = SILENCE,
    ) -> None:
        self._staff = staff
        self._claims = claims
        self._promises = promises
        self._audit = audit
        self._lapses = lapses
        self._silence = silence

    def look(self, work: Work, now: int) -> list[Event]:
        """Give untouched claims back, and return what staff have to hear."""
        staff = self._staff.all(work)
        held = [Held(*row) for row in work.rows_in(_HELD, [each.id for each in staff])]
        events = [event for each in held if (event := self._lapsed(work, each, now))]
        spans = [self._promises.span(priority) for priority in Priority]
        late = [Concern(*row) for row in work.rows(_LATE, *spans, now)]
        events += [self._told(work, each, staff, LATE, now) for each in late]
        silent = [each.concern for each in held if self._is_silent(each, now)]
        events += [self._told(work, each, staff, SILENT, now) for each in silent]
        return events + [self._wished(wish, staff, now) for wish in Wishes.late(work, now)]

    @staticmethod
    def _wished(wish: Wish, staff: Sequence[Caseworker], now: int) -> Event:
        """Call for somebody who makes sure that a person wants their case erased."""
        concern = Concern(
            wish.case, wish.reference, wish.queue, wish.language, wish.holder, 1, wish.asked_at
        )
        values, to = {"reference": wish.reference}, whom(concern, staff, now)
        return Event(Happened.OVERDUE, wish.case, to=to, text=NOT_MADE_SURE, values=values)

    def _lapsed(self, work: Work, held: Held, now: int) -> Event | None:
        """Give a claim back if nobody touched it."""
        if held.worked_at is not None or held.claimed_at + self._lapses > now:
            return None
        if not isinstance(self._claims.lapse(work, held.case, now), State):
            return None
        values = {"reference": held.reference, "minutes": _minutes(now - held.claimed_at)}
        return Event(Happened.LAPSED, held.case, by=held.holder, text=WENT_BACK, values=values)

    def _is_silent(self, held: Held, now: int) -> bool:
        """Tell whether somebody in danger was answered and says nothing since, and who heard."""
        if held.priority > DANGER or held.due_at is not None or held.answered_at is None:
            return False
        spans = (now - held.answered_at) // self._silence
        return held.alerts < min(spans, SILENCES)

    def _told(
        self, work: Work, concern: Concern, staff: Sequence[Caseworker], why: str, now: int
    ) -> Event:
        work.run(_TOLD, concern.case)
        self._audit.note(work, now, HOUSE, "alert", concern.case, f"{why}:{concern.alerts + 1}")
        values = {"reference": concern.reference, "minutes": _minutes(now - concern.since)}
        text = NOT_ANSWERED if why == LATE else SAYS_NOTHING
        to = whom(concern, staff, now)
        return Event(Happened.OVERDUE, concern.case, to=to, text=text, values=values, code=why)


def concern_of(work: Work, case: str) -> Concern | None:
    """Return a case as somebody hears of it for the first time; None for no such case."""
    rows = work.rows(_ONE, case)
    return replace(Concern(*rows[0]), alerts=0) if rows else None


def whom(concern: Concern, staff: Sequence[Caseworker], now: int) -> tuple[str, ...]:
    """Return who hears of a case: with every alert one circle more.

    Nobody is returned only where nobody can be called: then it is for whoever looks.
    """
    active = [each for each in staff if each.is_active and each.role is not Role.AUDITOR]
    there = [each for each in active if each.is_on_duty and each.rests_until <= now]
    serving = [each for each in there if concern.queue in each.queues]
    speaking = [each for each in serving if concern.language in each.languages]
    holder = [each for each in active if each.id == concern.holder]
    above = [each for each in active if each.role is Role.SUPERVISOR]
    above = [each for each in above if each.is_on_duty] or above
    highest = [each for each in active if each.role is Role.ADMINISTRATOR]
    circles = [circle for circle in (holder + (speaking or serving), above, highest) if circle]
    reached = [each.id for circle in circles[: concern.alerts + 1] for each in circle]
    return tuple(dict.fromkeys(reached))


def _minutes(span: int) -> str:
    return str(span // MINUTE)
