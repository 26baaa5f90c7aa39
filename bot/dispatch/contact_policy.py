"""The one gate every letter passes that is no answer: may its person be written to at this moment?

It is asked when a letter is about to be sent, not only when it is written: letters wait for a
network, for an hour, for an answer, and meanwhile rules change, people fall silent, phones change
hands. What is decided here holds whatever was thought before.

    author       goes when
    bot          always: it answers something the person sent
    opener       the rule allows it now, or a caseworker insisted with a reason
    caseworker   the person is here and has answered the opener
    unasked      the person is here; else it is refused, for it was about a moment that is over
    reminder     the rule allows it now, and nobody is in the chat; else it waits a day at most,
                 and for the question of an agreed hour as long as an answer counts

So nothing but the neutral opener is ever the first word after a gap, whatever the rule says, and
whoever insists lifts the hours, never the opener. Where clocks cannot be believed, silence is kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.clock import DAY
from bot.dispatch.conversation_store import takeover_of
from bot.dispatch.session import SESSION_TIMEOUT
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import (
    NO_TIME_LIMIT,
    UNTIL_CLOCK_STEADY,
    UNTIL_HOURS,
    UNTIL_OPENER_ANSWERED,
    UNTIL_PERSON_WRITES,
    OpenerState,
    SendOpener,
)
from bot.hotline.commands.context import CaseContact
from bot.hotline.contact_rule import LONG_AGO, NEVER, WHEN_I_WRITE, all_allow_at, is_present
from bot.hotline.deadlines import CaseDeadlines
from bot.hotline.events import Event, EventKind
from bot.mailbox.letter import Author, DeliveryResult, LetterState
from bot.mailbox.outbox_holds import hold_letter
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.main import cases, rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import BatchProcessor
    from bot.dispatch.conversation_store import Conversation, ConversationRow, Conversations
    from bot.dispatch.effects import TurnServices
    from bot.dispatch.staff_service import StaffService
    from bot.hotline.chat.takeover import TakeoverState
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

CLOCK_ROW = "clock"
"""The row of `rounds` that remembers, over restarts, how the two clocks stood to each other."""
OUTSIDE_RULE, NO_CASEWORKER = "the contact rule", "withdrawn"
"""Why a letter is refused: the person is not here; no caseworker is in the chat any more."""
ONLY_THEY_WRITE, NO_HOUR = "only_they_write", "no_hour"
CASEWORKER_PRESENT, CASE_FROZEN, NO_CHAT = "colleague_is_there", "frozen", "no_chat"
"""Why a person is not reminded: their rule; none of their hours comes in time; a caseworker is in
the chat; it was opened under duress; nobody knows it."""
REMINDER_LIFETIME = DAY
"""A reminder that could not go for so long is not sent any more; staff are told."""

_RULES = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.contact)
        .where(cases.c.chat_key == bindparam("key"))
        .order_by(cases.c.opened_at.desc())
    ),
    "key",
)
_LOAD_CLOCK = Prepared(
    lambda _: select(rounds.c.ran_at, rounds.c.steady_since).where(rounds.c.name == CLOCK_ROW)
)
_STORE_CLOCK = Prepared(
    lambda dialect: (
        put := insert_into(dialect, rounds).values(
            name=CLOCK_ROW, ran_at=bindparam("ran_at"), steady_since=bindparam("steady_since")
        )
    ).on_conflict_do_update(
        index_elements=["name"],
        set_={"ran_at": put.excluded.ran_at, "steady_since": put.excluded.steady_since},
    ),
    "ran_at",
    "steady_since",
)  # fmt: skip


class ContactPolicy:
    """Judges letters inside the courier's units of work."""

    def __init__(  # noqa: PLR0913, PLR0917 - what tells how a person and a caseworker stand
        self,
        outbox: Outbox,
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
        outbox.on_opener_sent = self._note_opener_sent

    def _note_opener_sent(self, work: Work, letter: Letter, now: int) -> None:
        """Note that an opener has arrived: from now on it can be answered."""
        key = letter.chat_key
        row = self._conversations.load(work, [key]).get(key)
        holding = None if row is None or row.fault is not None else takeover_of(row.conversation)
        if row is not None and holding is not None and holding.opener_letter == letter.id:
            holding.opener_arrived_at, holding.opener_clock_span = (
                now,
                self._services.clock_monitor.steady_since,
            )
            self._conversations.store(work, [(key, row)])

    def check_clock(self, work: Work) -> None:
        """Hold the clocks against each other, and against how they stood before a restart."""
        steady = self._services.clock_monitor
        if steady.wall_zero is None and (rows := work.rows(_LOAD_CLOCK)):
            steady.wall_zero, steady.steady_since = rows[0]
        if steady.check(self._clock.now(), self._clock.monotonic()):
            work.run(_STORE_CLOCK, steady.wall_zero, steady.steady_since)

    def judge(self, work: Work, letter: Letter, now: int) -> DeliveryResult | None:
        """Return None when a letter may go now; else what became of it."""
        self.check_clock(work)
        row = self._conversations.load(work, [letter.chat_key]).get(letter.chat_key)
        if letter.author == Author.REMINDER:
            return self._judge_reminder(work, letter, row, now)
        if row is None or row.fault is not None:
            return _refused(letter, NO_CASEWORKER, now)
        return self._judge_human(work, letter, row, now)

    def _judge_human(
        self, work: Work, letter: Letter, row: ConversationRow, now: int
    ) -> DeliveryResult | None:
        here = is_present(
            row.conversation.last_seen_in(self._services.clock_monitor.steady_since), now
        )
        holding = takeover_of(row.conversation)
        if letter.author == Author.UNSOLICITED:
            return None if here else self._refuse(work, row.conversation, letter, now)
        if holding is None:
            # What was written before the hand-back still goes to whoever is here.
            return (
                None
                if here and letter.author != Author.OPENER
                else _refused(letter, NO_CASEWORKER, now)
            )
        if letter.author == Author.OPENER:
            return self._judge_opener(work, letter, row, holding, now)
        if here and holding.opener_state == OpenerState.ANSWERED:
            return None
        return self._hold_for_opener(work, letter, row.conversation, holding, now)

    # --- the opener --------------------------------------------------------------------------

    def _judge_opener(
        self, work: Work, letter: Letter, row: ConversationRow, holding: TakeoverState, now: int
    ) -> DeliveryResult | None:
        if letter.id != holding.opener_letter:
            return _refused(letter, NO_CASEWORKER, now)
        at, reason = self._opener_allowed_at(work, letter.chat_key, row.conversation, holding, now)
        if at == now:
            self._update_meeting(work, letter, row, OpenerState.WAITING, OpenerState.SENT)
            return None
        self._update_meeting(work, letter, row, OpenerState.SENT, OpenerState.WAITING)
        return self._hold(work, letter, holding, reason, NO_TIME_LIMIT if at == NEVER else at, now)

    def _opener_allowed_at(
        self, work: Work, key: bytes, conversation: Conversation, holding: TakeoverState, now: int
    ) -> tuple[int, str]:
        """Return when the person may be asked whether it is a good moment, and why not now."""
        steady, zone = self._services.clock_monitor, self._services.zone
        if holding.is_answer:
            return now, ""
        if holding.insisted_clock_span == steady.steady_since and is_present(
            holding.insisted_at, now
        ):
            return now, ""
        rules = contact_rules(work, key, holding.case)
        heard_at = conversation.last_seen_in(steady.steady_since)
        at = all_allow_at(rules, heard_at, now, zone, steady.steady_since)
        if at == NEVER:
            return NEVER, UNTIL_PERSON_WRITES
        is_their_hour = all_allow_at(rules, LONG_AGO, now, zone, -now) == now
        return at, UNTIL_CLOCK_STEADY if is_their_hour else UNTIL_HOURS

    def _update_meeting(
        self,
        work: Work,
        letter: Letter,
        row: ConversationRow,
        was: OpenerState,
        is_now: OpenerState,
    ) -> None:
        """Write down whether the opener is on its way or waits."""
        holding = takeover_of(row.conversation)
        if holding is not None and holding.opener_state == was:
            holding.opener_state = is_now
            self._conversations.store(work, [(letter.chat_key, row)])

    # --- the house's own question ------------------------------------------------------------

    def _judge_reminder(
        self, work: Work, letter: Letter, row: ConversationRow | None, now: int
    ) -> DeliveryResult | None:
        case, is_late = (
            CaseDeadlines.case_of_letter(work, letter.id),
            letter.created_at + REMINDER_LIFETIME,
        )
        if (kept := self._staff_service.check_ins.of_letter(work, letter.id)) is not None:
            case, is_late = kept.case, kept.check_in.ends_at
        if not case:
            return _refused(letter, NO_CASEWORKER, now)
        at, why = may_remind_at(work, letter.chat_key, case, row, self._services, now)
        if why or at > is_late:
            return _refused(letter, why or NO_HOUR, now)
        if at <= now:
            return None
        hold_letter(work, letter.id, UNTIL_HOURS, at)
        letter.delay_reason = UNTIL_HOURS
        return DeliveryResult(
            letter, LetterState.QUEUED, now, not_before=at, delay_reason=UNTIL_HOURS
        )

    # --- what does not go --------------------------------------------------------------------

    def _hold_for_opener(
        self,
        work: Work,
        letter: Letter,
        conversation: Conversation,
        holding: TakeoverState,
        now: int,
    ) -> DeliveryResult:
        """Let a caseworker's words wait for the answer to an opener, and see that there is one."""
        kept_back = self._hold(work, letter, holding, UNTIL_OPENER_ANSWERED, NO_TIME_LIMIT, now)
        where = CaseContact(
            holding.case, holding.reference, letter.chat_key, conversation.chat,
            conversation.language, contact_rules(work, letter.chat_key, holding.case)[0],
            holding.by, 0,
        )  # fmt: skip
        self._batches.perform(work, where, SendOpener(holding.by), now)
        return kept_back

    def _hold(  # noqa: PLR0913, PLR0917 - which letter, why, and until when
        self, work: Work, letter: Letter, holding: TakeoverState, reason: str, at: int, now: int
    ) -> DeliveryResult:
        hold_letter(work, letter.id, reason, at)
        if letter.delay_reason != reason:
            letter.delay_reason = reason
            event = Event(
                EventKind.DELAYED, holding.case, holding.by, code=reason, letter=letter.id
            )  # fmt: skip
            self._staff_service.show_events(work, [event], now)
        return DeliveryResult(letter, LetterState.QUEUED, now, not_before=at, delay_reason=reason)

    def _refuse(
        self, work: Work, conversation: Conversation, letter: Letter, now: int
    ) -> DeliveryResult:
        """Refuse what the bot wanted to say by itself; its case's desk is told."""
        holding = takeover_of(conversation)
        if holding is not None:
            self._staff_service.show_events(
                work, [Event(EventKind.WITHHELD, holding.case, holding.by)], now
            )
        return _refused(letter, OUTSIDE_RULE, now)


def contact_rules(work: Work, key: bytes, case: str) -> list[str]:
    """Return the rules a letter about a case goes by: the case's own, then the newest in the chat.

    Somebody who chose anew in a later report has chosen for the phone, not for the report; a case
    in which nothing was chosen has the strictest rule.
    """
    found = [(str(name), str(rule)) for name, rule in work.rows(_RULES, key)]
    own = next((rule for name, rule in found if name == case), "")
    newest: Sequence[str] = [rule for _name, rule in found if rule][:1]
    return [own or WHEN_I_WRITE, *newest]


def may_remind_at(  # noqa: PLR0913, PLR0917 - a chat, its case, and how both stand
    work: Work, key: bytes, case: str, row: ConversationRow | None, services: TurnServices, now: int
) -> tuple[int, str]:
    """Return when a person may be asked the neutral question by the house, or why not at all.

    Never while anybody is in the chat: whoever it is, they are asked by nobody else just now.
    """
    if Passphrases.is_frozen(work, case):
        return now, CASE_FROZEN
    if row is not None and row.fault is not None:
        return now, NO_CHAT
    earliest = now
    if row is not None:
        if takeover_of(row.conversation) is not None:
            return now, CASEWORKER_PRESENT
        earliest = max(now, row.conversation.touched_at + SESSION_TIMEOUT + 1)
    rules = contact_rules(work, key, case)
    at = all_allow_at(rules, LONG_AGO, earliest, services.zone, services.clock_monitor.steady_since)
    return (now, ONLY_THEY_WRITE) if at == NEVER else (at, "")


def _refused(letter: Letter, why: str, now: int) -> DeliveryResult:
    return DeliveryResult(letter, LetterState.REFUSED, now, fault=why)
