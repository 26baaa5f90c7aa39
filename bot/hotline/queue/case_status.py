"""The status of a case in the queue: the columns that moves change, loaded and stored as one."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.cases.offices import CasePlace
from bot.cases.state_machine import CaseState
from bot.clock import start_of_day
from bot.store.statements import select_one, update_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.store.writer import Work

QUEUED = frozenset({CaseState.WAITING, CaseState.REOPENED})
"""States in which a case waits to be claimed."""
IS_ASSIGNED = text("status in ('held', 'open')")
"""As SQL: the case has a holder who works on it."""
IS_HELD = text("status in ('held', 'open', 'referred')")
"""As SQL: the case has a holder who answers for it, whether or not others look at it as well."""
IS_NOT_CLOSED = text("status <> 'closed'")


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """The columns of one case that moves change, and those that decide about moves."""

    status: str
    holder: str | None
    claimed_at: int | None
    worked_at: int | None
    due_at: int | None
    alerts: int
    waiting_since: int
    disposition: str | None
    closed_at: int | None
    priority: int
    queue: str
    language: str
    office: str | None

    @property
    def state(self) -> CaseState:
        """Return the state of the case."""
        return CaseState(self.status)

    @property
    def place(self) -> CasePlace:
        """Return what decides who sees it."""
        return CasePlace(self.queue, self.office, self.due_at)


_READ_ONLY = ("priority", "queue", "language", "office")
_NAMES = tuple(field.name for field in fields(CaseStatus))
_WRITABLE = tuple(name for name in _NAMES if name not in _READ_ONLY)
_LOAD = select_one(cases, *_NAMES, by="id")
_LOAD_FOR_UPDATE = select_one(cases, *_NAMES, by="id", lock=True)
_STORE = update_by(cases, *_WRITABLE, by="id")
_TIMESTAMPS = (
    "opened_at",
    "waiting_since",
    "claimed_at",
    "worked_at",
    "read_at",
    "answered_at",
    "first_answer_at",
)
_LOAD_TIMESTAMPS = select_one(cases, *_TIMESTAMPS, by="id")
_TRUNCATE = update_by(cases, *_TIMESTAMPS, by="id", constants={"county": None, "told_at": None})


def load(work: Work, case: str) -> CaseStatus | None:
    """Return the status of a case now; another process may change it at any time."""
    rows = work.rows(_LOAD, case)
    return CaseStatus(*rows[0]) if rows else None


def load_for_update(work: Work, case: str) -> CaseStatus | None:
    """Return the status of a case, locked until this unit of work ends."""
    rows = work.rows(_LOAD_FOR_UPDATE, case)
    return CaseStatus(*rows[0]) if rows else None


def store(work: Work, case: str, status: CaseStatus) -> None:
    """Store the status of a case."""
    work.run(_STORE, *astuple(status)[: len(_WRITABLE)], case)


def truncate_times(work: Work, case: str, zone: tzinfo) -> None:
    """Reduce the times of a closed case to days, and delete its county: no queue needs more.

    When it was closed stays exact: who closed an emergency is spared another for an hour.
    """
    for moments in work.rows(_LOAD_TIMESTAMPS, case):
        work.run(_TRUNCATE, *(at and start_of_day(at, zone) for at in moments), case)


def as_queued(old: CaseStatus, state: CaseState, due: int, now: int) -> CaseStatus:
    """Return the status of a case that returns to the queue, with a reply due.

    It keeps its place in the queue. Only a case that was reopened waits since now.
    """
    is_new = state is CaseState.REOPENED
    return replace(
        old,
        status=state.value,
        holder=None,
        claimed_at=None,
        worked_at=None,
        due_at=due if old.due_at is None else old.due_at,
        alerts=0 if is_new else old.alerts,
        waiting_since=now if is_new else old.waiting_since,
        disposition=None,
        closed_at=None,
    )


def as_assigned(old: CaseStatus, staff: str, now: int) -> CaseStatus:
    """Return the status of a case that a caseworker has just been assigned."""
    return replace(
        old, status=CaseState.CLAIMED.value, holder=staff, claimed_at=now, worked_at=None
    )


def as_worked_on(old: CaseStatus, state: CaseState, now: int) -> CaseStatus:
    """Return the status of a case its holder works on."""
    return replace(old, status=state.value, worked_at=now)


def as_closed(old: CaseStatus, disposition: str, now: int) -> CaseStatus:
    """Return the status of a closed case: no reply is due any more."""
    return replace(
        old,
        status=CaseState.CLOSED.value,
        due_at=None,
        alerts=0,
        disposition=disposition,
        closed_at=now,
    )
