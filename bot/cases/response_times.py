"""Response times: how soon a caseworker must answer, by priority.

They count opening hours only, so no reply is due, and no person is told a time, while the office
is closed. An emergency is the exception: it is due at once, at any hour.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from bot.cases.urgency import Priority
from bot.clock import MINUTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work

RESPONSE_MINUTES = (2, 15, 4 * 60, 24 * 60, 72 * 60)
"""Minutes to the first answer, by priority (`taiwan.md` 7.3), unless the deployment sets others."""


class StaffedHours(Protocol):
    """The hours in which caseworkers answer."""

    def add(self, since: int, span: int) -> int:
        """Return when as much time has passed in which the office was open."""

    def subtract(self, until: int, span: int) -> int:
        """Return since when as much time has passed in which the office was open."""


class EveryHour:
    """No fixed hours: every hour counts."""

    @staticmethod
    def add(since: int, span: int) -> int:
        """Return the moment after a span."""
        return since + span

    @staticmethod
    def subtract(until: int, span: int) -> int:
        """Return the moment before a span."""
        return until - span


EVERY_HOUR = EveryHour()


class ResponseTimeSource(Protocol):
    """Gives the response times that hold now, by queue."""

    def of(self, work: Work, queue: str, office: str | None = None) -> ResponseTimes:
        """Return the response times of a queue in an office, or in all of them."""

    def all(self, work: Work) -> Sequence[ResponseTimes]:
        """Return the response times of all queues, each once."""


@dataclass(frozen=True, slots=True)
class ResponseTimes:
    """The response times of a deployment, counted in its hours.

    It is a `ResponseTimeSource` that never changes, with the same times for every queue.
    """

    minutes: Sequence[int] = RESPONSE_MINUTES
    """By priority."""
    hours: StaffedHours = EVERY_HOUR

    def of(self, _work: Work, _queue: str, _office: str | None = None) -> ResponseTimes:
        """Return these times, which are those of every queue."""
        return self

    def all(self, _work: Work) -> Sequence[ResponseTimes]:
        """Return these times alone."""
        return [self]

    def max_wait(self, priority: int) -> int:
        """Return how long a case of this priority may wait, in microseconds of opening hours."""
        return self.minutes[priority] * MINUTE

    def hours_of(self, priority: int) -> StaffedHours:
        """Return the hours that count for a priority: all of them for an emergency."""
        return EVERY_HOUR if priority == Priority.EMERGENCY else self.hours

    def due_at(self, priority: int, since: int, times: int = 1) -> int:
        """Return the moment a reply is due; with `times`, after as many response times."""
        return self.hours_of(priority).add(since, times * self.max_wait(priority))

    def earlier_due(self, priority: int, now: int, due: int | None) -> int:
        """Return when a reply is due, after a message or a higher priority: never after `due`.

        `due` is None while the hotline waits for the person; then the time starts again.
        """
        restarted = self.due_at(priority, now)
        return restarted if due is None else min(due, restarted)
