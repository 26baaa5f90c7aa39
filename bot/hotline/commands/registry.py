"""Every staff command in one table: handler, form, permission, title, keyboard and forum syntax.

The web desk, the forum desk and the command line are three fronts of this table. None of them
decides anything: they store a `Command`, and the dispatcher carries it out with `run_command`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from bot.hotline.commands import (
    assignment,
    conversation,
    deadlines,
    duties,
    erasure,
    imports,
    interpreting,
    links,
    origins,
    record,
    referrals,
    service_plan,
    snooze,
    texts,
)  # fmt: skip
from bot.hotline.commands.context import CommandContext, HotlineServices, find_contact
from bot.hotline.commands.permissions import (
    CommandPermission,
    key_refusal,
    reason_refusal,
    refusal_text,
)
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries import desk_commands
from bot.hotline.deliveries.room_commands import PARTNER_COMMANDS, run_partner_command
from bot.hotline.queue.snooze import Snoozes
from bot.hotline.staff.approved_keys import as_approved
from bot.text import Text, _, pgettext

if TYPE_CHECKING:
    from bot.store.writer import Work

CommandHandler = Callable[[CommandContext], None]


@dataclass(frozen=True, slots=True)
class FormField:
    """A field of a command's form."""

    name: str
    """`code`, `words` (the command's text) or `sure` (checks the caseworker has confirmed)."""
    max_length: int
    """In characters. The web desk accepts no longer `code`; `run_command` refuses longer text."""


CODE = FormField("code", 64)
WORDS = FormField("words", 12_000)
SURE = FormField("sure", 200)


class ForumArguments(StrEnum):
    """What follows a command's name in the forum."""

    NONE = "none"
    TEXT = "text"
    """All that follows is the command's text."""
    CODE = "code"
    """The first word is its code."""
    CUSTOM = "custom"
    """The forum has a parser of its own for it."""


@dataclass(frozen=True, slots=True)
class ForumSyntax:
    """How a command is given in the forum."""

    name: str = ""
    """`/name`; empty: by a button only."""
    arguments: ForumArguments = ForumArguments.NONE
    example: str = ""
    """How to type it, shown when its arguments are missing; empty: they may be missing."""
    has_button: bool = False
    """Whether a button of a card gives it."""
    needs_topic: bool = True
    """Whether it is about the case of the topic it is typed in."""
    needs_content: bool = False
    """Whether it makes sense only in mode content, where a person's words are shown."""


@dataclass(frozen=True, slots=True)
class CommandShortcut:
    """The key of a command in the web desk."""

    key: str
    label: Text


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """One staff command."""

    verb: Verb
    handler: CommandHandler
    title: Text
    fields: tuple[FormField, ...] = ()
    permission: CommandPermission = CommandPermission.CASE_STATE
    is_about_case: bool = True
    """Whether its form belongs to a case; the others concern the caseworker alone."""
    has_values: bool = False
    """Whether its form has a field for each blank of a phrase."""
    needs_step_up: bool = False
    """Whether it cannot be undone: a second factor, and the case's number in `code`, are needed."""
    is_sent_to_person: bool = False
    """Whether the person reads it: the web desk checks it for mistakes first."""
    needs_chat: bool = False
    """Whether it does something in the chat: refused for a case without one."""
    changes_access: bool = False
    """Whether other caseworkers can open the case afterwards."""
    is_work: bool = False
    """Whether it shows that the holder works on the case again, which ends a snooze."""
    shortcut: CommandShortcut | None = None
    forum: ForumSyntax | None = None

    @property
    def follows_letters(self) -> bool:
        """Whether it must not overtake a letter to the person that waits to be undone.

        The person reads what it does, or the caseworker may not be able to write after it.
        """
        is_read = self.is_sent_to_person or self.needs_chat or self.verb in _READ_BY_PERSON
        return is_read or self.changes_access

    @property
    def field_names(self) -> frozenset[str]:
        """Return the names of its form's fields."""
        return frozenset(field.name for field in self.fields)


