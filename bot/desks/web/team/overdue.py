"""Overdue replies and waiting cases, counted over every state of a case.

A reply can be overdue while a case waits, is claimed, is worked on, was referred or was reopened:
the person waits in any of them. Counts are grouped by the database, so they are exact however many
there are.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, select

from bot.cases.state_machine import CaseState
from bot.cases.urgency import Priority
from bot.hotline.queue.visibility import office_values, seen_by_offices
from bot.store.compiled import Prepared
from bot.store.statements import select_by
from bot.store.tables.main import CASE_IS_DUE, CASE_WAITS, cases

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

_IS_LATE = (CASE_IS_DUE, cases.c.due_at < bindparam("now"))
_COUNTS = Prepared(
    lambda _: (
        select(
            cases.c.language,
            cases.c.status,
            cases.c.priority,
            func.count(),
            func.min(cases.c.due_at),
        )
        .where(*_IS_LATE)
        .group_by(cases.c.language, cases.c.status, cases.c.priority)
    ),
    "now",
)
_FIRST = Prepared(
    lambda _: (
        select(cases.c.id)
        .where(*_IS_LATE)
        .order_by(cases.c.priority, cases.c.due_at, cases.c.id)
        .limit(bindparam("most"))
    ),
    "now",
    "most",
)
_DUE_LATER = (CASE_IS_DUE, cases.c.due_at >= bindparam("now"), CASE_WAITS)
_NEXT_DUE = select_by(
    cases, "id", by=_DUE_LATER, order_by=("due_at", "id"), limit=bindparam("most")
)
_NEXT_OF_OFFICES = select_by(
    cases, "id", by=(*_DUE_LATER, seen_by_offices()), order_by=("due_at", "id"),
    limit=bindparam("most"),
)  # fmt: skip
_WAITING = Prepared(
    lambda _: select(cases.c.language, func.count()).where(CASE_WAITS).group_by(cases.c.language)
)


@dataclass(frozen=True, slots=True)
class OverdueCount:
    """How many replies of one kind are overdue."""

    language: str
    state: CaseState
    priority: int
    count: int
    since: int
    """When the first of them was due."""


@dataclass(slots=True)
class LanguageDemand:
    """Waiting cases and overdue replies in one language."""

    language: str
    waiting: int = 0
    late: int = 0
    late_since: int = 0
    """When the first reply was due; 0 for none."""


@dataclass(slots=True)
class OverdueReplies:
    """All overdue replies, by what decides who has to act."""

    total: int = 0
    emergencies: int = 0
    by_state: Counter[CaseState] = field(default_factory=Counter)
    demand: list[LanguageDemand] = field(default_factory=list)
    """Languages with waiting cases or overdue replies, the longest overdue first."""

    @property
    def unassigned(self) -> int:
        """Return how many are of cases that no one has."""
        return self.by_state[CaseState.WAITING] + self.by_state[CaseState.REOPENED]

    @property
    def referred(self) -> int:
        """Return how many are of cases that were referred."""
        return self.by_state[CaseState.REFERRED]


def overdue_cases(work: Work, now: int, limit: int) -> list[str]:
    """Return the cases whose reply is overdue, the most urgent first."""
    return [str(case) for (case,) in work.rows(_FIRST, now, limit)]


def waiting_cases(work: Work, by: Caseworker, now: int, limit: int) -> list[str]:
    """Return cases of a supervisor that no one has and are not overdue, the next due first."""
    statement = _NEXT_OF_OFFICES if by.offices else _NEXT_DUE
    seen = office_values(by, now) if by.offices else ()
    return [str(case) for (case,) in work.rows(statement, now, *seen, limit)]


def overdue_replies(work: Work, now: int) -> OverdueReplies:
    """Return all overdue replies and all waiting cases."""
    counts = [
        OverdueCount(language, CaseState(status), *rest)
        for language, status, *rest in work.rows(_COUNTS, now)
    ]
    waiting = {str(language): int(count) for language, count in work.rows(_WAITING)}
    found = OverdueReplies(demand=_demand(counts, waiting, now))
    for it in counts:
        found.total += it.count
        found.emergencies += it.count if it.priority == Priority.EMERGENCY else 0
        found.by_state[it.state] += it.count
    return found


def _demand(
    counts: Iterable[OverdueCount], waiting: dict[str, int], now: int
) -> list[LanguageDemand]:
    found = {tag: LanguageDemand(tag, count) for tag, count in waiting.items()}
    for each in counts:
        it = found.setdefault(each.language, LanguageDemand(each.language))
        it.late += each.count
        it.late_since = min(it.late_since or each.since, each.since)
    return sorted(found.values(), key=lambda it: (it.late_since or now, -it.waiting, it.language))
