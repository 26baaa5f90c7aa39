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
from bot.dispatch.contact_policy import IS_FROZEN, NO_CHAT, NO_HOUR, may_remind_at
from bot.dispatch.conversation_store import Conversation, Row
from bot.dispatch.message_ids import trace
from bot.hotline.chat.passphrases import Found, Recognition
from bot.hotline.chat.takeover import OPENER, UNTIL_HOURS
from bot.hotline.check_ins.model import ANSWERED_WITHIN, AWAY, Step
from bot.hotline.check_ins.texts import ANSWERED, MAY_BE_CONTACT, SILENT, UNDER_FORCE, WHY, time_of
from bot.hotline.contact_rule import STEADY
from bot.hotline.deadlines import CONTACT
from bot.hotline.events import Event, Happened
from bot.hotline.queue.alerts import concern_of, whom
from bot.mailbox.letter import Author, Letter
from bot.mailbox.outbox_holds import VANISHES
from bot.messages import Remove
from bot.store.heartbeat import alive_at
from bot.vault.audit.log import HOUSE

if TYPE_CHECKING:
    from bot.cases.intake import Intake
    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.deadline_reminders import Looked
    from bot.dispatch.effects import Setting
    from bot.hotline.check_ins.store import CheckIns, Kept
    from bot.hotline.commands.handlers import Orders
    from bot.hotline.deadlines import CaseClocks
    from bot.hotline.queue.sla import Promises
    from bot.hotline.staff.staff import Staff
    from bot.mailbox.outbox import Outbox
    from bot.places.deadlines import Deadline
    from bot.store.writer import Work
    from bot.text import Text

SETTLES = 2 * MINUTE
"""How long a process listens before it says that somebody is silent: what came while it was away
has to be fetched first."""
UNREACHED = HOUR
"""How long silence is not believed while the channel itself cannot be reached."""
SOON = 5_000_000
"""Microseconds until the next look where something is still on its way."""
SILENCE, DURESS = "silence", "duress"
LOST = "lost"
"""Why a question that was asked is none: it did not arrive for certain."""


