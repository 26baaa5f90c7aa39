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
    confirm_identity,
    conversation,
    deadlines,
    erasure,
    links,
    referrals,
    snooze,
)
from bot.hotline.commands.context import CommandContext, HotlineServices, find_contact
from bot.hotline.commands.permissions import CommandPermission, refusal_text
from bot.hotline.commands.texts import NO_SUCH_CASE, TOO_LONG
from bot.hotline.commands.types import Command, Verb
from bot.hotline.queue.snooze import Snoozes
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


@dataclass(frozen=True, slots=True, kw_only=True)
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
    changes_access: bool = False
    """Whether other caseworkers can open the case afterwards."""
    is_work: bool = False
    """Whether it shows that the holder works on the case again, which ends a snooze."""
    shortcut: CommandShortcut | None = None
    forum: ForumSyntax | None = None

    @property
    def field_names(self) -> frozenset[str]:
        """Return the names of its form's fields."""
        return frozenset(field.name for field in self.fields)


_SPECS = (
    CommandSpec(
        verb=Verb.CLAIM, handler=assignment.claim, title=pgettext("desk button", "Claim"),
        changes_access=True, shortcut=CommandShortcut("c", _("claim")),
        forum=ForumSyntax("claim", ForumArguments.CUSTOM, has_button=True, needs_topic=False),
    ),
    CommandSpec(
        verb=Verb.RELEASE, handler=assignment.release,
        title=pgettext("desk button", "Return to queue"), fields=(WORDS,), changes_access=True,
        shortcut=CommandShortcut("b", _("return to the queue")),
        forum=ForumSyntax("release", has_button=True),
    ),
    CommandSpec(
        verb=Verb.TRANSFER, handler=assignment.transfer, title=pgettext("desk button", "Transfer"),
        fields=(CODE, WORDS), changes_access=True,
        shortcut=CommandShortcut("h", _("transfer to a colleague")),
        forum=ForumSyntax("transfer", ForumArguments.CUSTOM, has_button=True),
    ),
    CommandSpec(
        verb=Verb.TAKE_OVER, handler=conversation.take_over,
        title=pgettext("desk button", "Take over"),
        shortcut=CommandShortcut("t", _("take over, hand back")),
        forum=ForumSyntax("takeover", has_button=True, needs_content=True),
    ),
    CommandSpec(
        verb=Verb.HAND_BACK, handler=conversation.hand_back,
        title=pgettext("desk button", "Hand back"),
        shortcut=CommandShortcut("t", _("take over, hand back")),
        forum=ForumSyntax("handback", has_button=True),
    ),
    CommandSpec(
        verb=Verb.SEND, handler=conversation.send, title=pgettext("desk button", "Send"),
        fields=(WORDS, SURE), is_sent_to_person=True, is_work=True,
        shortcut=CommandShortcut("r", _("write to the person")),
        forum=ForumSyntax("say", ForumArguments.CUSTOM, "/say ...", needs_content=True),
    ),
    CommandSpec(
        verb=Verb.EDIT, handler=conversation.edit, title=pgettext("desk button", "Change"),
        fields=(CODE, WORDS, SURE), is_sent_to_person=True, is_work=True,
    ),
    CommandSpec(
        verb=Verb.PHRASE, handler=conversation.send_phrase,
        title=pgettext("desk button", "Send"), fields=(CODE, SURE), has_values=True,
        is_sent_to_person=True, is_work=True,
        shortcut=CommandShortcut("/", _("phrasebook, or find a case")),
        forum=ForumSyntax("phrase", ForumArguments.CUSTOM, needs_content=True),
    ),
    CommandSpec(
        verb=Verb.INSIST, handler=conversation.insist,
        title=pgettext("desk button", "Ask now anyway"), fields=(WORDS,), is_work=True,
        forum=ForumSyntax("insist", ForumArguments.TEXT, "/insist ...", needs_content=True),
    ),
    CommandSpec(
        verb=Verb.CONFIRM_IDENTITY, handler=confirm_identity.confirm_identity,
        title=pgettext("desk button", "Confirm identity"), fields=(WORDS,),
        is_work=True, forum=ForumSyntax("confirmed", ForumArguments.TEXT),
    ),
    CommandSpec(
        verb=Verb.NOTE, handler=conversation.add_note, title=pgettext("desk tab", "Note"),
        fields=(WORDS,), shortcut=CommandShortcut("m", _("write a note")),
        forum=ForumSyntax("note", ForumArguments.TEXT, "/note ..."),
    ),
    CommandSpec(
        verb=Verb.FILL_IN, handler=conversation.fill_in, title=pgettext("desk button", "Fill in"),
        fields=(CODE, WORDS), is_work=True,
        forum=ForumSyntax(
            "answer", ForumArguments.CUSTOM, "/answer report.safe safe", needs_content=True
        ),
    ),
    CommandSpec(
        verb=Verb.SET_PRIORITY, handler=assignment.set_priority, title=_("Priority"),
        fields=(CODE, WORDS), shortcut=CommandShortcut("i", _("change the urgency")),
        forum=ForumSyntax("priority", ForumArguments.CUSTOM, "/priority 1 ..."),
    ),
    CommandSpec(
        verb=Verb.REFER, handler=referrals.refer, title=pgettext("desk button", "Ask for consent"),
        fields=(CODE, WORDS), is_work=True,
        forum=ForumSyntax("refer", ForumArguments.CUSTOM, has_button=True, needs_content=True),
    ),
    CommandSpec(
        verb=Verb.SEND_REFERRAL, handler=referrals.send_referral,
        title=pgettext("desk button", "Record as referred"), fields=(CODE,), is_work=True,
        forum=ForumSyntax(has_button=True, needs_content=True),
    ),
    CommandSpec(
        verb=Verb.REVOKE_CONSENT, handler=erasure.revoke_consent,
        title=pgettext("desk button", "Revoke"), fields=(CODE,),
        permission=CommandPermission.SERVES_QUEUE,
        forum=ForumSyntax("revoke", ForumArguments.CODE, "/revoke statistics"),
    ),
    CommandSpec(
        verb=Verb.OBJECT_TO_ERASURE, handler=erasure.object_to_erasure,
        title=pgettext("desk button", "Object to erasure"), fields=(WORDS,),
        permission=CommandPermission.SERVES_QUEUE,
        forum=ForumSyntax("keep", ForumArguments.TEXT, "/keep ..."),
    ),
    CommandSpec(
        verb=Verb.ERASE, handler=erasure.confirm_erasure,
        title=pgettext("desk button", "Erase permanently"), fields=(CODE,), needs_step_up=True,
        permission=CommandPermission.HOLDER_OR_SUPERVISOR, forum=ForumSyntax("erase"),
    ),
    CommandSpec(
        verb=Verb.ADD_DEADLINE_EVENT, handler=deadlines.add_event,
        title=pgettext("desk button", "Record an event"), fields=(CODE, WORDS),
        permission=CommandPermission.NO_AUDITOR, is_work=True,
        forum=ForumSyntax("clock", ForumArguments.CUSTOM, needs_content=True),
    ),
    CommandSpec(
        verb=Verb.STRIKE_DEADLINE_EVENT, handler=deadlines.strike_event,
        title=pgettext("desk button", "Strike out"), fields=(CODE,),
        permission=CommandPermission.NO_AUDITOR, is_work=True,
    ),
    CommandSpec(
        verb=Verb.END_CHECK_IN, handler=deadlines.end_check_in,
        title=pgettext("desk button", "End the agreed check-in"),
        permission=CommandPermission.NO_AUDITOR, is_work=True,
        forum=ForumSyntax("checkin", ForumArguments.CUSTOM),
    ),
    CommandSpec(
        verb=Verb.SNOOZE, handler=snooze.snooze, title=pgettext("desk button", "Snooze"),
        fields=(CODE, WORDS), shortcut=CommandShortcut("a", _("snooze")),
    ),
    CommandSpec(
        verb=Verb.UNSNOOZE, handler=snooze.unsnooze,
        title=pgettext("desk button", "End snooze"),
    ),
    CommandSpec(
        verb=Verb.FOLLOW_UP, handler=snooze.follow_up, title=pgettext("desk button", "Follow up"),
        fields=(CODE, WORDS), shortcut=CommandShortcut("f", _("follow up on a day")),
    ),
    CommandSpec(
        verb=Verb.LINK, handler=links.link, title=pgettext("desk button", "Link"), fields=(CODE,)
    ),
    CommandSpec(
        verb=Verb.MERGE, handler=links.merge, title=pgettext("desk button", "Merge"),
        fields=(CODE, WORDS), changes_access=True,
    ),
    CommandSpec(
        verb=Verb.UNLINK, handler=links.unlink,
        title=pgettext("desk button", "Remove link"), fields=(CODE,),
    ),
    CommandSpec(
        verb=Verb.CLOSE, handler=assignment.close, title=pgettext("desk button", "Close case"),
        fields=(CODE, WORDS), changes_access=True,
        shortcut=CommandShortcut("e", _("end: close the case")),
        forum=ForumSyntax("close", ForumArguments.CUSTOM, has_button=True),
    ),
    CommandSpec(
        verb=Verb.REOPEN, handler=assignment.reopen, title=pgettext("desk button", "Reopen"),
        changes_access=True, forum=ForumSyntax("reopen", has_button=True),
    ),
    CommandSpec(
        verb=Verb.ON_DUTY, handler=assignment.go_on_duty,
        title=pgettext("desk button", "Go on duty"),
        is_about_case=False,
        permission=CommandPermission.ANY_STAFF,
        forum=ForumSyntax("duty", ForumArguments.CUSTOM, "/duty on", needs_topic=False),
    ),
    CommandSpec(
        verb=Verb.OFF_DUTY, handler=assignment.go_off_duty,
        title=pgettext("desk button", "Go off duty"),
        is_about_case=False, permission=CommandPermission.ANY_STAFF,
    ),
    CommandSpec(
        verb=Verb.REST, handler=assignment.rest,
        title=pgettext("desk button", "Take a 15-minute break"),
        fields=(CODE,),
        is_about_case=False, permission=CommandPermission.ANY_STAFF,
        forum=ForumSyntax("rest", ForumArguments.CODE, "/rest 15", needs_topic=False),
    ),
)  # fmt: skip
COMMANDS: Mapping[Verb, CommandSpec] = {spec.verb: spec for spec in _SPECS}


def run_command(
    services: HotlineServices, work: Work, command: Command, now: int
) -> CommandContext | None:
    """Carry a command out; return None if who gave it is not an active caseworker.

    A command is either carried out, or the caseworker is told why not. What it does in the
    conversation is returned as `actions`.
    """
    by = services.staff.find(work, command.by)
    if by is None or not by.is_active:
        return None
    spec = COMMANDS[command.verb]
    contact = find_contact(services.vault, work, command.case)
    context = CommandContext(services, work, command, by, contact, now)
    if command.case and contact is None:
        context.refuse(NO_SUCH_CASE)
    elif why := refusal_text(spec.permission, work, context.case, by):
        context.refuse(why)
    elif len(command.text) > WORDS.max_length:
        context.refuse(TOO_LONG, most=str(WORDS.max_length))
    else:
        spec.handler(context)
        if spec.is_work and context.case and not any(it.is_refused for it in context.events):
            Snoozes.end(work, context.case)
    return context
