"""Who is there and how much each carries; in which language somebody waits too long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.cases.routing import Queue
from bot.cases.state_machine import CaseState, Role
from bot.desks.web.queue import queries
from bot.hotline.queue.case_status import IS_ASSIGNED
from bot.hotline.queue.claims import Claims, serves
from bot.languages import LANGUAGES
from bot.store.compiled import Prepared
from bot.store.tables.main import CASE_IS_DUE, CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.staff.staff import Caseworker, Staff
    from bot.store.writer import Work

MAX_LATE = 2000
"""Cases beyond the promise that are looked at: with more than that nobody needs the number."""

_ASSIGNED = Prepared(
    lambda _: (
        select(cases.c.reference, cases.c.priority, cases.c.language, cases.c.due_at)
        .where(cases.c.holder == bindparam("staff"), IS_ASSIGNED)
        .order_by(cases.c.priority, cases.c.waiting_since, cases.c.id)
    ),
    "staff",
)
_WAITING = Prepared(
    lambda _: select(func.count()).select_from(
        select(cases.c.id)
        .where(
            CASE_WAITS,
            cases.c.queue == bindparam("in_queue"),
            cases.c.language == bindparam("spoken"),
        )
        .limit(bindparam("most"))
        .subquery()
    ),
    "in_queue",
    "spoken",
    "most",
)
_LATE = Prepared(
    # States named one by one: in the words of the queue's index, SQLite would read all that waits.
    lambda _: (
        select(cases.c.id, cases.c.language, cases.c.due_at)
        .where(
            CASE_IS_DUE,
            cases.c.due_at < bindparam("now"),
            cases.c.status.in_([bindparam("one"), bindparam("other")]),
        )
        .order_by(cases.c.due_at)
        .limit(bindparam("most"))
    ),
    "now",
    "one",
    "other",
    "most",
)


@dataclass(frozen=True, slots=True)
class WorkloadCase:
    """One case somebody answers for."""

    reference: str
    priority: int
    language: str
    due_at: int | None


@dataclass(frozen=True, slots=True)
class Workload:
    """One colleague and what they carry."""

    by: Caseworker
    cases: list[WorkloadCase]
    load: int
    """How much that is; an emergency counts for more than one."""
    late: int
    """How many of them wait beyond the promise."""
    is_resting: bool

    @property
    def free_slots(self) -> int:
        """Return how many chats more they can take."""
        return max(0, self.by.most - self.load)


@dataclass(frozen=True, slots=True)
class LateCase:
    """One case that waits beyond the promise."""

    case: str
    language: str
    due_at: int


@dataclass(slots=True)
class LanguageDemand:
    """One language in which somebody waits."""

    language: str
    waiting: int = 0
    late: int = 0
    late_since: int = 0
    """Since when the first of them waits beyond the promise; 0: nobody does."""
    available: list[Workload] = field(default_factory=list)
    """Who is there now and reads it."""


def workloads(work: Work, staff: Staff, now: int) -> list[Workload]:
    """Return everybody who helps and is there or holds something, the fullest first."""
    found = []
    for by in staff.all(work):
        if not by.is_active or by.role is Role.AUDITOR:
            continue
        held = [WorkloadCase(*row) for row in work.rows(_ASSIGNED, by.id)]
        if held or by.is_on_duty:
            late = sum(it.due_at is not None and it.due_at < now for it in held)
            resting = by.is_on_duty and by.rests_until > now
            found.append(Workload(by, held, Claims.chat_count(work, by.id), late, resting))
    return sorted(found, key=lambda it: (not it.by.is_on_duty, -it.load, it.by.id))


def late_cases(work: Work, now: int) -> list[LateCase]:
    """Return who waits beyond the promise, the longest first."""
    states = (CaseState.WAITING.value, CaseState.REOPENED.value)
    return [LateCase(*row) for row in work.rows(_LATE, now, *states, MAX_LATE)]


def language_demand(
    work: Work, hands: Iterable[Workload], late: Iterable[LateCase], now: int
) -> list[LanguageDemand]:
    """Return the languages in which somebody waits, those with the longest wait first.

    Args:
        work: the unit of work.
        hands: who is there.
        late: who waits too long.
        now: the moment.
    """
    found = {tag: LanguageDemand(tag) for tag in LANGUAGES}
    for tag, it in found.items():
        counted = (work.rows(_WAITING, queue.value, tag, queries.MAX_COUNT + 1) for queue in Queue)
        it.waiting = sum(int(count[0][0]) for count in counted)
    for each in late:
        it = found.setdefault(each.language, LanguageDemand(each.language))
        it.late += 1
        it.late_since = it.late_since or each.due_at
    for there in hands:
        if there.by.is_on_duty and not there.is_resting:
            for tag in found.keys() & set(there.by.languages):
                found[tag].available.append(there)
    waits = [it for it in found.values() if it.waiting or it.late]
    return sorted(waits, key=lambda it: (it.late_since or now, -it.waiting))


def available_for(hands: Iterable[Workload], queue: str) -> list[Workload]:
    """Return who could be given a case of a queue now, those with most room first."""
    here = [
        it
        for it in hands
        if it.by.is_on_duty and not it.is_resting and it.free_slots and serves(it.by, queue)
    ]
    return sorted(here, key=lambda it: -it.free_slots)
