"""Commands about referrals in partners' rooms: deliver one, reply to a question, ask for a call.

Why staff reply with one of a few sentences and never with words: what a caseworker writes about the
person would be told without their consent. What a partner needs to know is asked of the person as
one more part of a referral, and comes to the partner as a new delivery.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import CaseAction
from bot.hotline.chat.takeover import NotifyReferralSent
from bot.hotline.commands.referrals import is_consent_withdrawn
from bot.hotline.commands.texts import CONSENT_WITHDRAWN, NO_MATCHING_CONSENT
from bot.hotline.deliveries import texts
from bot.hotline.deliveries.delivering import OpenRoom
from bot.hotline.deliveries.incoming import PartnerReferrals
from bot.hotline.deliveries.messages import DeliveryMessages, has_open_question
from bot.hotline.deliveries.store import Deliveries
from bot.hotline.events import Event, EventKind
from bot.partners.delivered import DeskReply

if TYPE_CHECKING:
    from bot.hotline.commands.context import CommandContext
    from bot.hotline.referrals.model import Referral


def deliver_referral(context: CommandContext) -> None:
    """Deliver exactly what the person agreed to, to the room of the recipient."""
    work, services, now = context.work, context.services, context.now
    referral = services.referrals.find(work, context.case, context.command.code)
    if referral is not None and is_consent_withdrawn(context, referral):
        context.refuse(CONSENT_WITHDRAWN)
    elif referral is None or not referral.may_be_sent:
        context.refuse(NO_MATCHING_CONSENT)
    elif not isinstance(room := services.deliveries.find_room(work, referral.recipient, now),
                        OpenRoom):  # fmt: skip
        context.refuse(room)
    elif context.move(CaseAction.REFER, detail=referral.recipient):
        _deliver(context, referral, room)


def _deliver(context: CommandContext, referral: Referral, room: OpenRoom) -> None:
    work, now, by = context.work, context.now, context.by.id
    sent = context.services.referrals.mark_sent(work, context.case, referral.id, by, now)
    if sent is None:
        raise AssertionError("a referral that may be sent was not sent")
    made = context.services.deliveries.deliver(work, sent, room, now)
    detail = f"{sent.recipient}:{sent.id}:{made.number}"
    context.services.audit.record(work, now, by, "delivery_send", sent.case, detail)
    event = Event(EventKind.REFERRED, sent.case, by, code=sent.stage.value, referral=sent)
    context.events.append(event)
    context.actions.append(NotifyReferralSent(sent, is_unread=True))
    context.reply(texts.DELIVERED)


def reply_to_partner(context: CommandContext) -> None:
    """Reply to what a partner asked, with one of the fixed sentences."""
    number, _dot, code = context.command.code.partition(".")
    found = Deliveries.find(context.work, number)
    replies = {it.value: it for it in DeskReply}
    if found is None or found.case != context.case:
        context.refuse(texts.NO_SUCH_DELIVERY)
    elif code not in replies:
        context.refuse(texts.NO_SUCH_DESK_REPLY, codes=", ".join(replies))
    elif not found.is_readable(context.now):  # taken back since the page was opened, say
        context.refuse(texts.NOT_READABLE)
    elif not has_open_question(DeliveryMessages.of_delivery(context.work, number)):
        context.refuse(texts.NOT_ASKED)
    elif context.move(CaseAction.WORK, detail="partner_reply"):
        work, now, by = context.work, context.now, context.by.id
        DeliveryMessages.add_reply(work, found, replies[code], by, now)
        detail = f"{found.recipient}:{number}:{code}"
        context.services.audit.record(work, now, by, "delivery_reply", context.case, detail)
        context.add_event(EventKind.DELIVERY_CHANGED)
        context.reply(texts.REPLIED)


def ask_partner_to_call(context: CommandContext) -> None:
    """Let the partner who referred this case read that we ask them to call."""
    if PartnerReferrals.of_case(context.work, context.case) is None:
        context.refuse(texts.NO_PARTNER)
    elif context.move(CaseAction.WORK, detail="partner_call"):
        work, now = context.work, context.now
        PartnerReferrals.ask_to_call(work, context.case, now)
        context.services.audit.record(work, now, context.by.id, "partner_call", context.case)
        context.add_event(EventKind.DELIVERY_CHANGED)
        context.reply(texts.ASKED_TO_CALL)
