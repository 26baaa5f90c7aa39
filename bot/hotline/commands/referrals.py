"""Commands that refer a case: the person is asked first, and only then are others informed.

A person who withdrew from sharing is not asked again, unless they bring it up themselves: then the
caseworker writes down what they said, and the person consents to exactly what they see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.hotline.chat.takeover import AskConsent, NotifyReferralSent
from bot.hotline.commands import texts
from bot.hotline.events import Event, EventKind
from bot.hotline.referrals.consent_dialog import ConsentDialog
from bot.hotline.referrals.model import TAKES_IT, RecipientReply, ReferralStage, is_least
from bot.hotline.services.companion import without_refused

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.referrals.model import Referral


def refer(context: CommandContext) -> None:
    """Ask the person whether a recipient may be told parts of their report."""
    work, case, code, now = context.work, context.case, context.command.code, context.now
    referrals, directory = context.services.referrals, context.services.recipients
    recipients = [code for code, it in directory.items() if it.is_offered_at(now)]
    if code not in recipients:
        why = texts.NOT_OFFERED if code in directory else texts.NO_SUCH_RECIPIENT
        context.refuse(why, codes=", ".join(recipients) or "-")
        return
    if referrals.has_sealed_answers(work, case):
        context.refuse(texts.ANSWERS_SEALED)
        return
    plan, services = context.services.plans.if_readable(work, case), context.services.place.services
    offerable = without_refused(referrals.offerable_parts(work, case), plan, services)
    wanted = context.command.values or offerable
    chosen = [offerable[part] for part in wanted if part in offerable]
    if not chosen:
        context.refuse(texts.NOTHING_TO_REFER, codes=", ".join(offerable) or "-")
    elif _may_ask(context) and context.may_write() and context.move(CaseAction.WORK):
        context.add_note()
        parts = [(part, is_least(part)) for part in chosen]
        offer = referrals.offer(work, case, code, parts, context.by.id, now)
        if context.contact is not None and context.contact.has_chat:
            context.actions.append(AskConsent(offer))
        else:
            stage = offer.stage.value
            context.events.append(
                Event(EventKind.REFERRED, case, context.by.id, code=stage, referral=offer)
            )
            context.reply(texts.READ_ALOUD_NOW)


def answer_aloud(context: CommandContext) -> None:
    """Record what a person without a chat answered, after the parts were read aloud to them.

    The token is that of the button the person would press: it names exactly what was read.
    """
    pressed = ConsentDialog.parse_token(context.command.code)
    if context.contact is not None and context.contact.has_chat:
        context.refuse(texts.ANSWER_IN_CHAT)
    elif pressed is None:
        context.refuse(texts.NO_MATCHING_CONSENT)
    elif context.move(CaseAction.WORK, detail="aloud"):
        work, referrals, by = context.work, context.services.referrals, context.by.id
        outcome = referrals.handle_press(work, context.case, pressed, context.now, heard_by=by)
        if outcome is None or not outcome.changed:
            context.refuse(texts.NO_MATCHING_CONSENT)
            return
        changed = outcome.referral
        context.events.append(
            Event(EventKind.REFERRED, context.case, by, code=changed.stage.value, referral=changed)
        )
        context.reply(texts.DONE)


def _may_ask(context: CommandContext) -> bool:
    """Return whether the person may be asked; a person who withdrew has to bring it up.

    What staff may not even read any more is never referred.
    """
    if context.services.consents.reading_taken_back_at(context.work, context.case) is not None:
        context.refuse(texts.CONSENT_WITHDRAWN)
        return False
    withdrew_at = context.services.consents.no_sharing_since(context.work, context.case)
    if withdrew_at is not None and not context.command.text.strip():
        context.refuse(texts.DO_NOT_ASK_AGAIN, recipient=context.command.code)
        return False
    return True


def send_referral(context: CommandContext) -> None:
    """Mark a referral as sent: its recipient was told what the person consented to."""
    code, referrals, by = context.command.code, context.services.referrals, context.by.id
    referral = referrals.find(context.work, context.case, code)
    if referral is not None and is_consent_withdrawn(context, referral):
        context.refuse(texts.CONSENT_WITHDRAWN)
    elif referral is None or not referral.may_be_sent:
        context.refuse(texts.NO_MATCHING_CONSENT)
    elif context.move(CaseAction.REFER, detail=referral.recipient):
        sent = referrals.mark_sent(context.work, context.case, code, by, context.now)
        if sent is not None:
            event = Event(EventKind.REFERRED, sent.case, by, code=sent.stage.value, referral=sent)
            context.events.append(event)
            context.actions.append(NotifyReferralSent(sent))
            context.reply(texts.DONE)


def record_reply(context: CommandContext) -> None:
    """Record what the recipient of a referral answered; the person reads it when they ask.

    If the recipient does not take it up, our staff must look again: a reply is due.
    """
    referral, _dot, answer = context.command.code.rpartition(".")
    known = {it.value: it for it in RecipientReply}
    if answer not in known:
        context.refuse(texts.NO_SUCH_REPLY, codes=", ".join(known))
        return
    work, reply, by = context.work, known[answer], context.by.id
    found = context.services.referrals.find(work, context.case, referral)
    if found is None or found.stage is not ReferralStage.SENT:
        context.refuse(texts.NOT_REFERRED)
    elif context.move(CaseAction.WORK):
        referrals = context.services.referrals
        referrals.record_reply(work, context.case, referral, reply, by, context.now)
        context.add_note()
        if reply not in TAKES_IT:
            context.services.reply_clocks.person_wrote(work, context.case, context.now)
        context.reply(texts.DONE)


def is_consent_withdrawn(context: CommandContext, referral: Referral) -> bool:
    """Return whether the person withdrew from sharing after they consented to this, or from all."""
    if context.services.consents.reading_taken_back_at(context.work, context.case) is not None:
        return True
    since = context.services.consents.no_sharing_since(context.work, context.case)
    return since is not None and (referral.answered_at is None or referral.answered_at <= since)
