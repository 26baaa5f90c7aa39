"""Check-ins: asking the person, comparing the answer, alerting staff about silence.

What is promised, and why, is in `bot.hotline.check_ins.model`. The question is a letter like any
reminder: written when it is due, judged by the contact policy when it is sent. Nothing else is sent
from here but alerts, which are for staff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.clock import HOUR, MINUTE, SECOND
from bot.dispatch.reminders.reminder_letters import CASE_FROZEN
from bot.hotline.chat.passphrases import PassphraseResult, Passphrases
from bot.hotline.check_ins.model import ANSWER_WINDOW, BOT_WAS_DOWN, CheckInAction
from bot.hotline.check_ins.texts import (
    ANSWERED_IN_TIME,
    CHECK_IN_MISSED,
    DURESS_ANSWERED,
    MAY_BE_CONTACT,
    NOT_ASKED_REASONS,
    time_text,
)
from bot.hotline.contact_rule import DISTRUST_PERIOD
from bot.hotline.deadlines import CONTACT
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.alerts import alert_recipients, load_alert
from bot.mailbox.letter import Letter
from bot.mailbox.outbox import REMOVAL_HOLD
from bot.messages import DeleteMessages
from bot.store.processes.heartbeat import last_heartbeat
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from bot.cases.intake import Intake
    from bot.dispatch.reminders.reminder_letters import ReminderLetters, SchedulerResult
    from bot.hotline.check_ins.store import CheckInRow, CheckIns
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.queue.sla import ReplyClocks
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work

STARTUP_GRACE = 2 * MINUTE
"""How long a process runs before it believes in silence: what came while it was down has to be
fetched first."""
OUTAGE_GRACE = HOUR
"""How long silence is not believed while the channel cannot be reached."""
RECHECK_AFTER = 5 * SECOND
"""How long until the next look where an answer may still be on its way."""
SILENCE_ALERT, DURESS_ALERT = "silence", "duress"
NOT_DELIVERED = "lost"
"""Why a question does not count as asked: it certainly did not arrive."""


class CheckInScheduler:
    """Runs the check-ins that are due, inside units of work; asked every few seconds."""

    def __init__(
        self,
        check_ins: CheckIns,
        legal_deadlines: CaseDeadlines,
        reply_clocks: ReplyClocks,
        intake: Intake,
        letters: ReminderLetters,
    ) -> None:
        self.check_ins = check_ins
        self._legal_deadlines = legal_deadlines
        self._reply_clocks = reply_clocks
        self._intake = intake
        self._letters = letters
        self._services = letters.services
        self._started_at: int | None = None

    def run_due(self, work: Work, result: SchedulerResult, now: int) -> None:
        """Ask the people whose hour has come, and alert staff about those who are silent."""
        if self._started_at is None or self._started_at > now:
            self._started_at = now
        if now - self._services.clock_monitor.steady_since < DISTRUST_PERIOD:
            return
        for row in self.check_ins.due(work, now):
            self._process(work, row, result, now)

    def _process(self, work: Work, row: CheckInRow, result: SchedulerResult, now: int) -> None:
        check_in = row.check_in
        if check_in.is_too_far_ahead(now):
            check_in.advance(now, self._services.zone)
        action = check_in.next_action(now)
        if action is CheckInAction.ASK:
            self._ask(work, row, result, now)
        elif action is CheckInAction.ALARM and not self._is_silence_certain(work, row, now):
            self.check_ins.store(work, row, now + RECHECK_AFTER, now)
            return
        elif action is CheckInAction.ALARM:
            self._alert_silence(work, row, result, now)
            action = CheckInAction.END_ROUND
        if action is CheckInAction.END_ROUND and not self._schedule_next(work, row, now):
            return
        is_ahead = now < check_in.due_at
        at = check_in.due_at if is_ahead else max(check_in.ends_at, now + RECHECK_AFTER)
        self.check_ins.store(work, row, at, now)

    def _schedule_next(self, work: Work, row: CheckInRow, now: int) -> bool:
        """Schedule the next hour; end a check-in that was agreed on for one time."""
        if not row.check_in.is_daily:
            self.check_ins.end(work, row.case, SYSTEM, now)
            return False
        row.check_in.advance(now, self._services.zone)
        return True

    def _is_silence_certain(self, work: Work, row: CheckInRow, now: int) -> bool:
        """Tell whether an answer would have arrived by now."""
        if now - (self._started_at or now) < STARTUP_GRACE:
            return False
        ends_at = row.check_in.ends_at
        return last_heartbeat(work) >= ends_at or now >= ends_at + OUTAGE_GRACE

    # --- the question ---------------------------------------------------------------------------

    def _ask(self, work: Work, row: CheckInRow, result: SchedulerResult, now: int) -> None:
        check_in = row.check_in
        if check_in.is_too_late_to_ask(now):
            check_in.why = BOT_WAS_DOWN
            return
        question = self._letters.build(work, row.case, now + ANSWER_WINDOW, now, may_interrupt=True)
        if isinstance(question, str):
            check_in.why = question
            return
        check_in.asked_at = question.not_before or now
        self.check_ins.set_question_letter(work, row.case, question.id)
        (removal_id,) = self._letters.outbox.new_ids(work, 1)
        removal = Letter(
            removal_id,
            question.chat_key,
            question.chat,
            DeleteMessages(letters=(question.id,)),
            created_at=now,
            not_before=check_in.asked_at + ANSWER_WINDOW,
            delay_reason=REMOVAL_HOLD,
        )
        self._letters.outbox.store(work, [question, removal])
        result.letters.append(question)

    def note_undelivered(self, work: Work, letter: int, reason: str, now: int) -> None:
        """Note that a question did not arrive: staff read it with the alert, if there is one."""
        row = self.check_ins.of_letter(work, letter)
        if row is not None:
            row.check_in.why = row.check_in.why or (
                reason if reason in NOT_ASKED_REASONS else NOT_DELIVERED
            )
            self.check_ins.store(work, row, row.check_in.ends_at, now)

    # --- the answer -----------------------------------------------------------------------------

    def compare_answer(
        self, work: Work, case: str, digest: bytes, now: int
    ) -> tuple[list[Event], bool]:
        """Return what staff have to see of a hashed text, and whether its chat is frozen now."""
        answered = self.check_ins.check_answer(work, case, digest, now)
        if answered is None or answered.result is PassphraseResult.WRONG:
            return [], False
        if answered.result is PassphraseResult.DURESS:
            self.check_ins.freeze(work, case, now)
            return self._alert(work, answered.row, DURESS_ALERT, now, answered.was_only), True
        if answered.was_only:
            self._reply_clocks.clear_due(work, case)
        text = MAY_BE_CONTACT if self._contact_deadlines(work, case) else ANSWERED_IN_TIME
        values = {"time": time_text(now, self._services.zone)}
        return [Event(EventKind.CHECKED_IN, case, text=text, values=values)], False

    # --- alerts ---------------------------------------------------------------------------------

    def _alert_silence(
        self, work: Work, row: CheckInRow, result: SchedulerResult, now: int
    ) -> None:
        """Alert staff about silence; a case frozen under duress has been alerted already."""
        if not Passphrases.is_frozen(work, row.case) or row.check_in.why != CASE_FROZEN:
            result.events += self._alert(work, row, SILENCE_ALERT, now)

    def _alert(
        self, work: Work, row: CheckInRow, reason: str, now: int, was_only: bool = False
    ) -> list[Event]:
        case = row.case
        self._letters.keep_before_alarm(work, case, row.chat_key, is_answered=was_only)
        answers: dict[str, object] = {"check_in": reason}
        self._intake.raise_priority(work, case, answers, Priority.EMERGENCY, now)
        alert = load_alert(work, case)
        if alert is None:
            return []
        self.check_ins.note_alarm(work, case, reason, now)
        event = Event(
            EventKind.OVERDUE,
            case,
            to=alert_recipients(alert, self._letters.hotline.staff.all(work), now),
            text=DURESS_ANSWERED if reason == DURESS_ALERT else CHECK_IN_MISSED,
            values={
                "reference": alert.reference,
                "time": time_text(row.check_in.ends_at, self._services.zone),
            },
            code=row.check_in.why,
            deadlines=self._contact_deadlines(work, case),
        )
        return [Event(EventKind.PRIORITY_CHANGED, case), event]

    def _contact_deadlines(self, work: Work, case: str) -> tuple[Deadline, ...]:
        """Return the deadline that contact sets back, if it runs: help may end with it."""
        running = self._legal_deadlines.running_if_readable(work, case)
        return tuple(deadline for deadline in running if deadline.rule.code == CONTACT)
