"""When somebody is to be answered: clocks that stand still only while the person is waited for.

A clock runs from the moment a person sent or wrote something until a caseworker answers. What they
write meanwhile never moves it; what they write afterwards starts a new one. A case in the queue
always has one. Being more urgent brings the moment forward; being less urgent leaves it where it
is: what was promised stays promised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.response_times import RESPONSE_MINUTES, due_at, earlier_due, response_time
from bot.hotline.queue.case_status import IS_NOT_CLOSED
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class ReplyClock:
    """How a case stands with what was promised."""

    due_at: int | None
    """None: answered, and the person has not written since."""
    answered_at: int | None = None
    alerts: int = 0
    """How often somebody was told that it is late."""


_LOAD = Prepared(
    lambda _: (
        select(cases.c.priority, cases.c.due_at, cases.c.answered_at, cases.c.alerts)
        .where(cases.c.id == bindparam("case"), IS_NOT_CLOSED)
        .with_for_update()
    ),
    "case",
)
_STORE = Prepared(
    lambda _: (
        update(cases)
        .where(cases.c.id == bindparam("case"))
        .values(
            due_at=bindparam("due_at"),
            answered_at=bindparam("answered_at"),
            alerts=bindparam("alerts"),
        )
    ),
    "due_at",
    "answered_at",
    "alerts",
    "case",
)


class ReplyClocks:
    """How soon each priority is answered, and the clocks of cases, used inside units of work."""

    def __init__(self, minutes: Sequence[int] = RESPONSE_MINUTES) -> None:
        self.minutes = tuple(minutes)

    def max_wait(self, priority: int) -> int:
        """Return how long a case of this priority may wait, in microseconds."""
        return response_time(self.minutes, priority)

    def due_at(self, priority: int, since: int) -> int:
        """Return the moment an answer is promised for."""
        return due_at(self.minutes, priority, since)

    # --- Clocks, as values -------------------------------------------------------------------

    @staticmethod
    def after_answer(clock: ReplyClock, now: int) -> ReplyClock:
        """Return the clock once a caseworker has answered: it stands still."""
        return replace(clock, due_at=None, answered_at=now, alerts=0)

    def after_message(self, clock: ReplyClock, priority: int, now: int) -> ReplyClock:
        """Return the clock once the person wrote: a running one is not moved."""
        if clock.due_at is not None:
            return clock
        return replace(clock, due_at=self.due_at(priority, now), alerts=0)

    def after_priority_change(self, clock: ReplyClock, priority: int, now: int) -> ReplyClock:
        """Return the clock once the case has another priority: a moment only comes nearer."""
        if clock.due_at is None:
            return clock
        due = earlier_due(self.minutes, priority, now, clock.due_at)
        return replace(clock, due_at=due, alerts=clock.alerts if due == clock.due_at else 0)

    # --- Clocks, as rows ---------------------------------------------------------------------

    def caseworker_answered(self, work: Work, case: str, now: int) -> None:
        """Note that a caseworker answered the person; of a closed case nothing is noted."""
        if found := self._load(work, case):
            self._store(work, case, found[1], self.after_answer(found[1], now))

    def person_wrote(self, work: Work, case: str, now: int) -> None:
        """Note that the person wrote; costs no write while a clock runs."""
        if found := self._load(work, case):
            priority, clock = found
            self._store(work, case, clock, self.after_message(clock, priority, now))

    def clear_due(self, work: Work, case: str) -> None:
        """Note that what the person wrote wants no answer."""
        if found := self._load(work, case):
            self._store(work, case, found[1], replace(found[1], due_at=None, alerts=0))

    def priority_changed(self, work: Work, case: str, now: int) -> None:
        """Note that the case has another priority now."""
        if found := self._load(work, case):
            priority, clock = found
            self._store(work, case, clock, self.after_priority_change(clock, priority, now))

    @staticmethod
    def _load(work: Work, case: str) -> tuple[int, ReplyClock] | None:
        rows = work.rows(_LOAD, case)
        return (rows[0][0], ReplyClock(*rows[0][1:])) if rows else None

    @staticmethod
    def _store(work: Work, case: str, old: ReplyClock, new: ReplyClock) -> None:
        if new != old:
            work.run(_STORE, new.due_at, new.answered_at, new.alerts, case)
