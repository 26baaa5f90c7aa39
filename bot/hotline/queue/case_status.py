"""How a case stands in the queue: the columns every move of it changes, read and written as one."""

from __future__ import annotations

from dataclasses import astuple, dataclass, fields, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, text, update

from bot.cases.state_machine import State
from bot.clock import day_of
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from datetime import tzinfo

    from bot.store.writer import Work

QUEUED = frozenset({State.WAITING, State.REOPENED})
"""Where a case waits for anybody who can take it."""
IS_TAKEN = text("status in ('held', 'open')")
"""As SQL: somebody answers for it, and it is not over."""

IS_NOT_OVER = text("status <> 'closed'")


@dataclass(frozen=True, slots=True)
class Standing:
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
    def state(self) -> State:
        """Return how far the case has come."""
        return State(self.status)


_READ_ONLY = ("priority", "queue", "language")
_NAMES = tuple(field.name for field in fields(Standing))
_MOVED = tuple(name for name in _NAMES if name not in _READ_ONLY)
_READ = Prepared(
    lambda _: select(*(cases.c[name] for name in _NAMES)).where(cases.c.id == bindparam("case")),
    "case",
)
_LOCK = Prepared(
    lambda _: (
        select(*(cases.c[name] for name in _NAMES))
        .where(cases.c.id == bindparam("case"))
        .with_for_update()
    ),
    "case",
)
_WRITE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values({name: bindparam(name) for name in _MOVED})
    ),
    *_MOVED,
    "case",
)
_MINUTES = ("opened_at", "waiting_since", "claimed_at", "worked_at", "read_at", "answered_at")
_READ_MINUTES = Prepared(
    lambda _: select(*(cases.c[name] for name in _MINUTES)).where(cases.c.id == bindparam("case")),
    "case",
)
_CUT = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values({name: bindparam(name) for name in _MINUTES} | {"county": None})
    ),
    *_MINUTES,
    "case",
)


def read(work: Work, case: str) -> Standing | None:
    """Return how a case stands now; somebody else may move it before we do."""
    rows = work.rows(_READ, case)
    return Standing(*rows[0]) if rows else None


def read_to_move(work: Work, case: str) -> Standing | None:
    """Return how a case stands; nobody else moves it before this unit of work ends."""
    rows = work.rows(_LOCK, case)
    return Standing(*rows[0]) if rows else None


def write(work: Work, case: str, standing: Standing) -> None:
    """Store how a case stands."""
    work.run(_WRITE, *astuple(standing)[: len(_MOVED)], case)


def cut_to_the_day(work: Work, case: str, zone: tzinfo) -> None:
    """Keep the days of a case that is over, not its minutes nor its county: no queue needs them.

    When it ended stays as it is: whoever closed an emergency is spared another for an hour.
    """
    for moments in work.rows(_READ_MINUTES, case):
        work.run(_CUT, *(at and day_of(at, zone) for at in moments), case)


def queued(old: Standing, state: State, due: int, now: int) -> Standing:
    """Return a case that goes back to the queue, with a clock that runs.

    It keeps its place: whoever waited longest is still first. Only a case that was reopened waits
    since now.
    """
    is_new = state is State.REOPENED
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


def held(old: Standing, staff: str, now: int) -> Standing:
    """Return a case somebody answers for from now on, and has not worked on yet."""
    return replace(old, status=State.HELD.value, holder=staff, claimed_at=now, worked_at=None)


def worked_on(old: Standing, state: State, now: int) -> Standing:
    """Return a case its holder is at."""
    return replace(old, status=state.value, worked_at=now)


def ended(old: Standing, disposition: str, now: int) -> Standing:
    """Return a case that is over: nothing is promised any more."""
    return replace(
        old,
        status=State.CLOSED.value,
        due_at=None,
        alerts=0,
        disposition=disposition,
        closed_at=now,
    )
