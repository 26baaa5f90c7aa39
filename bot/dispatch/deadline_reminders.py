"""When a time the law gives runs out: the person is reminded within their rule, or staff are told.

Why the reminder says nothing: whoever holds the phone reads it. It is the neutral question with
which caseworkers begin, asked by the house; what the person answers reaches whoever answers for the
case, and only a human says what it is about. So nothing of a case is shown in a chat that is quiet.

Two promises meet here. "The person is reminded" and "nothing goes out that the person did not
allow": the second rules. Somebody who wants to be written to only after they wrote is not reminded,
nor is a chat in which a caseworker is, or that was opened under duress: there a caseworker is told
in time, who can do what no machine may. The last warning always goes to staff as well.

Clocks that jump: a warning that was given at a moment which has not come yet was not given, and
whether a letter may go is decided by the gate, which believes no hour for a while after a jump.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.clock import DAY, HOUR
from bot.conversation import Position
from bot.dispatch import callback_data
from bot.dispatch.contact_policy import NO_CHAT, NO_HOUR, REMINDER_LIFETIME, may_remind_at
from bot.dispatch.conversation_store import Conversation, ConversationRow
from bot.dispatch.message_ids import ids_of_hour
from bot.errors import DecryptionError
from bot.hotline.chat.takeover import OPENER, UNTIL_HOURS
from bot.hotline.deadlines import ALTERED, deadline_text
from bot.hotline.deadlines import NEVER as NOTHING_AHEAD
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.alerts import alert_recipients, load_alert
from bot.log import log
from bot.mailbox.letter import Author, Letter

if TYPE_CHECKING:
    from bot.dispatch.check_in_scheduler import CheckInScheduler
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.effects import TurnServices
    from bot.hotline.commands.handlers import CommandHandlers
    from bot.hotline.deadlines import CaseDeadlines, DeadlineWarning
    from bot.hotline.staff.staff import Staff
    from bot.mailbox.outbox import Outbox
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work

DEADLINE_PASSED = "passed"
REMINDER_INTERVAL = 12 * HOUR
"""Within this time one reminder serves for every clock of a case: it says nothing anyway."""


@dataclass(slots=True)
class SchedulerResult:
    """What a look at the clocks has led to."""

    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


class DeadlineReminders:
    """Looks at the law's clocks, inside units of work; asked every few seconds."""

    def __init__(  # noqa: PLR0913, PLR0917 - the clocks, and what reaches a person and staff
        self,
        legal_deadlines: CaseDeadlines,
        handlers: CommandHandlers,
        staff: Staff,
        outbox: Outbox,
        conversations: Conversations,
        services: TurnServices,
        check_in_scheduler: CheckInScheduler,
    ) -> None:
        self.legal_deadlines = legal_deadlines
        self.check_in_scheduler = check_in_scheduler
        self._handlers = handlers
        self._staff = staff
        self._outbox = outbox
        self._conversations = conversations
        self._services = services

    def run_due(self, work: Work, now: int) -> SchedulerResult:
        """Give the warnings that are due; reminders are stored."""
        looked = SchedulerResult()
        for case in self.legal_deadlines.due(work, now):
            try:
                self._process(work, case, looked, now)
            except DecryptionError:  # what somebody altered in one case is in no other's way
                log.error("deadlines_unreadable")
                looked.events.append(
                    Event(
                        EventKind.LEGAL_DEADLINE,
                        case,
                        to=self._recipients(work, case, now),
                        text=ALTERED,
                    )
                )
                self.legal_deadlines.schedule_check(work, case, now + DAY, now)
        self._outbox.store(work, looked.letters)
        self.check_in_scheduler.run_due(work, looked, now)
        return looked

    def _process(self, work: Work, case: str, looked: SchedulerResult, now: int) -> None:
        running = self.legal_deadlines.running(work, case)
        marks = self.legal_deadlines.warnings(work, case, now)
        given = {it.what for it in marks}
        for deadline in running:
            step = warning_at(deadline, now)
            what = f"{deadline.rule.code}/{deadline.start.number}/{step}"
            if step and what not in given:
                letter = self._warn(work, case, deadline, step, marks, looked, now)
                marks.append(self.legal_deadlines.add_warning(work, case, what, letter, now))
        ahead = [at for it in running if (at := next_warning_at(it, now)) is not None]
        near = [it.ends_at or now for it in running if it.is_near(now)]
        soon = min(near, default=None)
        self.legal_deadlines.schedule_check(
            work, case, min(ahead, default=NOTHING_AHEAD), now, soon
        )

    def _warn(  # noqa: PLR0913, PLR0917 - a warning, and all that was given before
        self, work: Work, case: str, deadline: Deadline, step: str, marks: list[DeadlineWarning],
        looked: SchedulerResult, now: int,
    ) -> int | None:  # fmt: skip
        """Remind the person, and tell staff where that cannot be or is the last time."""
        reached: Letter | None = None
        why = ""
        reminds = deadline.rule.is_for_person and step != DEADLINE_PASSED
        is_served = reminds and any(it.letter and now - it.at < REMINDER_INTERVAL for it in marks)
        if reminds and not is_served:
            found = self._build_reminder(work, case, deadline, now)
            reached, why = (None, found) if isinstance(found, str) else (found, "")
        if reached is not None:
            looked.letters.append(reached)
        is_last = step in {DEADLINE_PASSED, str(len(deadline.rule.warn_before) - 1)}
        if is_last or (reached is None and not is_served):
            looked.events.append(self.alert_event(work, case, deadline, why, now))
        return None if reached is None else reached.id

    # --- the person ----------------------------------------------------------------------------

    def _build_reminder(self, work: Work, case: str, deadline: Deadline, now: int) -> Letter | str:
        """Return the letter that reminds a person, or why there is none."""
        where = self._handlers.find_contact(work, case)
        if where is None:
            return NO_CHAT
        row = self._conversations.load(work, [where.chat_key]).get(where.chat_key)
        at, why = may_remind_at(work, where.chat_key, case, row, self._services, now)
        if why:
            return why
        if at >= (next_warning_at(deadline, now) or 0) or at - now > REMINDER_LIFETIME:
            return NO_HOUR
        (number,) = self._outbox.new_ids(work, 1)
        language = row.conversation.language if row else ""
        prefix = callback_data.token_prefix(self._services.vault, where.chat_key, 0, "phrasebook")
        said = self._services.phrasebook.render(OPENER, {}, language or where.language, prefix)
        letter = Letter(
            number, where.chat_key, where.chat, said, author=Author.REMINDER, created_at=now,
            not_before=0 if at == now else at, delay_reason=None if at == now else UNTIL_HOURS,
        )  # fmt: skip
        row = row or ConversationRow(None, Conversation("", Position(), where.chat), 0)
        ids_of_hour(row.conversation.message_ids, now).letters.append(number)
        self._conversations.store(work, [(where.chat_key, row)])
        return letter

    # --- staff ---------------------------------------------------------------------------------

    def alert_event(
        self, work: Work, case: str, deadline: Deadline, reason: str, now: int
    ) -> Event:
        """Return what tells staff of a clock, and why the person was not reminded."""
        text, values = deadline_text(deadline, now)
        to = self._recipients(work, case, now)
        return Event(EventKind.LEGAL_DEADLINE, case, to=to, text=text, values=values, code=reason)

    def note_undelivered(self, work: Work, letter: int, reason: str, now: int) -> Event | None:
        """Return what tells staff that a reminder did not arrive; None where it was none."""
        case = self.legal_deadlines.case_of_letter(work, letter)
        if not case:
            self.check_in_scheduler.note_undelivered(work, letter, reason, now)
            return None
        running = [
            it
            for it in self.legal_deadlines.running_if_readable(work, case)
            if it.rule.is_for_person
        ]
        near = [it for it in running if it.is_near(now)] or running
        return self.alert_event(work, case, near[0], reason, now) if near else None

    def _recipients(self, work: Work, case: str, now: int) -> tuple[str, ...]:
        concern = load_alert(work, case)
        return () if concern is None else alert_recipients(concern, self._staff.all(work), now)


def warning_at(deadline: Deadline, now: int) -> str:
    """Return the warning that holds at a moment: the last one reached; empty for none."""
    left = deadline.time_left(now)
    if left is None:
        return str(deadline.times) if deadline.is_reached else ""
    if left <= 0:
        return DEADLINE_PASSED if deadline.is_near(now) else ""
    reached = [place for place, span in enumerate(deadline.rule.warn_before) if left <= span]
    return str(reached[-1]) if reached else ""


def next_warning_at(deadline: Deadline, now: int) -> int | None:
    """Return the next moment at which another warning of a clock is due."""
    if deadline.ends_at is None:
        return None
    steps = [deadline.ends_at - span for span in (*deadline.rule.warn_before, 0)]
    return min((at for at in steps if at > now), default=None)