class Checking:
    """Looks at agreed hours, inside units of work; asked every few seconds."""

    def __init__(  # noqa: PLR0913, PLR0917 - the hours, and what reaches a person and staff
        self,
        check_ins: CheckIns,
        clocks: CaseClocks,
        promises: Promises,
        orders: Orders,
        staff: Staff,
        intake: Intake,
        outbox: Outbox,
        conversations: Conversations,
        setting: Setting,
    ) -> None:
        self.check_ins = check_ins
        self._clocks = clocks
        self._promises = promises
        self._orders = orders
        self._staff = staff
        self._intake = intake
        self._outbox = outbox
        self._conversations = conversations
        self._setting = setting
        self._began_at: int | None = None

    # --- looking -------------------------------------------------------------------------------

    def look(self, work: Work, looked: Looked, now: int) -> None:
        """Ask whoever is to be asked, and call staff for whoever is silent."""
        if self._began_at is None or self._began_at > now:
            self._began_at = now
        since = self._setting.steady.since
        if now - since < STEADY:  # no hour is believed
            return
        for kept in self.check_ins.due(work, now):
            self._look_at(work, kept, looked, now)

    def _look_at(self, work: Work, kept: Kept, looked: Looked, now: int) -> None:
        it = kept.it
        if it.is_far(now):
            it.next_round(now, self._setting.zone)
        step = it.step(now)
        if step is Step.ASKS:
            self._ask(work, kept, looked, now)
        elif step is Step.RAISES and not self._is_believed(work, kept, now):
            self.check_ins.keep(work, kept, now + SOON, now)
            return
        elif step is Step.RAISES:
            self._raise(work, kept, looked, now)
            step = Step.IS_OVER
        if step is Step.IS_OVER and not self._goes_on(work, kept, now):
            return
        at = it.due_at if now < it.due_at else max(it.ends_at, now + SOON)
        self.check_ins.keep(work, kept, at, now)

    def _goes_on(self, work: Work, kept: Kept, now: int) -> bool:
        """Wait for the next hour, or end what was for once."""
        if not kept.it.is_daily:
            self.check_ins.end(work, kept.case, HOUSE, now)
            return False
        kept.it.next_round(now, self._setting.zone)
        return True

    def _is_believed(self, work: Work, kept: Kept, now: int) -> bool:
        """Tell whether the house would have heard of an answer."""
        if now - (self._began_at or now) < SETTLES:
            return False
        ends_at = kept.it.ends_at
        return alive_at(work) >= ends_at or now >= ends_at + UNREACHED

    # --- asking --------------------------------------------------------------------------------

    def _ask(self, work: Work, kept: Kept, looked: Looked, now: int) -> None:
        it = kept.it
        if it.is_too_late_to_ask(now):
            it.why = AWAY
            return
        letters = self._question(work, kept, now)
        if isinstance(letters, str):
            it.why = letters
            return
        question = letters[0]
        it.asked_at = question.not_before or now
        self.check_ins.asks(work, kept.case, question.id)
        self._outbox.keep(work, letters)
        looked.letters.append(question)

    def _question(self, work: Work, kept: Kept, now: int) -> list[Letter] | str:
        """Return the letter that asks and the one that takes it away, or why there is none."""
        where = self._orders.where(work, kept.case)
        if where is None:
            return NO_CHAT
        row = self._conversations.load(work, [where.chat_key]).get(where.chat_key)
        at, why = may_remind_at(work, where.chat_key, kept.case, row, self._setting, now)
        if why:
            return why
        if at - now > ANSWERED_WITHIN:
            return NO_HOUR
        asks, takes_away = self._outbox.numbers(work, 2)
        language = row.conversation.language if row else ""
        prefix = callback_data.prefix(self._setting.vault, where.chat_key, 0, "phrasebook")
        said = self._setting.phrasebook.say(OPENER, {}, language or where.language, prefix)
        row = row or Row(None, Conversation("", Position(), where.chat), 0)
        trace(row.conversation.traces, now).ours.append(asks)
        self._conversations.store(work, [(where.chat_key, row)])
        return [
            Letter(asks, where.chat_key, where.chat, said, author=Author.REMINDER, created_at=now,
                   not_before=0 if at == now else at, hold=None if at == now else UNTIL_HOURS),
            Letter(takes_away, where.chat_key, where.chat, Remove(letters=(asks,)),
                   created_at=now, not_before=at + ANSWERED_WITHIN, hold=VANISHES),
        ]  # fmt: skip

    def kept_back(self, work: Work, letter: int, why: str, now: int) -> None:
        """Note that a question did not arrive: staff read it with the alert, if there is one."""
        kept = self.check_ins.carried(work, letter)
        if kept is not None:
            kept.it.why = kept.it.why or (why if why in WHY else LOST)
            self.check_ins.keep(work, kept, kept.it.ends_at, now)

    # --- hearing -------------------------------------------------------------------------------

    def compared(self, work: Work, case: str, digest: bytes, now: int) -> tuple[list[Event], bool]:
        """Return what staff have to see of a word, and whether nothing may go to its chat now."""
        answered = self.check_ins.compare(work, case, digest, now)
        if answered is None or answered.found is Found.WRONG:
            return [], False
        if answered.found is Found.DURESS:
            self.check_ins.freeze(work, case, now)
            return self._alarm(work, case, DURESS, UNDER_FORCE, answered.kept, now), True
        if answered.was_only:
            self._promises.nothing_due(work, case)
        text = MAY_BE_CONTACT if self._contact(work, case) else ANSWERED
        values = {"time": time_of(now, self._setting.zone)}
        return [Event(Happened.CHECKED_IN, case, text=text, values=values)], False

    # --- calling staff -------------------------------------------------------------------------

    def _raise(self, work: Work, kept: Kept, looked: Looked, now: int) -> None:
        """Say that somebody is silent; who was made to write once is in somebody's hands."""
        if not Recognition.is_frozen(work, kept.case) or kept.it.why != IS_FROZEN:
            looked.events += self._alarm(work, kept.case, SILENCE, SILENT, kept, now)

    def _alarm(  # noqa: PLR0913, PLR0917 - which case, why, and what is said of it
        self, work: Work, case: str, why: str, text: Text, kept: Kept, now: int
    ) -> list[Event]:
        answers: dict[str, object] = {"check_in": why}
        self._intake.raise_case(work, case, answers, Priority.EMERGENCY, now)
        concern = concern_of(work, case)
        if concern is None:
            return []
        self.check_ins.alarmed(work, case, why, now)
        values = {
            "reference": concern.reference,
            "time": time_of(kept.it.ends_at, self._setting.zone),
        }
        to = whom(concern, self._staff.all(work), now)
        return [
            Event(Happened.RAISED, case),
            Event(Happened.OVERDUE, case, to=to, text=text, values=values, code=kept.it.why,
                  running=self._contact(work, case)),
        ]  # fmt: skip

    def _contact(self, work: Work, case: str) -> tuple[Deadline, ...]:
        """Return the clock that contact sets back, if it runs: staff hear when help may end."""
        return tuple(it for it in self._clocks.legible(work, case) if it.clock.code == CONTACT)
