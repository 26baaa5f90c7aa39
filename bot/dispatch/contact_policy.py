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
from bot.dispatch.conversation_store import held_by
from bot.dispatch.session import SILENCE
from bot.hotline.chat.passphrases import Recognition
from bot.hotline.chat.takeover import (
    FAR,
    UNTIL_HOURS,
    UNTIL_MET,
    UNTIL_STEADY,
    UNTIL_WRITTEN,
    Greet,
    Meeting,
)
from bot.hotline.commands.context import Whereabouts
from bot.hotline.contact_rule import LONG_AGO, NEVER, WHEN_I_WRITE, all_allow_at, is_here
from bot.hotline.deadlines import CaseClocks
from bot.hotline.events import Event, Happened
from bot.mailbox.letter import Author, Settled, State
from bot.mailbox.outbox_holds import hold
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.main import cases, rounds

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.clock import Clock
    from bot.dispatch.batch import Batches
    from bot.dispatch.conversation_store import Conversation, Conversations, Row
    from bot.dispatch.effects import Setting
    from bot.dispatch.staff_service import StaffSide
    from bot.hotline.chat.takeover import Holding
    from bot.mailbox.letter import Letter
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work

CLOCK = "clock"
"""The row of `rounds` that remembers, over restarts, how the two clocks stood to each other."""
OUTSIDE, NOBODY = "the contact rule", "withdrawn"
"""Why a letter is refused: the person is not here; no caseworker is in the chat any more."""
ONLY_THEY_WRITE, NO_HOUR = "only_they_write", "no_hour"
COLLEAGUE_IS_THERE, IS_FROZEN, NO_CHAT = "colleague_is_there", "frozen", "no_chat"
"""Why a person is not reminded: their rule; none of their hours comes in time; a caseworker is in
the chat; it was opened under duress; nobody knows it."""
TOO_LATE = DAY
"""A reminder that could not go for so long is not sent any more; staff are told."""

_RULES = Prepared(
    lambda _: (
        select(cases.c.id, cases.c.contact)
        .where(cases.c.chat_key == bindparam("key"))
        .order_by(cases.c.opened_at.desc())
    ),
    "key",
)
_STOOD = Prepared(
    lambda _: select(rounds.c.ran_at, rounds.c.steady_since).where(rounds.c.name == CLOCK)
)
_STANDS = Prepared(
    lambda dialect: (
        put := insert_of(dialect, rounds).values(
            name=CLOCK, ran_at=bindparam("ran_at"), steady_since=bindparam("steady_since")
        )
    ).on_conflict_do_update(
        index_elements=["name"],
        set_={"ran_at": put.excluded.ran_at, "steady_since": put.excluded.steady_since},
    ),
    "ran_at",
    "steady_since",
)  # fmt: skip