_READ_BY_PERSON = frozenset({
    Verb.REFER, Verb.SEND_REFERRAL, Verb.DELIVER_REFERRAL, Verb.RECORD_REPLY, Verb.REVOKE_CONSENT,
    Verb.ERASE, Verb.SHOW_APPOINTMENT, Verb.HIDE_APPOINTMENT, Verb.CONFIRM_JOIN,
})  # fmt: skip
"""Commands whose question or result the person reads, though they also work without a chat."""
_TEXT, _CUSTOM = ForumArguments.TEXT, ForumArguments.CUSTOM
_SPECS = (
    CommandSpec(Verb.CLAIM, assignment.claim, pgettext("desk button", "Claim"), changes_access=True,
                shortcut=CommandShortcut("c", _("claim")),
                forum=ForumSyntax("claim", _CUSTOM, has_button=True, needs_topic=False)),
    CommandSpec(Verb.RELEASE, assignment.release, pgettext("desk button", "Return to queue"),
                (WORDS,), changes_access=True,
                shortcut=CommandShortcut("b", _("return to the queue")),
                forum=ForumSyntax("release", _TEXT, has_button=True)),
    CommandSpec(Verb.TRANSFER, assignment.transfer, pgettext("desk button", "Transfer"),
                (CODE, WORDS), changes_access=True,
                shortcut=CommandShortcut("h", _("transfer to a colleague")),
                forum=ForumSyntax("transfer", _CUSTOM, has_button=True)),
    CommandSpec(Verb.PASS_ON, assignment.pass_on, pgettext("desk button", "Pass on"),
                (CODE, WORDS), changes_access=True,
                shortcut=CommandShortcut("w", _("pass to another office"))),
    CommandSpec(Verb.TAKE_OVER, conversation.take_over, pgettext("desk button", "Take over"),
                needs_chat=True,
                shortcut=CommandShortcut("t", _("take over, hand back")),
                forum=ForumSyntax("takeover", has_button=True, needs_content=True)),
    CommandSpec(Verb.HAND_BACK, conversation.hand_back, pgettext("desk button", "Hand back"),
                needs_chat=True,
                shortcut=CommandShortcut("t", _("take over, hand back")),
                forum=ForumSyntax("handback", has_button=True)),
    CommandSpec(Verb.SEND, conversation.send, pgettext("desk button", "Send"), (WORDS, SURE),
                is_sent_to_person=True, is_work=True, needs_chat=True,
                shortcut=CommandShortcut("r", _("write to the person")),
                forum=ForumSyntax("say", _CUSTOM, "/say ...", needs_content=True)),
    CommandSpec(Verb.EDIT, conversation.edit, pgettext("desk button", "Change"),
                (CODE, WORDS, SURE), is_sent_to_person=True, is_work=True, needs_chat=True),
    CommandSpec(Verb.PHRASE, conversation.send_phrase, pgettext("desk button", "Send"),
                (CODE, SURE), has_values=True, is_sent_to_person=True, is_work=True,
                needs_chat=True,
                shortcut=CommandShortcut("/", _("phrasebook, or find a case")),
                forum=ForumSyntax("phrase", _CUSTOM, needs_content=True)),
    CommandSpec(Verb.INSIST, conversation.insist, pgettext("desk button", "Ask now anyway"),
                (WORDS,), is_work=True, needs_chat=True,
                forum=ForumSyntax("insist", _TEXT, "/insist ...", needs_content=True)),
    CommandSpec(Verb.CONFIRM_IDENTITY, conversation.confirm_identity,
                pgettext("desk button", "Confirm identity"), (WORDS,), is_work=True,
                needs_chat=True,
                forum=ForumSyntax("confirmed", _TEXT)),
    CommandSpec(Verb.NOTE, conversation.add_note, pgettext("desk tab", "Note"), (WORDS,),
                shortcut=CommandShortcut("m", _("write a note")),
                forum=ForumSyntax("note", _TEXT, "/note ...")),
    CommandSpec(Verb.GIVE_REASON, conversation.give_reason, pgettext("desk button", "Open case"),
                (WORDS,), forum=ForumSyntax("reason", _CUSTOM, "/reason ...")),
    CommandSpec(Verb.RECORD, record.record, pgettext("desk button", "Put into the record"),
                (CODE, WORDS), has_values=True),
    CommandSpec(Verb.WITHDRAW_ENTRY, record.withdraw_entry,
                pgettext("desk button", "Withdraw"), (CODE, WORDS), has_values=True),
    CommandSpec(Verb.FILL_IN, conversation.fill_in, pgettext("desk button", "Fill in"),
                (CODE, WORDS), is_work=True, needs_chat=True, forum=ForumSyntax(
                    "answer", _CUSTOM, "/answer report.safe safe", needs_content=True)),
    CommandSpec(Verb.SET_PRIORITY, assignment.set_priority, _("Priority"), (CODE, WORDS),
                shortcut=CommandShortcut("i", _("change the urgency")),
                forum=ForumSyntax("priority", _CUSTOM, "/priority 1 ...")),
    CommandSpec(Verb.REFER, referrals.refer, pgettext("desk button", "Ask for consent"),
                (CODE, WORDS), is_work=True,
                shortcut=CommandShortcut("s", _("refer to an organisation")),
                forum=ForumSyntax("refer", _CUSTOM, has_button=True, needs_content=True)),
    CommandSpec(Verb.SEND_REFERRAL, referrals.send_referral,
                pgettext("desk button", "Record as referred"), (CODE,), is_work=True,
                forum=ForumSyntax(has_button=True, needs_content=True)),
    CommandSpec(Verb.DELIVER_REFERRAL, desk_commands.deliver_referral,
                pgettext("desk button", "Deliver to their room"), (CODE,), is_work=True),
    CommandSpec(Verb.REPLY_TO_PARTNER, desk_commands.reply_to_partner,
                pgettext("desk button", "Reply to them"), (CODE,), is_work=True),
    CommandSpec(Verb.ASK_PARTNER_TO_CALL, desk_commands.ask_partner_to_call,
                pgettext("desk button", "Ask them to call us"), is_work=True),
    CommandSpec(Verb.RECORD_REPLY, referrals.record_reply,
                pgettext("desk button", "Record the answer"), (CODE, WORDS), is_work=True),
    CommandSpec(Verb.REVOKE_CONSENT, erasure.revoke_consent, pgettext("desk button", "Revoke"),
                (CODE,), permission=CommandPermission.SERVES_QUEUE,
                forum=ForumSyntax("revoke", ForumArguments.CODE, "/revoke statistics")),
    CommandSpec(Verb.OBJECT_TO_ERASURE, erasure.object_to_erasure,
                pgettext("desk button", "Object to erasure"), (WORDS,),
                permission=CommandPermission.SERVES_QUEUE,
                forum=ForumSyntax("keep", _TEXT, "/keep ...")),
    CommandSpec(Verb.ERASE, erasure.confirm_erasure, pgettext("desk button", "Erase permanently"),
                (CODE,), needs_step_up=True, permission=CommandPermission.HOLDER_OR_SUPERVISOR,
                forum=ForumSyntax("erase")),
    CommandSpec(Verb.ADD_DEADLINE_EVENT, deadlines.add_event,
                pgettext("desk button", "Record an event"), (CODE, WORDS),
                permission=CommandPermission.NO_AUDITOR, is_work=True,
                forum=ForumSyntax("clock", _CUSTOM, needs_content=True)),
    CommandSpec(Verb.STRIKE_DEADLINE_EVENT, deadlines.strike_event,
                pgettext("desk button", "Strike out"), (CODE,),
                permission=CommandPermission.NO_AUDITOR, is_work=True),
    CommandSpec(Verb.END_CHECK_IN, deadlines.end_check_in,
                pgettext("desk button", "End the agreed check-in"),
                permission=CommandPermission.NO_AUDITOR, is_work=True, needs_chat=True,
                forum=ForumSyntax("checkin", _CUSTOM)),
    CommandSpec(Verb.LOG_CALL, origins.log_call, pgettext("desk button", "Save call"),
                (CODE, WORDS), has_values=True, is_work=True,
                shortcut=CommandShortcut("l", _("write down a call"))),
    CommandSpec(Verb.SET_CALL_BACK, origins.set_call_back,
                pgettext("desk button", "Change call-back"), has_values=True, is_work=True),
    CommandSpec(Verb.MAKE_JOIN_CODE, origins.make_join_code,
                pgettext("desk button", "Make a code"), is_work=True),
    CommandSpec(Verb.CONFIRM_JOIN, origins.confirm_join,
                pgettext("desk button", "These words"), (CODE,), is_work=True),
    CommandSpec(Verb.END_JOIN_CODE, origins.end_join_code,
                pgettext("desk button", "End the code"), is_work=True),
    CommandSpec(Verb.ANSWER_ALOUD, referrals.answer_aloud,
                pgettext("desk button", "Record the spoken answer"), (CODE,), is_work=True),
    CommandSpec(Verb.SNOOZE, snooze.snooze, pgettext("desk button", "Snooze"), (CODE, WORDS),
                shortcut=CommandShortcut("a", _("snooze"))),
    CommandSpec(Verb.UNSNOOZE, snooze.unsnooze, pgettext("desk button", "End snooze")),
    CommandSpec(Verb.FOLLOW_UP, snooze.follow_up, pgettext("desk button", "Follow up"),
                (CODE, WORDS), shortcut=CommandShortcut("f", _("follow up on a day"))),
    CommandSpec(Verb.SERVICE, service_plan.change_service, pgettext("desk button", "Record"),
                (CODE, WORDS), has_values=True, is_work=True,
                permission=CommandPermission.HOLDER_OR_SUPERVISOR,
                shortcut=CommandShortcut("v", _("add a service to the plan"))),
    CommandSpec(Verb.BOOK_APPOINTMENT, service_plan.book_appointment,
                pgettext("desk button", "Make the appointment"), (CODE, WORDS), has_values=True,
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.CANCEL_APPOINTMENT, service_plan.cancel_appointment,
                pgettext("desk button", "Cancel it"), (CODE, WORDS),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.SHOW_APPOINTMENT, service_plan.show_appointment,
                pgettext("desk button", "Show the person"), (CODE,),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.HIDE_APPOINTMENT, service_plan.hide_appointment,
                pgettext("desk button", "Hide from the person"), (CODE,),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.STRIKE_SERVICE, service_plan.strike_entry,
                pgettext("desk button", "Strike out"), (CODE, WORDS),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.BEGIN_DUTY, duties.begin_duty,
                pgettext("desk button", "It has to be reported"), (CODE, WORDS),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.RECORD_REPORT, duties.record_report,
                pgettext("desk button", "Record the report"), (CODE, WORDS), has_values=True,
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.DECIDE_NO_DUTY, duties.decide_no_duty,
                pgettext("desk button", "No duty here"), (CODE, WORDS),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR, is_work=True),
    CommandSpec(Verb.LINK, links.link, pgettext("desk button", "Link"), (CODE,)),
    CommandSpec(Verb.MERGE, links.merge, pgettext("desk button", "Merge"), (CODE, WORDS),
                changes_access=True),
    CommandSpec(Verb.UNLINK, links.unlink, pgettext("desk button", "Remove link"), (CODE,)),
    CommandSpec(Verb.INVITE_INTERPRETER, interpreting.invite, pgettext("desk button", "Invite"),
                (CODE, WORDS), has_values=True, is_work=True),
    CommandSpec(Verb.SHARE_TEXT, interpreting.share,
                pgettext("desk button", "To the interpreter"), (CODE, WORDS), has_values=True,
                is_work=True),
    CommandSpec(Verb.SET_SHARING, interpreting.set_sharing, pgettext("desk button", "Save"),
                has_values=True),
    CommandSpec(Verb.END_INTERPRETING, interpreting.end,
                pgettext("desk button", "End interpreting"),
                permission=CommandPermission.HOLDER_OR_SUPERVISOR),
    CommandSpec(Verb.BEGIN_INTERPRETING, interpreting.begin, pgettext("desk button", "Begin"),
                (CODE,), permission=CommandPermission.INTERPRETER, is_about_case=False),
    CommandSpec(Verb.LEAVE_INTERPRETING, interpreting.leave, pgettext("desk button", "Leave"),
                (CODE,), permission=CommandPermission.INTERPRETER, is_about_case=False),
    CommandSpec(Verb.RENDER, interpreting.render, pgettext("desk button", "Send rendering"),
                (CODE, WORDS), permission=CommandPermission.INTERPRETER, has_values=True,
                is_about_case=False),
    CommandSpec(Verb.CLOSE, assignment.close, pgettext("desk button", "Close case"), (CODE, WORDS),
                changes_access=True, shortcut=CommandShortcut("e", _("end: close the case")),
                forum=ForumSyntax("close", _CUSTOM, has_button=True)),
    CommandSpec(Verb.REOPEN, assignment.reopen, pgettext("desk button", "Reopen"),
                changes_access=True, forum=ForumSyntax("reopen", has_button=True)),
    CommandSpec(Verb.OPEN_CASE, origins.open_case, pgettext("desk button", "Open case"),
                (WORDS,), is_about_case=False, has_values=True, changes_access=True,
                permission=CommandPermission.ANY_STAFF),
    CommandSpec(Verb.IMPORT_CASE, imports.import_case, pgettext("desk button", "Import"),
                (WORDS,), is_about_case=False, has_values=True, changes_access=True,
                permission=CommandPermission.ANY_STAFF),
    CommandSpec(Verb.ON_DUTY, assignment.go_on_duty, pgettext("desk button", "Go on duty"),
                is_about_case=False, permission=CommandPermission.ANY_STAFF,
                forum=ForumSyntax("duty", _CUSTOM, "/duty on", needs_topic=False)),
    CommandSpec(Verb.OFF_DUTY, assignment.go_off_duty, pgettext("desk button", "Go off duty"),
                is_about_case=False, permission=CommandPermission.ANY_STAFF),
    CommandSpec(Verb.REST, assignment.rest, pgettext("desk button", "Take a 15-minute break"),
                (CODE,), is_about_case=False, permission=CommandPermission.ANY_STAFF,
                forum=ForumSyntax("rest", ForumArguments.CODE, "/rest 15", needs_topic=False)),
)  # fmt: skip
COMMANDS: Mapping[Verb, CommandSpec] = {spec.verb: spec for spec in _SPECS}

