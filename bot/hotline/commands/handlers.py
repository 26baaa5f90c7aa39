"""Carry out what caseworkers do: each verb one row, in the transaction of that person's chat.

An order either happens, or whoever gave it hears why not. What it does in the conversation itself
is a `Deed`, carried out by the dispatcher, who alone may speak to the person.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select, update

from bot.cases.intake import MAX_FILE_BYTES
from bot.cases.sealed_fields import open_address
from bot.cases.state_machine import ActionRefusal, CaseAction
from bot.cases.urgency import Priority
from bot.clock import MINUTE
from bot.hotline.chat.case_progress import mark_read
from bot.hotline.chat.messages import CaseMessage, CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import (  # fmt: skip
    FillIn,
    HandBack,
    Insist,
    SendMessage,
    TakeOver,
    TransferChat,
)
from bot.hotline.commands.attachments import edit_action, message_content
from bot.hotline.commands.context import CaseContact, CommandContext
from bot.hotline.commands.deadlines import DEADLINE_VERBS
from bot.hotline.commands.texts import (
    BLANKS_MISSING,
    BLANKS_TOO_LONG,
    CASE_ALREADY_CLAIMED,
    CLAIMED,
    CLAIMED_OTHER_LANGUAGE,
    DISPOSITIONS,
    DONE,
    FILE_TOO_LARGE,
    INSISTED,
    MINUTES_NEEDED,
    NO_SUCH_CASE,
    NO_SUCH_COLLEAGUE,
    NO_SUCH_DISPOSITION,
    NO_SUCH_PHRASE,
    NO_SUCH_PRIORITY,
    NOTHING_TO_SEND,
    REST_OFFERED,
    TOO_LONG,
    YOU_ARE_AT_CAPACITY,
)
from bot.hotline.commands.types import Command, Verb
from bot.hotline.contact_rule import WHEN_I_WRITE
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.claims import AlreadyClaimed, AtCapacity, Claimed
from bot.store.compiled import Prepared
from bot.store.tables.main import cases

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.hotline.chat.messages import CaseMessages
    from bot.hotline.chat.phrasebook import Phrasebook
    from bot.hotline.commands.deadlines import DeadlineCommands
    from bot.hotline.queue.claims import Claims
    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.staff.staff import Staff
    from bot.store.writer import Work
    from bot.vault import Vault

MAX_REST_MINUTES = 240
MAX_TEXT = 12_000
"""Characters of a caseworker in one go; a desk splits what is longer than its own limit."""

_CONTACT = Prepared(
    lambda _: select(
        cases.c.reference, cases.c.chat_key, cases.c.address, cases.c.language, cases.c.contact,
        cases.c.holder, cases.c.priority,
    ).where(cases.c.id == bindparam("case")),
    "case",
)  # fmt: skip
_SET_PRIORITY = Prepared(
    lambda _: (
        update(cases).where(cases.c.id == bindparam("case")).values(priority=bindparam("priority"))
    ),
    "priority",
    "case",
)


class CommandHandlers:
    """Carries out commands, used inside units of work."""

    def __init__(  # noqa: PLR0913 - what orders move
        self,
        *,
        vault: Vault,
        staff: Staff,
        claims: Claims,
        reply_clocks: ReplyClocks,
        phrasebook: Phrasebook,
        deadline_commands: DeadlineCommands,
        messages: CaseMessages,
        handlers: Mapping[Verb, Callable[[CommandContext], None]],
    ) -> None:
        self._vault = vault
        self._staff = staff
        self._claims = claims
        self._reply_clocks = reply_clocks
        self._phrasebook = phrasebook
        self._messages = messages
        self.deadline_commands = deadline_commands
        self._handlers = handlers

    def find_contact(self, work: Work, case: str) -> CaseContact | None:
        """Return where a case's person is reached; None for a case that is not there."""
        rows = work.rows(_CONTACT, case) if case else []
        if not rows or rows[0][2] is None:
            return None
        reference, key, address, language, contact, holder, priority = rows[0]
        chat = open_address(self._vault, case, bytes(address))
        rule = contact or WHEN_I_WRITE
        return CaseContact(case, reference, bytes(key), chat, language, rule, holder, priority)

    def handle(self, work: Work, command: Command, now: int) -> CommandContext | None:
        """Carry a command out; None for somebody who is no caseworker any more."""
        by = self._staff.find(work, command.by)
        if by is None or not by.is_active:
            return None
        order = CommandContext(work, command, by, self.find_contact(work, command.case), now)
        if command.case and order.contact is None:
            order.refuse(NO_SUCH_CASE)
        elif beside := self._handlers.get(command.verb):
            beside(order)
        else:
            _HANDLERS[command.verb](self, order)
        return order

    def after_event(self, work: Work, event: Event, now: int) -> Event | None:
        """Start and stop the clock of a case by what has happened; return what follows from it."""
        if event.kind is EventKind.PERSON_WROTE:
            self._reply_clocks.person_wrote(work, event.case, now)
        elif event.kind is EventKind.CASEWORKER_WROTE:
            self._reply_clocks.caseworker_answered(work, event.case, now)
        more = event.kind is EventKind.REPORT_ADDED or (
            event.kind is EventKind.PERSON_WROTE and event.code
        )
        if more and self._claims.reopen_if_closed(work, event.case, now):
            return Event(EventKind.REOPENED, event.case)
        return None

    def _claim(self, order: CommandContext) -> None:
        if order.contact is None:
            taken = self._claims.claim_next(order.work, order.by, order.now)
        else:
            taken = self._claims.claim(order.work, order.case, order.by, order.now)
        if isinstance(taken, Claimed):
            order.contact = self.find_contact(order.work, taken.case)
            mark_read(order.work, taken.case, order.now)
            order.add_event(EventKind.CLAIMED)
            order.reply(CLAIMED_OTHER_LANGUAGE if taken.is_other_language else CLAIMED)
        elif isinstance(taken, AlreadyClaimed):
            order.refuse(CASE_ALREADY_CLAIMED, name=self._name_of(order.work, taken.staff))
        elif isinstance(taken, AtCapacity):
            order.refuse(YOU_ARE_AT_CAPACITY, most=str(taken.most))
        else:
            order.refuse(taken.text)

    def _name_of(self, work: Work, who: str) -> str:
        found = self._staff.find(work, who)
        return found.name if found else who

    def _move(
        self, order: CommandContext, verb: CaseAction, *, reason: str = "", detail: str = ""
    ) -> bool:
        """Move the case; tell whether it went."""
        moved = self._claims.move(
            order.work, order.case, verb, order.now, order.by, reason=reason, detail=detail
        )
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return False
        return True

    def _release(self, order: CommandContext) -> None:
        if self._move(order, CaseAction.RELEASE):
            order.add_note()
            order.actions.append(HandBack(order.by.id, is_asked=False))
            order.add_event(EventKind.RELEASED)
            order.reply(DONE)

    def _transfer(self, order: CommandContext) -> None:
        to = self._staff.find(order.work, order.command.code)
        if to is None:
            order.refuse(NO_SUCH_COLLEAGUE)
            return
        moved = self._claims.transfer(order.work, order.case, to, order.now, order.by)
        if isinstance(moved, ActionRefusal):
            order.refuse(moved.text)
            return
        order.add_note()
        order.actions.append(TransferChat(order.by.id, to.id, to.title))
        order.events.append(
            Event(EventKind.TRANSFERRED, order.case, order.by.id, (to.id,),
                  values={"language": order.contact.language, "rule": order.contact.rule}
                  if order.contact else {})
        )  # fmt: skip
        order.reply(DONE)

    def _set_priority(self, order: CommandContext) -> None:
        command = order.command
        if command.code not in {str(int(level)) for level in Priority} or order.contact is None:
            order.refuse(NO_SUCH_PRIORITY)
            return
        level = int(command.code)
        verb = CaseAction.LOWER if level > order.contact.priority else CaseAction.RAISE
        if self._move(order, verb, reason=command.text, detail=command.code):
            order.work.run(_SET_PRIORITY, level, order.case)
            self._reply_clocks.priority_changed(order.work, order.case, order.now)
            order.add_note()
            order.add_event(EventKind.PRIORITY_CHANGED, code=command.code)
            order.reply(DONE)

    def _close(self, order: CommandContext) -> None:
        code = order.command.code
        if code not in DISPOSITIONS:
            order.refuse(NO_SUCH_DISPOSITION, codes=", ".join(DISPOSITIONS))
        elif self.deadline_commands.may_close(order) and self._move(
            order, CaseAction.CLOSE, detail=code
        ):
            order.add_note()
            order.actions.append(HandBack(order.by.id, goes_on=False))
            order.add_event(EventKind.CLOSED, code=code)
            order.reply(REST_OFFERED if order.is_emergency else DONE)

    def _reopen(self, order: CommandContext) -> None:
        if self._move(order, CaseAction.REOPEN):
            order.add_event(EventKind.REOPENED)
            order.reply(DONE)

    def _take_over(self, order: CommandContext) -> None:
        if order.contact and order.may_write() and self._move(order, CaseAction.TAKE_OVER):
            order.actions.append(
                TakeOver(order.case, order.by.id, order.by.title, order.contact.rule,
                         order.contact.reference)
            )  # fmt: skip

    def _hand_back(self, order: CommandContext) -> None:
        if self._move(order, CaseAction.HAND_BACK):
            order.actions.append(HandBack(order.by.id))

    def _send_text(self, order: CommandContext) -> None:
        command = order.command
        sort, content = message_content(command)
        if sort is CaseMessageKind.TEXT and not command.text.strip():
            order.refuse(NOTHING_TO_SEND)
        elif len(command.text) > MAX_TEXT:
            order.refuse(TOO_LONG, most=str(MAX_TEXT))
        elif any(file.size > MAX_FILE_BYTES for file in command.files):
            order.refuse(FILE_TOO_LARGE)
        else:
            self._send(order, sort, content)

    def _edit(self, order: CommandContext) -> None:
        """Change what a caseworker wrote themselves, where it went or before it goes."""
        deed = edit_action(order, self._messages)
        if deed is not None and order.may_write() and self._move(order, CaseAction.WORK):
            order.actions.append(deed)

    def _send_phrase(self, order: CommandContext) -> None:
        command = order.command
        if command.code not in self._phrasebook:
            order.refuse(NO_SUCH_PHRASE)
        elif missing := self._phrasebook.missing_blanks(command.code, command.values):
            order.refuse(BLANKS_MISSING, blanks=", ".join(missing))
        elif overfull := self._phrasebook.too_long(command.code, command.values):
            order.refuse(BLANKS_TOO_LONG, blanks=", ".join(overfull))
        else:
            self._send(
                order,
                CaseMessageKind.PHRASE,
                CaseMessageContent(code=command.code, values=command.values),
            )

    def _send(
        self, order: CommandContext, sort: CaseMessageKind, content: CaseMessageContent
    ) -> None:
        if order.may_write() and self._move(order, CaseAction.WORK):
            order.actions.append(
                SendMessage(
                    CaseMessage(
                        order.case, MessageSide.CASEWORKER, sort, content, order.now, order.by.id
                    )
                )
            )

    def _insist(self, order: CommandContext) -> None:
        if order.may_write() and self._move(order, CaseAction.INSIST, reason=order.command.text):
            order.add_note()
            order.actions.append(Insist(order.by.id))
            order.reply(INSISTED)

    def _note(self, order: CommandContext) -> None:
        if not order.command.text.strip():
            order.refuse(NOTHING_TO_SEND)
        elif self._move(order, CaseAction.NOTE):
            order.add_note()

    def _fill_in(self, order: CommandContext) -> None:
        flow, _dot, step = order.command.code.partition(".")
        if self._move(order, CaseAction.WORK):
            order.actions.append(FillIn(order.by.id, flow, step, order.command.text))

    def _on_duty(self, order: CommandContext) -> None:
        self._staff.set_duty(order.work, order.by.id, on=True)
        order.reply(DONE)

    def _rest(self, order: CommandContext) -> None:
        minutes = order.command.code
        if not minutes.isdecimal() or not 0 <= int(minutes) <= MAX_REST_MINUTES:
            order.refuse(MINUTES_NEEDED)
            return
        self._staff.rest(order.work, order.by.id, order.now + int(minutes) * MINUTE)
        order.reply(DONE)

    def _off_duty(self, order: CommandContext) -> None:
        self._staff.set_duty(order.work, order.by.id, on=False)
        for case in self._claims.end_shift(order.work, order.by, order.now):
            order.events.append(Event(EventKind.RELEASED, case, order.by.id))
        order.reply(DONE)


