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

from bot.cases.response_times import PROMISED, due_at, due_sooner, span_of
from bot.hotline.queue.case_status import IS_NOT_OVER
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class Clock:
    """How a case stands with what was promised."""

    due_at: int | None
    """None: answered, and the person has not written since."""
    answered_at: int | None = None
    alerts: int = 0
    """How often somebody was told that it is late."""


_NOW = Prepared(
    lambda _: (
        select(cases.c.priority, cases.c.due_at, cases.c.answered_at, cases.c.alerts)
        .where(cases.c.id == bindparam("case"), IS_NOT_OVER)
        .with_for_update()
    ),
    "case",
)
_SET = Prepared(
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


class Promises:
    """How soon each priority is answered, and the clocks of cases, used inside units of work."""

    def __init__(self, minutes: Sequence[int] = PROMISED) -> None:
        self.minutes = tuple(minutes)

    def span(self, priority: int) -> int:
        """Return how long a case of this priority may wait, in microseconds."""
        return span_of(self.minutes, priority)

    def due(self, priority: int, since: int) -> int:
        """Return the moment an answer is promised for."""
        return due_at(self.minutes, priority, since)

    # --- Clocks, as values -------------------------------------------------------------------

    @staticmethod
    def after_answer(clock: Clock, now: int) -> Clock:
        """Return the clock once a caseworker has answered: it stands still."""
        return replace(clock, due_at=None, answered_at=now, alerts=0)

    def after_word(self, clock: Clock, priority: int, now: int) -> Clock:
        """Return the clock once the person wrote: a running one is not moved."""
        if clock.due_at is not None:
            return clock
        return replace(clock, due_at=self.due(priority, now), alerts=0)

    def after_raise(self, clock: Clock, priority: int, now: int) -> Clock:
        """Return the clock once the case has another priority: a moment only comes nearer."""
        if clock.due_at is None:
            return clock
        due = due_sooner(self.minutes, priority, now, clock.due_at)
        return replace(clock, due_at=due, alerts=clock.alerts if due == clock.due_at else 0)

    # --- Clocks, as rows ---------------------------------------------------------------------

    def answered(self, work: Work, case: str, now: int) -> None:
        """Note that a caseworker answered the person; of a closed case nothing is noted."""
        if found := self._found(work, case):
            self._set(work, case, found[1], self.after_answer(found[1], now))

    def person_wrote(self, work: Work, case: str, now: int) -> None:
        """Note that the person wrote; costs no write while a clock runs."""
        if found := self._found(work, case):
            priority, clock = found
            self._set(work, case, clock, self.after_word(clock, priority, now))

    def nothing_due(self, work: Work, case: str) -> None:
        """Note that what the person wrote wants no answer."""
        if found := self._found(work, case):
            self._set(work, case, found[1], replace(found[1], due_at=None, alerts=0))

    def raised(self, work: Work, case: str, now: int) -> None:
        """Note that the case has another priority now."""
        if found := self._found(work, case):
            priority, clock = found
            self._set(work, case, clock, self.after_raise(clock, priority, now))

    @staticmethod
    def _found(work: Work, case: str) -> tuple[int, Clock] | None:
        rows = work.rows(_NOW, case)
        return (rows[0][0], Clock(*rows[0][1:])) if rows else None

    @staticmethod
    def _set(work: Work, case: str, old: Clock, new: Clock) -> None:
        if new != old:
            work.run(_SET, new.due_at, new.answered_at, new.alerts, case)
