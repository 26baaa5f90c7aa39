"""Confirmation that the person writes, although they did not show it with a passphrase.

In a quiet chat the caseworker who holds the case has asked in neutral words and was answered. A
frozen chat, which the person was made to open, is different: nothing can be asked there, and
another person may dictate what is written. There it takes two caseworkers, each with a written
reason, within an hour.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.clock import HOUR
from bot.hotline.chat.passphrases import Passphrases
from bot.hotline.chat.takeover import ConfirmIdentity
from bot.hotline.commands.texts import IDENTITY_REASON_NEEDED, SECOND_CONFIRMATION_NEEDED
from bot.hotline.queue import case_status
from bot.hotline.queue.claims import serves

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext

IDENTITY_SURE = "sure"
"""The audit action of one of the two confirmations of a frozen chat."""
SECOND_WITHIN = HOUR


def confirm_identity(context: CommandContext) -> None:
    """Let the conversation go on, or say what has to be done first."""
    if context.contact is None:
        return
    reference = context.contact.reference
    frozen_at = Passphrases.frozen_at(context.work, context.case)
    if not frozen_at:
        if context.move(CaseAction.WORK, detail="confirmed"):
            context.actions.append(ConfirmIdentity(context.case, context.by.id, reference))
    elif not context.command.text.strip():
        context.refuse(IDENTITY_REASON_NEEDED)
    elif _may_be_second(context) or context.move(CaseAction.WORK, detail=IDENTITY_SURE):
        _record_confirmation(context, frozen_at, reference)


def _may_be_second(context: CommandContext) -> bool:
    status, by = case_status.load(context.work, context.case), context.by
    return status is not None and status.holder != by.id and serves(by, status.queue)


def _record_confirmation(context: CommandContext, frozen_at: int, reference: str) -> None:
    """Record one confirmation with its reason; the second one lets the conversation go on."""
    audit, case, by = context.services.audit, context.case, context.by.id
    since = max(frozen_at, context.now - SECOND_WITHIN)
    rows = audit.rows_about(context.work, case)
    earlier = {it.actor for it in rows if it.action == IDENTITY_SURE and it.at >= since}
    audit.record(context.work, context.now, by, IDENTITY_SURE, case)
    context.add_note()
    if earlier - {by}:
        context.actions.append(ConfirmIdentity(case, by, reference, is_approved=True))
    else:
        context.reply(SECOND_CONFIRMATION_NEEDED)
