"""Commands about the conversation: taking over, writing to the person, notes, filling in."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from bot.cases.intake import MAX_FILE_BYTES
from bot.cases.state_machine import HAS_REASON, IS_SUPERVISOR, OPENS_NO_CASE, CaseAction, Role
from bot.clock import HOUR
from bot.hotline.chat import takeover
from bot.hotline.chat.messages import CaseMessageContent, CaseMessageKind, CaseMessages
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.commands import texts
from bot.hotline.commands.attachments import message_content
from bot.hotline.commands.permissions import BREAK_GLASS, gave_reason, is_colleagues
from bot.hotline.queue import case_status
from bot.hotline.queue.visibility import serves
from bot.mailbox.letter import LetterState
from bot.mailbox.outbox import letter_state

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.messages import OutgoingFile

MAX_MESSAGE, MAX_CAPTION = 4096, 1024
"""The longest message, and caption of a file, that the channel takes, in UTF-16 units.

What a caseworker sends is one message: of several, one could be refused or stay as it was after a
change, while staff see the state of another."""
EDITABLE_KINDS = frozenset({CaseMessageKind.TEXT, CaseMessageKind.FILES})
"""Messages in a caseworker's own words; sentences of the phrasebook cannot be edited."""
EDITABLE_STATES = frozenset({LetterState.QUEUED, LetterState.SENDING, LetterState.SENT})
"""A letter that ended otherwise has no message on the person's phone to change."""
IDENTITY_SURE = "sure"
"""The audit action of one of the two confirmations of a frozen chat."""
SECOND_WITHIN = HOUR


def take_over(context: CommandContext) -> None:
    """Take the conversation over: the bot is silent in it."""
    contact = context.contact
    if contact and context.may_write() and context.move(CaseAction.TAKE_OVER):
        case, by = contact.case, context.by
        context.actions.append(
            takeover.TakeOver(case, by.id, by.title, contact.rule, contact.reference)
        )


def hand_back(context: CommandContext) -> None:
    """Let the bot go on."""
    if context.move(CaseAction.HAND_BACK):
        context.actions.append(takeover.HandBack(context.by.id))


def send(context: CommandContext) -> None:
    """Send words, files or a location to the person."""
    command = context.command
    kind, content = message_content(command)
    if kind is CaseMessageKind.TEXT and not command.text.strip():
        context.refuse(texts.NOTHING_TO_SEND)
    elif any(file.size > MAX_FILE_BYTES for file in command.files):
        context.refuse(texts.FILE_TOO_LARGE)
    elif too_long := _too_long(command.text, kind):
        context.refuse(texts.TOO_LONG, most=str(too_long))
    else:
        _send(context, kind, content, command.uploads)


def _too_long(text: str, kind: CaseMessageKind) -> int:
    """Return the most UTF-16 units that words of this kind may have, if they have more; else 0."""
    most = MAX_CAPTION if kind is CaseMessageKind.FILES else MAX_MESSAGE
    return most if len(text.encode("utf-16-le", "surrogatepass")) // 2 > most else 0


def send_phrase(context: CommandContext) -> None:
    """Send a sentence of the phrasebook, its blanks filled in."""
    phrasebook = context.services.phrasebook
    phrasebook.load(context.work)
    code, has_changed = phrasebook.parse_chosen(context.command.code)
    values, edit = context.command.values, phrasebook.edited.newest
    if code not in phrasebook:
        context.refuse(texts.NO_SUCH_PHRASE)
    elif has_changed:
        context.refuse(texts.PHRASE_CHANGED)
    elif missing := phrasebook.missing_blanks(code, values):
        context.refuse(texts.BLANKS_MISSING, blanks=", ".join(missing))
    elif too_long := phrasebook.too_long(code, values):
        context.refuse(texts.BLANKS_TOO_LONG, blanks=", ".join(too_long))
    else:
        content = CaseMessageContent(code=code, values=values, phrase_edit=edit)
        _send(context, CaseMessageKind.PHRASE, content)


def _send(
    context: CommandContext,
    kind: CaseMessageKind,
    content: CaseMessageContent,
    uploads: tuple[OutgoingFile, ...] = (),
) -> None:
    if context.may_write() and context.move(CaseAction.WORK):
        message = replace(context.message(kind, content), uploads=uploads)
        context.actions.append(takeover.SendMessage(message))


def edit(context: CommandContext) -> None:
    """Change what the caseworker wrote, on the person's phone or before it leaves."""
    action = _edit_action(context)
    if action is not None and context.may_write() and context.move(CaseAction.WORK):
        context.actions.append(action)


