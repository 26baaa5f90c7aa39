"""The hour somebody wants to be heard from: asking them, hearing the word, and calling staff.

What is promised, and why, stands in `bot.hotline.check_ins.model`. The question is a letter like
any reminder: written to go at once, judged at the gate when it goes. Nothing else leaves from here
but alerts, which are for staff.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.urgency import Priority
from bot.clock import HOUR, MINUTE
from bot.conversation import Position
from bot.dispatch import callback_data
from bot.dispatch.contact_policy import CASE_FROZEN, NO_CHAT, NO_HOUR, may_remind_at
from bot.dispatch.conversation_store import Conversation, ConversationRow
from bot.dispatch.message_ids import ids_of_hour
from bot.hotline.chat.passphrases import PassphraseResult, Passphrases
from bot.hotline.chat.takeover import OPENER, UNTIL_HOURS
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
from bot.mailbox.letter import Author, Letter
from bot.mailbox.outbox_holds import REMOVAL_HOLD
from bot.messages import DeleteMessages
from bot.store.heartbeat import last_heartbeat
from bot.vault.audit.log import SYSTEM

if TYPE_CHECKING:
    from bot.cases.intake import Intake
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.deadline_reminders import SchedulerResult
    from bot.dispatch.effects import TurnServices
    from bot.hotline.check_ins.store import CheckInRow, CheckIns
    from bot.hotline.commands.handlers import CommandHandlers
    from bot.hotline.deadlines import CaseDeadlines
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.staff.staff import Staff
    from bot.mailbox.outbox import Outbox
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text

STARTUP_GRACE = 2 * MINUTE
"""How long a process listens before it says that somebody is silent: what came while it was away
has to be fetched first."""
OUTAGE_GRACE = HOUR
"""How long silence is not believed while the channel itself cannot be reached."""
RECHECK_AFTER = 5_000_000
"""Microseconds until the next look where something is still on its way."""
SILENCE_ALERT, DURESS_ALERT = "silence", "duress"
NOT_DELIVERED = "lost"
"""Why a question that was asked is none: it did not arrive for certain."""


class CheckInScheduler:
    """Looks at agreed hours, inside units of work; asked every few seconds."""

    def __init__(  # noqa: PLR0913, PLR0917 - the hours, and what reaches a person and staff
        self,
        check_ins: CheckIns,
        legal_deadlines: CaseDeadlines,
        reply_clocks: ReplyClocks,
        handlers: CommandHandlers,
        staff: Staff,
        intake: Intake,
        outbox: Outbox,
        conversations: Conversations,
        services: TurnServices,
    ) -> None:
        self.check_ins = check_ins
        self._legal_deadlines = legal_deadlines
        self._reply_clocks = reply_clocks
        self._handlers = handlers
        self._staff = staff
        self._intake = intake
        self._outbox = outbox
        self._conversations = conversations
        self._services = services
        self._started_at: int | None = None

    # --- looking -------------------------------------------------------------------------------

    def run_due(self, work: Work, result: SchedulerResult, now: int) -> None:
        """Ask whoever is to be asked, and call staff for whoever is silent."""
        if self._started_at is None or self._started_at > now:
            self._started_at = now
        since = self._services.clock_monitor.steady_since
        if now - since < DISTRUST_PERIOD:  # no hour is believed
            return
        for kept in self.check_ins.due(work, now):
            self._process(work, kept, result, now)

    def _process(self, work: Work, kept: CheckInRow, looked: SchedulerResult, now: int) -> None:
        it = kept.check_in
        if it.is_too_far_ahead(now):
            it.advance(now, self._services.zone)
        step = it.next_action(now)
        if step is CheckInAction.ASK:
            self._ask(work, kept, looked, now)
        elif step is CheckInAction.ALARM and not self._is_silence_certain(work, kept, now):
            self.check_ins.store(work, kept, now + RECHECK_AFTER, now)
            return
        elif step is CheckInAction.ALARM:
            self._alert_silence(work, kept, looked, now)
            step = CheckInAction.END_ROUND
        if step is CheckInAction.END_ROUND and not self._schedule_next(work, kept, now):
            return
        at = it.due_at if now < it.due_at else max(it.ends_at, now + RECHECK_AFTER)
        self.check_ins.store(work, kept, at, now)

    def _schedule_next(self, work: Work, kept: CheckInRow, now: int) -> bool:
        """Wait for the next hour, or end what was for once."""
        if not kept.check_in.is_daily:
            self.check_ins.end(work, kept.case, SYSTEM, now)
            return False
        kept.check_in.advance(now, self._services.zone)
        return True

    def _is_silence_certain(self, work: Work, kept: CheckInRow, now: int) -> bool:
        """Tell whether the house would have heard of an answer."""
        if now - (self._started_at or now) < STARTUP_GRACE:
            return False
        ends_at = kept.check_in.ends_at
        return last_heartbeat(work) >= ends_at or now >= ends_at + OUTAGE_GRACE

    # --- asking --------------------------------------------------------------------------------

    def _ask(self, work: Work, kept: CheckInRow, looked: SchedulerResult, now: int) -> None:
        it = kept.check_in
        if it.is_too_late_to_ask(now):
            it.why = BOT_WAS_DOWN
            return
        letters = self._build_question(work, kept, now)
        if isinstance(letters, str):
            it.why = letters
            return
        question = letters[0]
        it.asked_at = question.not_before or now
        self.check_ins.set_question_letter(work, kept.case, question.id)
        self._outbox.store(work, letters)
        looked.letters.append(question)

    def _build_question(self, work: Work, kept: CheckInRow, now: int) -> list[Letter] | str:
        """Return the letter that asks and the one that takes it away, or why there is none."""
        where = self._handlers.find_contact(work, kept.case)
        if where is None:
            return NO_CHAT
        row = self._conversations.load(work, [where.chat_key]).get(where.chat_key)
        at, why = may_remind_at(work, where.chat_key, kept.case, row, self._services, now)
        if why:
            return why
        if at - now > ANSWER_WINDOW:
            return NO_HOUR
        asks, takes_away = self._outbox.new_ids(work, 2)
        language = row.conversation.language if row else ""
        prefix = callback_data.token_prefix(self._services.vault, where.chat_key, 0, "phrasebook")
        said = self._services.phrasebook.render(OPENER, {}, language or where.language, prefix)
        row = row or ConversationRow(None, Conversation("", Position(), where.chat), 0)
        ids_of_hour(row.conversation.message_ids, now).letters.append(asks)
        self._conversations.store(work, [(where.chat_key, row)])
        return [
            Letter(
                asks,
                where.chat_key,
                where.chat,
                said,
                author=Author.REMINDER,
                created_at=now,
                not_before=0 if at == now else at,
                delay_reason=None if at == now else UNTIL_HOURS,
            ),
            Letter(
                takes_away,
                where.chat_key,
                where.chat,
                DeleteMessages(letters=(asks,)),
                created_at=now,
                not_before=at + ANSWER_WINDOW,
                delay_reason=REMOVAL_HOLD,
            ),
        ]

    def note_undelivered(self, work: Work, letter: int, reason: str, now: int) -> None:
        """Note that a question did not arrive: staff read it with the alert, if there is one."""
        kept = self.check_ins.of_letter(work, letter)
        if kept is not None:
            kept.check_in.why = kept.check_in.why or (
                reason if reason in NOT_ASKED_REASONS else NOT_DELIVERED
            )
            self.check_ins.store(work, kept, kept.check_in.ends_at, now)

    # --- hearing -------------------------------------------------------------------------------

    def compare_answer(
        self, work: Work, case: str, digest: bytes, now: int
    ) -> tuple[list[Event], bool]:
        """Return what staff have to see of a word, and whether nothing may go to its chat now."""
        answered = self.check_ins.check_answer(work, case, digest, now)
        if answered is None or answered.result is PassphraseResult.WRONG:
            return [], False
        if answered.result is PassphraseResult.DURESS:
            self.check_ins.freeze(work, case, now)
            return self._alert(work, case, DURESS_ALERT, DURESS_ANSWERED, answered.row, now), True
        if answered.was_only:
            self._reply_clocks.clear_due(work, case)
        text = MAY_BE_CONTACT if self._contact_deadlines(work, case) else ANSWERED_IN_TIME
        values = {"time": time_text(now, self._services.zone)}
        return [Event(EventKind.CHECKED_IN, case, text=text, values=values)], False

    # --- calling staff -------------------------------------------------------------------------

    def _alert_silence(
        self, work: Work, kept: CheckInRow, looked: SchedulerResult, now: int
    ) -> None:
        """Say that somebody is silent; who was made to write once is in somebody's hands."""
        if not Passphrases.is_frozen(work, kept.case) or kept.check_in.why != CASE_FROZEN:
            looked.events += self._alert(work, kept.case, SILENCE_ALERT, CHECK_IN_MISSED, kept, now)

    def _alert(  # noqa: PLR0913, PLR0917 - which case, why, and what is said of it
        self, work: Work, case: str, why: str, text: Text, kept: CheckInRow, now: int
    ) -> list[Event]:
        answers: dict[str, object] = {"check_in": why}
        self._intake.raise_priority(work, case, answers, Priority.EMERGENCY, now)
        concern = load_alert(work, case)
        if concern is None:
            return []
        self.check_ins.note_alarm(work, case, why, now)
        values = {
            "reference": concern.reference,
            "time": time_text(kept.check_in.ends_at, self._services.zone),
        }
        to = alert_recipients(concern, self._staff.all(work), now)
        return [
            Event(EventKind.PRIORITY_CHANGED, case),
            Event(EventKind.OVERDUE, case, to=to, text=text, values=values, code=kept.check_in.why,
                  deadlines=self._contact_deadlines(work, case)),
        ]  # fmt: skip

    def _contact_deadlines(self, work: Work, case: str) -> tuple[Deadline, ...]:
        """Return the clock that contact sets back, if it runs: staff hear when help may end."""
        return tuple(
            it
            for it in self._legal_deadlines.running_if_readable(work, case)
            if it.rule.code == CONTACT
        )
