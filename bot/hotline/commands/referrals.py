"""Commands that refer a case: the person is asked first, and only then are others informed.

A person who withdrew from sharing is not asked again, unless they bring it up themselves: then the
caseworker writes down what they said, and the person consents to exactly what they see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.hotline.chat.takeover import AskConsent, NotifyReferralSent
from bot.hotline.commands.texts import (
    ANSWERS_SEALED,
    CONSENT_WITHDRAWN,
    DO_NOT_ASK_AGAIN,
    DONE,
    NO_MATCHING_CONSENT,
    NO_SUCH_RECIPIENT,
    NOTHING_TO_REFER,
)
from bot.hotline.events import Event, EventKind

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.referrals.model import Referral


def refer(context: CommandContext) -> None:
    """Ask the person whether a recipient may be told parts of their report."""
    command, referrals = context.command, context.services.referrals
    recipients = [
        code for code, it in context.services.recipients.items() if it.is_offered_at(context.now)
    ]
    if command.code not in recipients:
        context.refuse(NO_SUCH_RECIPIENT, codes=", ".join(recipients))
        return
    if referrals.has_sealed_answers(context.work, context.case):
        context.refuse(ANSWERS_SEALED)
        return
    offerable = referrals.offerable_parts(context.work, context.case)
    chosen = [offerable[code] for code in command.values or offerable if code in offerable]
    if not chosen:
        context.refuse(NOTHING_TO_REFER, codes=", ".join(offerable) or "-")
    elif _may_ask(context) and context.may_write() and context.move(CaseAction.WORK):
        context.add_note()
        offer = referrals.offer(
            context.work, context.case, command.code, chosen, context.by.id, context.now
        )
        context.actions.append(AskConsent(offer))


def _may_ask(context: CommandContext) -> bool:
    """Return whether the person may be asked; a person who withdrew has to bring it up."""
    withdrew_at = context.services.consents.no_sharing_since(context.work, context.case)
    if withdrew_at is not None and not context.command.text.strip():
        context.refuse(DO_NOT_ASK_AGAIN, recipient=context.command.code)
        return False
    return True


def send_referral(context: CommandContext) -> None:
    """Mark a referral as sent: its recipient was told what the person consented to."""
    code, referrals = context.command.code, context.services.referrals
    referral = referrals.find(context.work, context.case, code)
    if referral is not None and _is_consent_withdrawn(context, referral):
        context.refuse(CONSENT_WITHDRAWN)
    elif referral is None or not referral.may_be_sent:
        context.refuse(NO_MATCHING_CONSENT)
    elif context.move(CaseAction.REFER, detail=referral.recipient):
        sent = referrals.mark_sent(context.work, context.case, code, context.by.id, context.now)
        if sent is not None:
            context.events.append(
                Event(EventKind.REFERRED, context.case, context.by.id, code=sent.stage.value,
                      referral=sent)
            )  # fmt: skip
            context.actions.append(NotifyReferralSent(sent))
            context.reply(DONE)


def _is_consent_withdrawn(context: CommandContext, referral: Referral) -> bool:
    """Return whether the person withdrew from sharing after they consented to this."""
    since = context.services.consents.no_sharing_since(context.work, context.case)
    return since is not None and (referral.answered_at is None or referral.answered_at <= since)
