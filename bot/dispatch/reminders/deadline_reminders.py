"""Reminders before legal deadlines: the person is asked within their rule, or staff are told.

Why the reminder says nothing: anyone who holds the phone can read it. The person's reply reaches
the caseworker, and only a human says what it is about. So a chat without a live session shows
nothing of a case.

Where two promises conflict: "the person is reminded" and "nothing is sent that the person did not
allow" - the second wins. A person who wants messages only after they wrote is not reminded, nor is
one in a takeover, nor one whose chat was opened under duress: there a caseworker is told in time,
who can do what no machine may. The last warning always goes to staff as well.

When the clock jumps: a warning given at a moment that is still to come was not given, and the
contact policy, which decides whether a letter may be sent, believes no hour for a while.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clock import DAY, HOUR
from bot.dispatch.reminders.reminder_letters import REMINDER_LIFETIME, SchedulerResult
from bot.errors import DecryptionError
from bot.hotline.deadlines import ALTERED, deadline_text
from bot.hotline.deadlines import NEVER as NOTHING_AHEAD
from bot.hotline.events import Event, EventKind
from bot.log import log

if TYPE_CHECKING:
    from bot.dispatch.reminders.check_in_scheduler import CheckInScheduler
    from bot.dispatch.reminders.reminder_letters import ReminderLetters
    from bot.hotline.deadlines import CaseDeadlines
    from bot.mailbox.letter import Letter
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work

DEADLINE_PASSED = "passed"
REMINDER_INTERVAL = 12 * HOUR
"""Within this time one reminder serves for every deadline of a case: it says nothing anyway."""


class DeadlineReminders:
    """Gives the warnings of legal deadlines, inside units of work; asked every few seconds."""

    def __init__(
        self,
        legal_deadlines: CaseDeadlines,
        letters: ReminderLetters,
        check_in_scheduler: CheckInScheduler,
    ) -> None:
        self.legal_deadlines = legal_deadlines
        self.check_in_scheduler = check_in_scheduler
        self._letters = letters

    def run_due(self, work: Work, now: int) -> SchedulerResult:
        """Give the warnings that are due; reminders are stored."""
        result = SchedulerResult()
        for case in self.legal_deadlines.due(work, now):
            try:
                self._process(work, case, result, now)
            except DecryptionError:  # what was altered in one case must not stop the others
                log.error("deadlines_unreadable")
                to = self._letters.recipients(work, case, now)
                result.events.append(Event(EventKind.LEGAL_DEADLINE, case, to=to, text=ALTERED))
                self.legal_deadlines.schedule_check(work, case, now + DAY, now)
        self._letters.outbox.store(work, result.letters)
        self.check_in_scheduler.run_due(work, result, now)
        return result

    def _process(self, work: Work, case: str, result: SchedulerResult, now: int) -> None:
        running = self.legal_deadlines.running(work, case)
        warnings = self.legal_deadlines.warnings(work, case, now)
        given = {warning.what for warning in warnings}
        for deadline in running:
            step = warning_at(deadline, now)
            name = f"{deadline.rule.code}/{deadline.start.number}/{step}"
            if step and name not in given:
                is_served = any(it.letter and now - it.at < REMINDER_INTERVAL for it in warnings)
                letter = self._warn(work, case, deadline, result, now, is_served=is_served)
                warnings.append(self.legal_deadlines.add_warning(work, case, name, letter, now))
        ahead = [at for it in running if (at := next_warning_at(it, now)) is not None]
        near = [it.ends_at or now for it in running if it.is_near(now)]
        soon = min(near, default=None)
        self.legal_deadlines.schedule_check(
            work, case, min(ahead, default=NOTHING_AHEAD), now, soon
        )

    def _warn(
        self,
        work: Work,
        case: str,
        deadline: Deadline,
        result: SchedulerResult,
        now: int,
        *,
        is_served: bool,
    ) -> int | None:
        """Remind the person; tell staff where that cannot be, or for the last time.

        Returns:
            The letter that reminds; None for none.
        """
        step, rule = warning_at(deadline, now), deadline.rule
        reminds = rule.is_for_person and step != DEADLINE_PASSED
        letter: Letter | str = ""
        if reminds and not is_served:
            latest = min((next_warning_at(deadline, now) or 0) - 1, now + REMINDER_LIFETIME)
            letter = self._letters.build(work, case, latest, now)
        is_last = step in {DEADLINE_PASSED, str(len(rule.warn_before) - 1)}
        if isinstance(letter, str):
            if is_last or not (reminds and is_served):
                result.events.append(self.alert_event(work, case, deadline, letter, now))
            return None
        result.letters.append(letter)
        if is_last:
            result.events.append(self.alert_event(work, case, deadline, "", now))
        return letter.id

    # --- staff ---------------------------------------------------------------------------------

    def alert_event(
        self, work: Work, case: str, deadline: Deadline, reason: str, now: int
    ) -> Event:
        """Return what tells staff of a deadline, and why the person was not reminded."""
        text, values = deadline_text(deadline, now)
        to = self._letters.recipients(work, case, now)
        return Event(
            EventKind.LEGAL_DEADLINE, case, to=to, text=text, values=values, code=reason,
            deadlines=(deadline,),
        )  # fmt: skip

    def note_undelivered(self, work: Work, letter: int, reason: str, now: int) -> Event | None:
        """Return what tells staff that a reminder did not arrive; None for any other letter."""
        case = self.legal_deadlines.case_of_letter(work, letter)
        if not case:
            self.check_in_scheduler.note_undelivered(work, letter, reason, now)
            return None
        running = self.legal_deadlines.running_if_readable(work, case)
        own = [deadline for deadline in running if deadline.rule.is_for_person]
        near = [deadline for deadline in own if deadline.is_near(now)] or own
        return self.alert_event(work, case, near[0], reason, now) if near else None


def warning_at(deadline: Deadline, now: int) -> str:
    """Return the warning for a moment: the last one reached; empty for none."""
    left = deadline.time_left(now)
    if left is None:
        return str(deadline.times) if deadline.is_reached else ""
    if left <= 0:
        return DEADLINE_PASSED if deadline.is_near(now) else ""
    reached = [place for place, span in enumerate(deadline.rule.warn_before) if left <= span]
    return str(reached[-1]) if reached else ""


def next_warning_at(deadline: Deadline, now: int) -> int | None:
    """Return the next moment at which another warning of a deadline is due."""
    if deadline.ends_at is None:
        return None
    steps = [deadline.ends_at - span for span in (*deadline.rule.warn_before, 0)]
    return min((at for at in steps if at > now), default=None)
