"""How a case stands in the queue: the columns every move of it changes, read and written as one."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text, update

from bot.cases.state_machine import CaseState
from bot.clock import start_of_day
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.store.writer import Work

QUEUED = frozenset({CaseState.WAITING, CaseState.REOPENED})
"""Where a case waits for anybody who can take it."""
IS_ASSIGNED = text("status in ('held', 'open')")
"""As SQL: somebody answers for it, and it is not over."""

IS_NOT_CLOSED = text("status <> 'closed'")


@dataclass(frozen=True, slots=True)
class CaseStatus:
    """The columns of one case that moves change, and those they are decided by."""

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

    @property
    def state(self) -> CaseState:
        """Return how far the case has come."""
        return CaseState(self.status)


_READ_ONLY = ("priority", "queue", "language")
_NAMES = tuple(field.name for field in fields(CaseStatus))
_WRITABLE = tuple(name for name in _NAMES if name not in _READ_ONLY)
_LOAD = Prepared(
    lambda _: select(*(cases.c[name] for name in _NAMES)).where(cases.c.id == bindparam("case")),
    "case",
)
_LOAD_FOR_UPDATE = Prepared(
    lambda _: (
        select(*(cases.c[name] for name in _NAMES))
        .where(cases.c.id == bindparam("case"))
        .with_for_update()
    ),
    "case",
)
_STORE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values({name: bindparam(name) for name in _WRITABLE})
    ),
    *_WRITABLE,
    "case",
)
_TIMESTAMPS = ("opened_at", "waiting_since", "claimed_at", "worked_at", "read_at", "answered_at")
_LOAD_TIMESTAMPS = Prepared(
    lambda _: select(*(cases.c[name] for name in _TIMESTAMPS)).where(
        cases.c.id == bindparam("case")
    ),
    "case",
)
_TRUNCATE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values({name: bindparam(name) for name in _TIMESTAMPS} | {"county": None})
    ),
    *_TIMESTAMPS,
    "case",
)


def load(work: Work, case: str) -> CaseStatus | None:
    """Return how a case stands now; somebody else may move it before we do."""
    rows = work.rows(_LOAD, case)
    return CaseStatus(*rows[0]) if rows else None


def load_for_update(work: Work, case: str) -> CaseStatus | None:
    """Return how a case stands; nobody else moves it before this unit of work ends."""
    rows = work.rows(_LOAD_FOR_UPDATE, case)
    return CaseStatus(*rows[0]) if rows else None


def store(work: Work, case: str, standing: CaseStatus) -> None:
    """Store how a case stands."""
    work.run(_STORE, *astuple(standing)[: len(_WRITABLE)], case)


def truncate_times(work: Work, case: str, zone: tzinfo) -> None:
    """Keep the days of a case that is over, not its minutes nor its county: no queue needs them.

    When it ended stays as it is: whoever closed an emergency is spared another for an hour.
    """
    for moments in work.rows(_LOAD_TIMESTAMPS, case):
        work.run(_TRUNCATE, *(at and start_of_day(at, zone) for at in moments), case)


def as_queued(old: CaseStatus, state: CaseState, due: int, now: int) -> CaseStatus:
    """Return a case that goes back to the queue, with a clock that runs.

    It keeps its place: whoever waited longest is still first. Only a case that was reopened waits
    since now.
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
    """Return a case somebody answers for from now on, and has not worked on yet."""
    return replace(
        old, status=CaseState.CLAIMED.value, holder=staff, claimed_at=now, worked_at=None
    )


def as_worked_on(old: CaseStatus, state: CaseState, now: int) -> CaseStatus:
    """Return a case its holder is at."""
    return replace(old, status=state.value, worked_at=now)


def as_closed(old: CaseStatus, disposition: str, now: int) -> CaseStatus:
    """Return a case that is over: nothing is promised any more."""
    return replace(
        old,
        status=CaseState.CLOSED.value,
        due_at=None,
        alerts=0,
        disposition=disposition,
        closed_at=now,
    )
