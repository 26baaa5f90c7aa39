"""Emergencies that a caseworker would be alerted to: a P0 that waits, or is overdue.

A case that waits concerns everyone on duty who serves its queue and is not on a break; a held one
concerns its holder once the reply is overdue.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.cases.urgency import Priority
from bot.desks.web.preferences import QueueFilter
from bot.desks.web.queue.queries import WAITING, ListQuery, find_cases
from bot.hotline.queue.own_cases import own_cases
from bot.store.statements import select_in
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from bot.hotline.staff.staff import Caseworker
    from bot.store.writer import Work

_EMERGENCIES = QueueFilter(priority=str(int(Priority.EMERGENCY)))
_MOMENTS = select_in(cases, "id", "reference", "waiting_since", "due_at", among="id")


@dataclass(frozen=True, slots=True)
class EmergencyNotice:
    """One notice: no more than the number of the case and its state."""

    reference: str
    is_overdue: bool
    is_own: bool
    since: int
    """The moment its state began."""

    @property
    def key(self) -> str:
        """Return what names the state of the case: another state is another notice."""
        return f"{self.reference}-{'overdue' if self.is_overdue else 'waits'}-{self.since}"


def find_emergencies(work: Work, by: Caseworker, now: int) -> list[EmergencyNotice]:
    """Return the emergencies that a caseworker would be alerted to now, the most urgent first.

    Those that are overdue come first, the longest of them at the top: a phone shows one alone.
    """
    is_here = by.is_on_duty and by.rests_until <= now
    found = [*(_waiting(work, by, now) if is_here else ()), *_own(work, by, now)]
    return sorted(found, key=lambda it: (not it.is_overdue, it.since))


def _waiting(work: Work, by: Caseworker, now: int) -> list[EmergencyNotice]:
    found = find_cases(work, ListQuery(by, WAITING, now, _EMERGENCIES))
    rows = {row[0]: row for row in work.rows_in(_MOMENTS, found)} if found else {}
    return [_of_row(rows[case], now) for case in found if case in rows]


def _of_row(row: tuple[Any, ...], now: int) -> EmergencyNotice:
    _case, reference, waiting_since, due_at = row
    is_overdue = due_at is not None and due_at <= now
    since = due_at if is_overdue else waiting_since
    return EmergencyNotice(reference, is_overdue=is_overdue, is_own=False, since=since)


def _own(work: Work, by: Caseworker, now: int) -> list[EmergencyNotice]:
    return [
        EmergencyNotice(it.reference, is_overdue=True, is_own=True, since=it.due_at)
        for it in own_cases(work, by.id, now)
        if it.priority == Priority.EMERGENCY and it.due_at is not None and it.due_at <= now
    ]