_HANDLERS: Mapping[Verb, Callable[[CommandHandlers, CommandContext], None]] = {
    Verb.CLAIM: CommandHandlers._claim,  # noqa: SLF001 - a table of this class's own verbs
    Verb.RELEASE: CommandHandlers._release,  # noqa: SLF001
    Verb.TRANSFER: CommandHandlers._transfer,  # noqa: SLF001
    Verb.TAKE_OVER: CommandHandlers._take_over,  # noqa: SLF001
    Verb.HAND_BACK: CommandHandlers._hand_back,  # noqa: SLF001
    Verb.SEND: CommandHandlers._send_text,  # noqa: SLF001
    Verb.EDIT: CommandHandlers._edit,  # noqa: SLF001
    Verb.PHRASE: CommandHandlers._send_phrase,  # noqa: SLF001
    Verb.INSIST: CommandHandlers._insist,  # noqa: SLF001
    Verb.NOTE: CommandHandlers._note,  # noqa: SLF001
    Verb.FILL_IN: CommandHandlers._fill_in,  # noqa: SLF001
    Verb.SET_PRIORITY: CommandHandlers._set_priority,  # noqa: SLF001
    Verb.REST: CommandHandlers._rest,  # noqa: SLF001
    **dict.fromkeys(DEADLINE_VERBS, lambda orders, order: orders.deadline_commands.handle(order)),
    Verb.CLOSE: CommandHandlers._close,  # noqa: SLF001
    Verb.REOPEN: CommandHandlers._reopen,  # noqa: SLF001
    Verb.ON_DUTY: CommandHandlers._on_duty,  # noqa: SLF001
    Verb.OFF_DUTY: CommandHandlers._off_duty,  # noqa: SLF001
}
