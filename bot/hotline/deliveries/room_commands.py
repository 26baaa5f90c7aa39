"""What follows in a case when a partner opens or answers a referral, or refers a person to us.

A partner's room stores these commands, and no one else: they are in no registry of a desk, and who
gave them is no member of staff. None of them moves a case.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.cases.state_machine import Role
from bot.hotline.chat.messages import CaseMessageContent, CaseMessageKind, MessageSide
from bot.hotline.chat.takeover import NotifyRecipientReply
from bot.hotline.commands.context import CommandContext, HotlineServices, find_contact
from bot.hotline.commands.origins import store_told_case
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries import texts
from bot.hotline.deliveries.incoming import PartnerReferrals, agreement_note, opening_values
from bot.hotline.deliveries.model import REPLIES
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.deliveries.store import Deliveries
from bot.hotline.events import Event, EventKind
from bot.hotline.origins.opening import CaseToOpen, read_opening
from bot.hotline.queue.alerts import alert_recipients, load_alert
from bot.hotline.referrals.model import TAKES_IT
from bot.hotline.staff.staff import Caseworker
from bot.log import log
from bot.partners.delivered import PartnerAnswer
from bot.partners.member_access import ACTOR_PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.store.writer import Work
    from bot.text import Text


def run_partner_command(
    services: HotlineServices, work: Work, command: Command, now: int
) -> CommandContext | None:
    """Carry out what a partner's room stored; None for one that no room can have stored."""
    if not command.by.startswith(ACTOR_PREFIX):
        return None
    contact = find_contact(services.vault, work, command.case)
    context = CommandContext(services, work, command, _no_staff(command.by), contact, now)
    if command.case and contact is None:  # erased meanwhile, and with it the delivery
        return context
    PARTNER_COMMANDS[command.verb](context)
    return context


def note_opening(context: CommandContext) -> None:
    """Show at the desk that a delivery was opened."""
    found = Deliveries.find(context.work, context.command.code)
    if found is not None:
        name = RecipientPartners.partner_name(context.work, found.partner)
        values = {"partner": name, "number": found.number}
        kind = EventKind.DELIVERY_CHANGED
        context.events.append(Event(kind, context.case, text=texts.OPENED, values=values))


def take_answer(context: CommandContext) -> None:
    """Record an answer with the referral, alert staff, and tell a person who is there."""
    number, _message, code = context.command.code.split(".")
    work, case, now, answer = context.work, context.case, context.now, PartnerAnswer(code)
    found = Deliveries.find(work, number)
    if found is None:
        return
    reply = REPLIES.get(answer)
    if reply is not None:
        referrals, by = context.services.referrals, context.command.by
        recorded = referrals.record_reply(work, case, found.referral, reply, by, now)
        if recorded is not None:
            context.actions.append(NotifyRecipientReply(case, reply, now))
    if reply not in TAKES_IT or answer is PartnerAnswer.ASKED:
        context.services.reply_clocks.person_wrote(work, case, now)
    name = RecipientPartners.partner_name(work, found.partner)
    _alert(context, texts.ANSWERED[answer], partner=name, number=number)


def open_referred_case(context: CommandContext) -> None:
    """Open a case from the form of a partner, in the same queue as any other."""
    number, _dot, partner = context.command.code.partition(".")
    given, work, services = context.command.values, context.work, context.services
    name = RecipientPartners.partner_name(work, int(partner))
    found = read_opening(services.registry, opening_values(given, name), context.command.text)
    if not isinstance(found, CaseToOpen):  # the form was checked; an answer of it is no answer now
        log.error("partner_referral_refused")
        return
    case = store_told_case(context, found)
    PartnerReferrals.set_case(work, number, int(partner), case.id)
    context.contact = find_contact(services.vault, work, case.id)
    words = "\n".join(agreement_note(given, number, name))
    content = CaseMessageContent(text=words)
    context.notes.append(context.message(CaseMessageKind.TEXT, content, MessageSide.NOTE))
    context.events.append(Event(EventKind.OPENED, case.id))


def _alert(context: CommandContext, text: Text, **values: str) -> None:
    alert = load_alert(context.work, context.case)
    staff = context.services.staff.all(context.work)
    to = () if alert is None else alert_recipients(alert, staff, context.now)
    kind = EventKind.PARTNER_ANSWERED
    context.events.append(Event(kind, context.case, to=to, text=text, values=values))


def _no_staff(actor: str) -> Caseworker:
    """Return who gave the command as a value that gives no right at a desk."""
    return Caseworker(
        actor, Role.AUDITOR, "", "", 0, (), (), (), 0, is_active=False, is_on_duty=False,
        rests_until=0,
    )  # fmt: skip


PARTNER_COMMANDS: Mapping[Verb, Callable[[CommandContext], None]] = {
    Verb.PARTNER_OPENED: note_opening,
    Verb.PARTNER_ANSWERED: take_answer,
    Verb.PARTNER_REFERS: open_referred_case,
}