class ContactGate:
    """Judges letters inside the courier's units of work."""

    def __init__(  # noqa: PLR0913, PLR0917 - what tells how a person and a caseworker stand
        self,
        outbox: Outbox,
        conversations: Conversations,
        setting: Setting,
        staff: StaffSide,
        batches: Batches,
        clock: Clock,
    ) -> None:
        self._conversations = conversations
        self._setting = setting
        self._staff = staff
        self._batches = batches
        self._clock = clock
        outbox.when_opened = self._opened

    def _opened(self, work: Work, letter: Letter, now: int) -> None:
        """Note that an opener has arrived: from now on it can be answered."""
        key = letter.chat_key
        row = self._conversations.load(work, [key]).get(key)
        holding = None if row is None or row.fault is not None else held_by(row.conversation)
        if row is not None and holding is not None and holding.opener == letter.id:
            holding.opened_at, holding.opened_in = now, self._setting.steady.since
            self._conversations.store(work, [(key, row)])

    def look_at_clock(self, work: Work) -> None:
        """Hold the clocks against each other, and against how they stood before a restart."""
        steady = self._setting.steady
        if steady.began_at is None and (rows := work.rows(_STOOD)):
            steady.began_at, steady.since = rows[0]
        if steady.look(self._clock.now(), self._clock.monotonic()):
            work.run(_STANDS, steady.began_at, steady.since)

    def judge(self, work: Work, letter: Letter, now: int) -> Settled | None:
        """Return None when a letter may go now; else what became of it."""
        self.look_at_clock(work)
        row = self._conversations.load(work, [letter.chat_key]).get(letter.chat_key)
        if letter.author == Author.REMINDER:
            return self._judge_reminder(work, letter, row, now)
        if row is None or row.fault is not None:
            return _refused(letter, NOBODY, now)
        return self._judge_human(work, letter, row, now)

    def _judge_human(self, work: Work, letter: Letter, row: Row, now: int) -> Settled | None:
        here = is_here(row.conversation.was_heard_at(self._setting.steady.since), now)
        holding = held_by(row.conversation)
        if letter.author == Author.UNASKED:
            return None if here else self._refuse(work, row.conversation, letter, now)
        if holding is None:
            # What was written before the hand-back still goes to whoever is here.
            return (
                None if here and letter.author != Author.OPENER else _refused(letter, NOBODY, now)
            )
        if letter.author == Author.OPENER:
            return self._judge_opener(work, letter, row, holding, now)
        if here and holding.meeting == Meeting.MET:
            return None
        return self._soften(work, letter, row.conversation, holding, now)

    # --- the opener --------------------------------------------------------------------------

    def _judge_opener(
        self, work: Work, letter: Letter, row: Row, holding: Holding, now: int
    ) -> Settled | None:
        if letter.id != holding.opener:
            return _refused(letter, NOBODY, now)
        at, reason = self._may_ask_at(work, letter.chat_key, row.conversation, holding, now)
        if at == now:
            self._note(work, letter, row, Meeting.WAITING, Meeting.ASKED)
            return None
        self._note(work, letter, row, Meeting.ASKED, Meeting.WAITING)
        return self._hold(work, letter, holding, reason, FAR if at == NEVER else at, now)

    def _may_ask_at(
        self, work: Work, key: bytes, conversation: Conversation, holding: Holding, now: int
    ) -> tuple[int, str]:
        """Return when the person may be asked whether it is a good moment, and why not now."""
        steady, zone = self._setting.steady, self._setting.zone
        if holding.is_answer:
            return now, ""
        if holding.insisted_in == steady.since and is_here(holding.insisted_at, now):
            return now, ""
        rules = rules_of(work, key, holding.case)
        heard_at = conversation.was_heard_at(steady.since)
        at = all_allow_at(rules, heard_at, now, zone, steady.since)
        if at == NEVER:
            return NEVER, UNTIL_WRITTEN
        is_their_hour = all_allow_at(rules, LONG_AGO, now, zone, -now) == now
        return at, UNTIL_STEADY if is_their_hour else UNTIL_HOURS

    def _note(self, work: Work, letter: Letter, row: Row, was: Meeting, is_now: Meeting) -> None:
        """Write down whether the opener is on its way or waits."""
        holding = held_by(row.conversation)
        if holding is not None and holding.meeting == was:
            holding.meeting = is_now
            self._conversations.store(work, [(letter.chat_key, row)])

    # --- the house's own question ------------------------------------------------------------

    def _judge_reminder(
        self, work: Work, letter: Letter, row: Row | None, now: int
    ) -> Settled | None:
        case, is_late = CaseClocks.carried(work, letter.id), letter.created_at + TOO_LATE
        if (kept := self._staff.check_ins.carried(work, letter.id)) is not None:
            case, is_late = kept.case, kept.it.ends_at
        if not case:
            return _refused(letter, NOBODY, now)
        at, why = may_remind_at(work, letter.chat_key, case, row, self._setting, now)
        if why or at > is_late:
            return _refused(letter, why or NO_HOUR, now)
        if at <= now:
            return None
        hold(work, letter.id, UNTIL_HOURS, at)
        letter.hold = UNTIL_HOURS
        return Settled(letter, State.QUEUED, now, not_before=at, hold=UNTIL_HOURS)

    # --- what does not go --------------------------------------------------------------------

    def _soften(
        self, work: Work, letter: Letter, conversation: Conversation, holding: Holding, now: int
    ) -> Settled:
        """Let a caseworker's words wait for the answer to an opener, and see that there is one."""
        kept_back = self._hold(work, letter, holding, UNTIL_MET, FAR, now)
        where = Whereabouts(
            holding.case, holding.reference, letter.chat_key, conversation.chat,
            conversation.language, rules_of(work, letter.chat_key, holding.case)[0],
            holding.by, 0,
        )  # fmt: skip
        self._batches.attend(work, where, Greet(holding.by), now)
        return kept_back

    def _hold(  # noqa: PLR0913, PLR0917 - which letter, why, and until when
        self, work: Work, letter: Letter, holding: Holding, reason: str, at: int, now: int
    ) -> Settled:
        hold(work, letter.id, reason, at)
        if letter.hold != reason:
            letter.hold = reason
            event = Event(
                Happened.HELD, holding.case, holding.by, code=reason, letter=letter.id
            )  # fmt: skip
            self._staff.show(work, [event], now)
        return Settled(letter, State.QUEUED, now, not_before=at, hold=reason)

    def _refuse(self, work: Work, conversation: Conversation, letter: Letter, now: int) -> Settled:
        """Refuse what the bot wanted to say by itself; its case's desk is told."""
        holding = held_by(conversation)
        if holding is not None:
            self._staff.show(work, [Event(Happened.KEPT_BACK, holding.case, holding.by)], now)
        return _refused(letter, OUTSIDE, now)


def rules_of(work: Work, key: bytes, case: str) -> list[str]:
    """Return the rules a letter about a case goes by: the case's own, then the newest in the chat.

    Somebody who chose anew in a later report has chosen for the phone, not for the report; a case
    in which nothing was chosen has the strictest rule.
    """
    found = [(str(name), str(rule)) for name, rule in work.rows(_RULES, key)]
    own = next((rule for name, rule in found if name == case), "")
    newest: Sequence[str] = [rule for _name, rule in found if rule][:1]
    return [own or WHEN_I_WRITE, *newest]


def may_remind_at(  # noqa: PLR0913, PLR0917 - a chat, its case, and how both stand
    work: Work, key: bytes, case: str, row: Row | None, setting: Setting, now: int
) -> tuple[int, str]:
    """Return when a person may be asked the neutral question by the house, or why not at all.

    Never while anybody is in the chat: whoever it is, they are asked by nobody else just now.
    """
    if Recognition.is_frozen(work, case):
        return now, IS_FROZEN
    if row is not None and row.fault is not None:
        return now, NO_CHAT
    earliest = now
    if row is not None:
        if held_by(row.conversation) is not None:
            return now, COLLEAGUE_IS_THERE
        earliest = max(now, row.conversation.touched_at + SILENCE + 1)
    rules = rules_of(work, key, case)
    at = all_allow_at(rules, LONG_AGO, earliest, setting.zone, setting.steady.since)
    return (now, ONLY_THEY_WRITE) if at == NEVER else (at, "")


def _refused(letter: Letter, why: str, now: int) -> Settled:
    return Settled(letter, State.REFUSED, now, fault=why)
