"""Reply clocks: when a reply to a person is due.

A clock runs from the moment a person sent or wrote something until a caseworker answers. What they
write meanwhile does not move it; what they write afterwards starts a new one. A case in the queue
always has one. It runs in opening hours only, except in an emergency. A higher priority brings the
moment forward; a lower one leaves it where it is.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from bot.cases.response_times import ResponseTimes, ResponseTimeSource
from bot.hotline.figures.counters import FirstAnswer
from bot.hotline.queue.case_status import IS_NOT_CLOSED
from bot.store.statements import select_one, update_by
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.cases.offices import CasePlace
    from bot.hotline.figures.counters import FigureCounters
    from bot.store.writer import Work


@dataclass(frozen=True, slots=True)
class ReplyClock:
    """The reply clock of one case."""

    due_at: int | None
    """None: a caseworker answered, and the person has not written since."""
    answered_at: int | None = None
    alerts: int = 0
    """How many alerts there were that the reply is overdue."""

    def after_answer(self, now: int) -> ReplyClock:
        """Return the clock after a caseworker answered: it stops."""
        return replace(self, due_at=None, answered_at=now, alerts=0)

    def after_message(self, times: ResponseTimes, priority: int, now: int) -> ReplyClock:
        """Return the clock after the person wrote: a running one is not moved."""
        if self.due_at is not None:
            return self
        return replace(self, due_at=times.due_at(priority, now), alerts=0)

    def after_priority_change(self, times: ResponseTimes, priority: int, now: int) -> ReplyClock:
        """Return the clock after the priority changed: the moment can only come nearer."""
        if self.due_at is None:
            return self
        due = times.earlier_due(priority, now, self.due_at)
        return replace(self, due_at=due, alerts=self.alerts if due == self.due_at else 0)


class _CaseClock(NamedTuple):
    """A case's reply clock, and what decides how it runs."""

    priority: int
    queue: str
    office: str | None
    language: str
    opened_at: int
    first_answer_at: int | None
    clock: ReplyClock

    def first_answer(self, now: int) -> FirstAnswer:
        """Return the answer of this moment as the first one in the case."""
        due = self.clock.due_at
        return FirstAnswer(self.language, self.queue, self.opened_at, due is None or now <= due)


_LOAD = select_one(
    cases, "priority", "queue", "office", "language", "opened_at", "first_answer_at", "due_at",
    "answered_at", "alerts", by=("id", IS_NOT_CLOSED), lock=True,
)  # fmt: skip
_NOTE_FIRST_ANSWER = update_by(cases, "first_answer_at", by="id")
_STORE = update_by(cases, "due_at", "answered_at", "alerts", by="id")


class ReplyClocks:
    """Response times of queues, and reply clocks of cases, used inside units of work."""

    def __init__(
        self, times: ResponseTimeSource | None = None, counters: FigureCounters | None = None
    ) -> None:
        """Create the clocks; first answers are counted, if there are counters."""
        self.times: ResponseTimeSource = times or ResponseTimes()
        self._counters = counters

    def due_at(self, work: Work, place: CasePlace, priority: int, since: int) -> int:
        """Return when a reply is due in a case of a queue and an office."""
        return self.times.of(work, place.queue, place.office).due_at(priority, since)

    def caseworker_answered(self, work: Work, case: str, now: int) -> None:
        """Stop the clock because an answer arrived; a closed case has none."""
        if found := self._load(work, case):
            self._note_first_answer(work, case, found, now)
            self._store(work, case, found.clock, found.clock.after_answer(now))

    def answer_waits(self, work: Work, case: str, now: int) -> None:
        """Stop the clock because a caseworker answered; the letter is on its way, or waits."""
        if found := self._load(work, case):
            self._note_first_answer(work, case, found, now)
            self._store(work, case, found.clock, replace(found.clock, due_at=None, alerts=0))

    def answer_lost(
        self, work: Work, case: str, now: int, has_written_since: Callable[[int], bool]
    ) -> None:
        """Start the clock again because an answer did not arrive, unless an earlier one did.

        Args:
            work: the unit of work.
            case: its id.
            now: the moment.
            has_written_since: tells whether the person has written since a moment.
        """
        found = self._load(work, case)
        if found is None:
            return
        answered_at = found.clock.answered_at
        if answered_at is None or has_written_since(answered_at):
            times = self.times.of(work, found.queue, found.office)
            after = found.clock.after_message(times, found.priority, now)
            self._store(work, case, found.clock, after)

    def person_wrote(self, work: Work, case: str, now: int) -> bool:
        """Start the clock because the person wrote; no write while it runs.

        Returns:
            Whether the case is open; a closed one has no clock.
        """
        if (found := self._load(work, case)) is None:
            return False
        times = self.times.of(work, found.queue, found.office)
        after = found.clock.after_message(times, found.priority, now)
        self._store(work, case, found.clock, after)
        return True

    def clear_due(self, work: Work, case: str) -> None:
        """Stop the clock because what the person wrote needs no reply."""
        if found := self._load(work, case):
            self._store(work, case, found.clock, replace(found.clock, due_at=None, alerts=0))

    def priority_changed(self, work: Work, case: str, now: int) -> None:
        """Adapt the clock to another priority."""
        if found := self._load(work, case):
            times = self.times.of(work, found.queue, found.office)
            after = found.clock.after_priority_change(times, found.priority, now)
            self._store(work, case, found.clock, after)

    @staticmethod
    def _load(work: Work, case: str) -> _CaseClock | None:
        rows = work.rows(_LOAD, case)
        if not rows:
            return None
        priority, queue, office, language, opened, first, *clock = rows[0]
        return _CaseClock(priority, queue, office, language, opened, first, ReplyClock(*clock))

    def _note_first_answer(self, work: Work, case: str, found: _CaseClock, now: int) -> None:
        if found.first_answer_at is None:
            work.run(_NOTE_FIRST_ANSWER, now, case)
            if self._counters is not None:
                self._counters.answer(work, found.first_answer(now), now)

    @staticmethod
    def _store(work: Work, case: str, old: ReplyClock, new: ReplyClock) -> None:
        if new != old:
            work.run(_STORE, new.due_at, new.answered_at, new.alerts, case)