def _edit_action(context: CommandContext) -> takeover.EditMessage | None:
    command = context.command
    letter = int(command.code[:18]) if command.code.isdecimal() else 0
    found = CaseMessages.of_letter(context.work, letter)
    status = letter_state(context.work, letter)
    is_theirs = found is not None and found[:2] == (context.case, context.by.id)
    if found is None or not is_theirs or found[2] not in EDITABLE_KINDS:
        context.refuse(texts.CANNOT_EDIT)
        return None
    if status is None or status[0] not in EDITABLE_STATES:
        context.refuse(texts.CANNOT_EDIT)
    elif not command.text.strip():
        context.refuse(texts.NOTHING_TO_SEND)
    elif too_long := _too_long(command.text, found[2]):
        context.refuse(texts.TOO_LONG, most=str(too_long))
    else:
        content = CaseMessageContent(text=command.text, message=letter)
        message = context.message(CaseMessageKind.EDIT, content)
        is_caption = found[2] is CaseMessageKind.FILES
        return takeover.EditMessage(message, status[1], is_caption)
    return None


def confirm_identity(context: CommandContext) -> None:
    """Confirm that the person writes, although they did not show it with a passphrase.

    In a quiet chat the caseworker who holds the case has asked in neutral words and was answered. A
    frozen chat, which the person was made to open, is different: nothing can be asked there, and
    another person may dictate what is written. There it takes two caseworkers, each with a written
    reason, within an hour.
    """
    if context.contact is None:
        return
    reference = context.contact.reference
    frozen_at = Passphrases.frozen_at(context.work, context.case)
    if not frozen_at:
        if context.move(CaseAction.WORK, detail="confirmed"):
            context.actions.append(takeover.ConfirmIdentity(context.case, context.by.id, reference))
    elif not context.command.text.strip():
        context.refuse(texts.IDENTITY_REASON_NEEDED)
    elif _may_be_second(context) or context.move(CaseAction.WORK, detail=IDENTITY_SURE):
        _record_confirmation(context, frozen_at, reference)


def _may_be_second(context: CommandContext) -> bool:
    status, by = case_status.load(context.work, context.case), context.by
    if status is None or status.holder == by.id:
        return False
    return serves(by, status.place, context.now)


def _record_confirmation(context: CommandContext, frozen_at: int, reference: str) -> None:
    """Record one confirmation with its reason; the second one lets the conversation go on."""
    audit, case, by = context.services.audit, context.case, context.by.id
    since = max(frozen_at, context.now - SECOND_WITHIN)
    rows = audit.rows_about(context.work, case)
    earlier = {it.actor for it in rows if it.action == IDENTITY_SURE and it.at >= since}
    audit.record(context.work, context.now, by, IDENTITY_SURE, case)
    context.add_note()
    if earlier - {by}:
        context.actions.append(takeover.ConfirmIdentity(case, by, reference, is_approved=True))
    else:
        context.reply(texts.SECOND_CONFIRMATION_NEEDED)


def insist(context: CommandContext) -> None:
    """Ask outside the person's contact rule whether this is a good moment, for a reason."""
    if context.may_write() and context.move(CaseAction.INSIST, reason=context.command.text):
        context.add_note()
        context.actions.append(takeover.Insist(context.by.id))
        context.reply(texts.INSISTED)


def add_note(context: CommandContext) -> None:
    """Store a note for colleagues."""
    if not context.command.text.strip():
        context.refuse(texts.NOTHING_TO_SEND)
    elif context.move(CaseAction.NOTE):
        context.add_note()


def give_reason(context: CommandContext) -> None:
    """Log a supervisor's reason for acting on a colleague's case, and keep it there as a note."""
    work, case, by, audit = context.work, context.case, context.by, context.services.audit
    if by.role is not Role.SUPERVISOR:
        context.refuse(OPENS_NO_CASE if by.role is Role.ADMINISTRATOR else IS_SUPERVISOR.refusal)
    elif not is_colleagues(work, case, by):
        context.refuse(texts.NOT_A_COLLEAGUES_CASE)
    elif not context.command.text.strip():
        context.refuse(HAS_REASON.refusal)
    elif context.move(CaseAction.NOTE):
        # The desk in the browser has logged it already, before it showed a word.
        if not gave_reason(audit, work, case, by, context.now):
            audit.record(work, context.now, by.id, BREAK_GLASS, case)
        context.add_note()
        context.reply(texts.REASON_STORED)


def fill_in(context: CommandContext) -> None:
    """Answer a question of the bot for the person."""
    flow, _dot, step = context.command.code.partition(".")
    if context.move(CaseAction.WORK):
        text = context.command.text
        context.actions.append(takeover.FillIn(context.case, context.by.id, flow, step, text))
