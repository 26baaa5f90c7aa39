"""The contact policy: may this letter be sent to its person now?

Every letter that is not an answer is judged when it is about to be sent, not only when it is
written: letters wait for a network, an hour or an answer, and meanwhile rules change, people leave,
phones change hands. What is decided here overrides what was decided before.

    author       is sent when
    bot          always: it answers something the person sent
    opener       the rule allows it now, or a caseworker insisted with a reason
    caseworker   the person is present and has answered the opener
    unasked      the person is present; else it is refused, for its moment is over
    reminder     the rule allows it now, and the chat is idle; else it waits a day at most,
                 and the question of a check-in as long as an answer counts, and also while
                 the person is in a session or a talk: they agreed on that moment

So after a gap the first message is always the neutral opener, whatever the rule says; insisting
lifts the hours, never the opener. While the clock cannot be believed, nothing is sent.

Who wrote that someone is near, or that nothing should be written now, is not present until they
write again: what is on its way waits then, and the opener too, unless a caseworker insisted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.dispatch.conversation_store import takeover_of
from bot.dispatch.reminders.reminder_letters import (
    NO_HOUR,
    REMINDER_LIFETIME,
    contact_rules,
    may_remind_at,
)
from bot.hotline.chat.takeover import (
    NO_TIME_LIMIT,
    UNTIL_CLOCK_STEADY,
    UNTIL_HOURS,
    UNTIL_OPENER_ANSWERED,
    UNTIL_PERSON_WRITES,
    OpenerState,
    SendOpener,
)
from bot.hotline.clock_record import check_clock, follow_clocks
from bot.hotline.commands.context import CaseContact
from bot.hotline.contact_rule import LONG_AGO, NEVER, all_allow_at, is_present
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.events import Event, EventKind
from bot.mailbox.letter import WITHDRAWN, Author, DeliveryResult, LetterState
from bot.mailbox.outbox import hold_letter

if TYPE_CHECKING:
    from bot.clock import Clock
    from bot.dispatch.batch import BatchProcessor
    from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
    from bot.dispatch.staff_service import StaffService
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.chat.takeover import TakeoverState
    from bot.hotline.contact_rule import ClockMonitor
    from bot.mailbox.letter import Letter
    from bot.store.writer import Work

OUTSIDE_RULE = "the contact rule"
"""The fault of a letter to a person who is not present."""


@dataclass(slots=True)
class _Judged:
    """A letter to be judged, in its conversation."""

    work: Work
    letter: Letter
    row: ConversationRow
    now: int

    @property
    def conversation(self) -> Conversation:
        return self.row.conversation

    def result(
        self, state: LetterState, fault: str | None = None, reason: str | None = None, at: int = 0
    ) -> DeliveryResult:
        return DeliveryResult(
            self.letter, state, self.now, fault=fault, not_before=at, delay_reason=reason
        )


class ContactPolicy:
    """Judges letters inside the courier's units of work."""

    def __init__(
        self,
        conversations: Conversations,
        services: TurnServices,
        staff_service: StaffService,
        batches: BatchProcessor,
        clock: Clock,
    ) -> None:
        self._conversations = conversations
        self._services = services
        self._staff_service = staff_service
        self._batches = batches
        self._clock = clock

    def check_clock(self, work: Work) -> None:
        """Compare the clocks with each other, and with how they stood before a restart."""
        check_clock(work, self._services.clock_monitor, self._clock)

    def follow_clocks(self, work: Work) -> None:
        """Go by the span of time that the other processes go by."""
        follow_clocks(work, self._services.clock_monitor, self._clock)

    def judge(self, work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        """Return None when a letter may be sent now; else its result."""
        self.check_clock(work)
        row = self._conversations.load(work, [letter.chat_key]).get(letter.chat_key)
        if letter.author == Author.REMINDER:
            return self._judge_reminder(work, letter, row, now)
        if row is None or row.fault is not None:
            return _refused(letter, WITHDRAWN, now)
        return self._judge_human(_Judged(work, letter, row, now))

    def _judge_human(self, it: _Judged) -> DeliveryResult | None:
        steady_since = self._services.clock_monitor.steady_since
        is_here = is_present(it.conversation.last_seen_in(steady_since), it.now)
        is_here = is_here and not it.conversation.wants_silence
        takeover = takeover_of(it.conversation)
        author = it.letter.author
        if author == Author.UNSOLICITED:
            return None if is_here else self._refuse_unsolicited(it, takeover)
        if takeover is None:
            # A message from before the hand-back is still sent to a person who is present.
            is_allowed = is_here and author != Author.OPENER
            return None if is_allowed else _refused(it.letter, WITHDRAWN, it.now)
        if author == Author.OPENER:
            return self._judge_opener(it, takeover)
        if is_here and takeover.opener_state == OpenerState.ANSWERED:
            return None
        return self._delay_for_opener(it, takeover)

    # --- the opener --------------------------------------------------------------------------

    def _judge_opener(self, it: _Judged, takeover: TakeoverState) -> DeliveryResult | None:
        if it.letter.id != takeover.opener_letter:
            return _refused(it.letter, WITHDRAWN, it.now)
        at, reason = self._opener_allowed_at(it, takeover)
        if at == it.now:
            self._update_opener(it, takeover, OpenerState.WAITING, OpenerState.SENT)
            return None
        self._update_opener(it, takeover, OpenerState.SENT, OpenerState.WAITING)
        return self._delay(it, takeover, reason, NO_TIME_LIMIT if at == NEVER else at)

    def _opener_allowed_at(self, it: _Judged, takeover: TakeoverState) -> tuple[int, str]:
        """Return when the person may be asked whether it is a good moment, and why not now."""
        since, now = self._services.clock_monitor.steady_since, it.now
        if takeover.insisted_clock_span == since and is_present(takeover.insisted_at, now):
            return now, ""
        if it.conversation.wants_silence:
            return NEVER, UNTIL_PERSON_WRITES
        if takeover.is_answer:
            return now, ""
        rules, zone = contact_rules(it.work, it.letter.chat_key, takeover.case), self._services.zone
        at = all_allow_at(rules, it.conversation.last_seen_in(since), now, zone, since)
        if at == NEVER:
            return NEVER, UNTIL_PERSON_WRITES
        is_allowed_hour = all_allow_at(rules, LONG_AGO, now, zone, -now) == now
        return at, UNTIL_CLOCK_STEADY if is_allowed_hour else UNTIL_HOURS

    def _update_opener(
        self, it: _Judged, takeover: TakeoverState, old: OpenerState, new: OpenerState
    ) -> None:
        """Store whether the opener is being sent or waits."""
        if takeover.opener_state == old:
            takeover.opener_state = new
            self._conversations.store(it.work, [(it.letter.chat_key, it.row)])

    # --- reminders ---------------------------------------------------------------------------

    def _judge_reminder(
        self, work: Work, letter: Letter, row: ConversationRow | None, now: int
    ) -> DeliveryResult | None:
        case = CaseDeadlines.case_of_letter(work, letter.id)
        expires_at = letter.created_at + REMINDER_LIFETIME
        check_in = self._staff_service.hotline.check_ins.of_letter(work, letter.id)
        if check_in is not None:
            case, expires_at = check_in.case, check_in.check_in.ends_at
        if not case:
            return _refused(letter, WITHDRAWN, now)
        at, why = may_remind_at(
            work, letter.chat_key, case, row, self._services, now,
            may_interrupt=check_in is not None,
        )  # fmt: skip
        if why or at > expires_at:
            return _refused(letter, why or NO_HOUR, now)
        if at <= now:
            return None
        hold_letter(work, letter.id, UNTIL_HOURS, at)
        letter.delay_reason = UNTIL_HOURS
        return DeliveryResult(
            letter, LetterState.QUEUED, now, not_before=at, delay_reason=UNTIL_HOURS
        )

    # --- what is not sent --------------------------------------------------------------------

    def _delay_for_opener(self, it: _Judged, takeover: TakeoverState) -> DeliveryResult:
        """Let a caseworker's letter wait for the answer to an opener, and see that there is one."""
        result = self._delay(it, takeover, UNTIL_OPENER_ANSWERED, NO_TIME_LIMIT)
        contact = CaseContact(
            takeover.case, takeover.reference, it.letter.chat_key, it.conversation.chat,
            it.conversation.language, contact_rules(it.work, it.letter.chat_key, takeover.case)[0],
            takeover.by, 0,
        )  # fmt: skip
        self._batches.perform(it.work, contact, SendOpener(takeover.by), it.now)
        return result

    def _delay(self, it: _Judged, takeover: TakeoverState, reason: str, at: int) -> DeliveryResult:
        hold_letter(it.work, it.letter.id, reason, at)
        if it.letter.delay_reason != reason:
            it.letter.delay_reason = reason
            event = Event(
                EventKind.DELAYED, takeover.case, takeover.by, code=reason, letter=it.letter.id
            )
            self._staff_service.show_events(it.work, [event], it.now)
        return it.result(LetterState.QUEUED, reason=reason, at=at)

    def _refuse_unsolicited(self, it: _Judged, takeover: TakeoverState | None) -> DeliveryResult:
        """Refuse what the bot would say unasked; the desk of its case is told."""
        if takeover is not None:
            event = Event(EventKind.WITHHELD, takeover.case, takeover.by)
            self._staff_service.show_events(it.work, [event], it.now)
        return it.result(LetterState.REFUSED, OUTSIDE_RULE)


def record_opener_sent(
    conversations: Conversations, monitor: ClockMonitor, work: Work, letter: Letter, now: int
) -> None:
    """Note that an opener has arrived: from now on it can be answered."""
    row = conversations.load(work, [letter.chat_key]).get(letter.chat_key)
    if row is None or row.fault is not None:
        return
    takeover = takeover_of(row.conversation)
    if takeover is not None and takeover.opener_letter == letter.id:
        takeover.opener_arrived_at, takeover.opener_clock_span = now, monitor.steady_since
        conversations.store(work, [(letter.chat_key, row)])


def _refused(letter: Letter, fault: str, now: int) -> DeliveryResult:
    return DeliveryResult(letter, LetterState.REFUSED, now, fault=fault)
