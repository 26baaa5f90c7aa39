"""The neutral question the bot asks unasked: the letter, and whom to tell if it cannot be sent.

It is the question with which caseworkers begin, so it says nothing to a person who holds the phone.
It may be written at any time; the contact policy judges it when it is sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import desc

from bot.cases.urgency import Priority
from bot.clock import DAY
from bot.conversation import Position
from bot.dispatch import callback_data
from bot.dispatch.conversation_store import (
    SESSION_TIMEOUT,
    CaseBeforeAlarm,
    Conversation,
    ConversationRow,
    ids_of_hour,
    takeover_of,
)
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import OPENER, UNTIL_HOURS
from bot.hotline.commands.context import find_contact
from bot.hotline.contact_rule import LONG_AGO, NEVER, WHEN_I_WRITE, all_allow_at
from bot.hotline.queue.alerts import alert_recipients, load_alert
from bot.mailbox.letter import Author, Letter
from bot.store.statements import select_by, select_one
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.dispatch.conversation_store import Conversations
    from bot.dispatch.turn_services import TurnServices
    from bot.hotline.commands.context import HotlineServices
    from bot.hotline.events import Event
    from bot.mailbox.outbox import Outbox
    from bot.store.writer import Work


ONLY_THEY_WRITE, NO_HOUR = "only_they_write", "no_hour"
CASEWORKER_PRESENT, CASE_FROZEN, NO_CHAT = "colleague_is_there", "frozen", "no_chat"
"""Why a person is not reminded: their rule; none of their hours comes in time; a takeover; the chat
was opened under duress; it is not known."""
REMINDER_LIFETIME = DAY
"""A reminder that could not be sent for so long is not sent any more; staff are told."""

_STANDING = select_one(cases, "priority", "due_at", "office", by="id")
_RULES = select_by(cases, "id", "contact", by="chat_key", order_by=desc(cases.c.opened_at))


@dataclass(slots=True)
class SchedulerResult:
    """What follows from a look at everything that may be due."""

    events: list[Event] = field(default_factory=list)
    letters: list[Letter] = field(default_factory=list)


@dataclass(frozen=True)
class ReminderLetters:
    """Builds reminders inside units of work."""

    hotline: HotlineServices
    outbox: Outbox
    conversations: Conversations
    services: TurnServices

    def build(
        self, work: Work, case: str, latest: int, now: int, *, may_interrupt: bool = False
    ) -> Letter | str:
        """Return the letter that asks the person of a case, or why there is none.

        Args:
            work: the unit of work; the letter is noted in the conversation, and not stored.
            case: its id.
            latest: the moment after which the question is worth nothing.
            now: the moment.
            may_interrupt: whether it is asked in a live session and during a takeover as well.
        """
        contact = find_contact(self.hotline.vault, work, case)
        if contact is None or not contact.has_chat:
            return NO_CHAT
        key, services = contact.chat_key, self.services
        row = self.conversations.load(work, [key]).get(key)
        at, why = may_remind_at(work, key, case, row, services, now, may_interrupt=may_interrupt)
        if why or at > latest:
            return why or NO_HOUR
        (letter_id,) = self.outbox.new_ids(work, 1)
        language = (row.conversation.language if row else "") or contact.language
        prefix = callback_data.token_prefix(services.vault, key, 0, "phrasebook")
        letter = Letter(
            letter_id, key, contact.chat, services.phrasebook.render(OPENER, {}, language, prefix),
            author=Author.REMINDER, created_at=now,
            not_before=0 if at == now else at, delay_reason=None if at == now else UNTIL_HOURS,
        )  # fmt: skip
        row = row or ConversationRow(None, Conversation("", Position(), contact.chat), 0)
        ids_of_hour(row.conversation.message_ids, now).letters.append(letter_id)
        self.conversations.store(work, [(key, row)])
        return letter

    def keep_before_alarm(self, work: Work, case: str, key: bytes, *, is_answered: bool) -> None:
        """Keep in the conversation how a case stands before the alarm of its check-in.

        Args:
            work: the unit of work.
            case: its id.
            key: of its chat.
            is_answered: whether the right word would have made that no reply is due.
        """
        row = self.conversations.load(work, [key]).get(key)
        if row is None or row.fault is not None:
            return
        kept = row.conversation.before_alarms
        for priority, due_at, office in work.rows(_STANDING, case):
            if priority == Priority.EMERGENCY and row.conversation.before_alarm(case):
                return  # the first of several alarms: later ones find what it made of the case
            before = CaseBeforeAlarm(case, priority, None if is_answered else due_at, office)
            row.conversation.before_alarms = [*(it for it in kept if it.case != case), before]
            self.conversations.store(work, [(key, row)])

    def recipients(self, work: Work, case: str, now: int) -> tuple[str, ...]:
        """Return the staff who are told about a case."""
        alert = load_alert(work, case)
        return () if alert is None else alert_recipients(alert, self.hotline.staff.all(work), now)


def contact_rules(work: Work, key: bytes, case: str) -> list[str]:
    """Return the rules for a letter about a case: the case's own, then the newest in the chat.

    A rule chosen in a later report is chosen for the phone, not for the report; a case in which
    none was chosen has the strictest.
    """
    rules = [(str(name), str(rule)) for name, rule in work.rows(_RULES, key)]
    own = next((rule for name, rule in rules if name == case), "")
    newest: Sequence[str] = [rule for _name, rule in rules if rule][:1]
    return [own or WHEN_I_WRITE, *newest]


def may_remind_at(  # noqa: PLR0913 - the chat, the case, and the moment
    work: Work, key: bytes, case: str, row: ConversationRow | None, services: TurnServices,
    now: int, *, may_interrupt: bool = False,
) -> tuple[int, str]:  # fmt: skip
    """Return when the bot may ask a person the neutral question, or why not at all.

    Not while anyone is in the chat: only a caseworker may ask them at that moment. The question of
    a check-in may interrupt a session and a talk, for the person agreed on that moment.
    """
    if Passphrases.is_frozen(work, case):
        return now, CASE_FROZEN
    if row is not None and row.fault is not None:
        return now, NO_CHAT
    earliest = now
    if row is not None and not may_interrupt:
        if takeover_of(row.conversation) is not None:
            return now, CASEWORKER_PRESENT
        earliest = max(now, row.conversation.touched_at + SESSION_TIMEOUT + 1)
    rules, since = contact_rules(work, key, case), services.clock_monitor.steady_since
    at = all_allow_at(rules, LONG_AGO, earliest, services.zone, since)
    return (now, ONLY_THEY_WRITE) if at == NEVER else (at, "")