SYSTEM_COMMANDS: Mapping[Verb, CommandHandler] = {
    Verb.ACCESS_ENDED: assignment.note_access_ended,
}
"""What Haven stores itself when staff change: no desk can give it. `by` has no access any more."""


def run_command(
    services: HotlineServices, work: Work, command: Command, now: int
) -> CommandContext | None:
    """Carry a command out; return None if who gave it is not an active caseworker.

    A command is either carried out, or the caseworker is told why not. What it does in the
    conversation is returned as `actions`.
    """
    if command.verb in PARTNER_COMMANDS:
        return run_partner_command(services, work, command, now)
    if command.verb in SYSTEM_COMMANDS:
        return _run_system_command(services, work, command, now)
    by = services.staff.find(work, command.by)
    if by is None or not by.is_active:
        return None
    spec = COMMANDS[command.verb]
    contact = find_contact(services.vault, work, command.case)
    approved = as_approved(services.vault, by)
    context = CommandContext(services, work, command, approved or by, contact, now)
    if command.case and contact is None:
        context.refuse(texts.NO_SUCH_CASE)
    elif spec.needs_chat and contact is not None and not contact.has_chat:
        context.refuse(texts.NO_CHAT)
    elif why := _refusal(context, spec, is_approved=approved is not None):
        context.refuse(why)
    elif len(command.text) > WORDS.max_length:
        context.refuse(texts.TOO_LONG, most=str(WORDS.max_length))
    else:
        spec.handler(context)
        if spec.is_work and context.case and not any(it.is_refused for it in context.events):
            Snoozes.end(work, context.case)
    return context


def _refusal(context: CommandContext, spec: CommandSpec, *, is_approved: bool) -> Text | None:
    """Return why the caseworker may not give a command; None if they may."""
    work, by, command, now = context.work, context.by, context.command, context.now
    if not is_approved and (why := key_refusal(work, command, by)):
        return why
    if why := refusal_text(spec.permission, work, context.case, by, now):
        return why
    return reason_refusal(context.services.audit, work, command, by, now) if command.case else None


def _run_system_command(
    services: HotlineServices, work: Work, command: Command, now: int
) -> CommandContext | None:
    """Carry out what Haven stored about someone whose access ended; None if there is no case."""
    by = services.staff.find(work, command.by)
    contact = find_contact(services.vault, work, command.case)
    if by is None or by.is_active or contact is None:  # erased meanwhile
        return None
    context = CommandContext(services, work, command, by, contact, now)
    SYSTEM_COMMANDS[command.verb](context)
    return context
