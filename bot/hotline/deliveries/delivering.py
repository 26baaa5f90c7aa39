"""Delivers an agreed referral to a partner's room, and returns what could not be opened there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clock import DAY
from bot.hotline.deliveries import texts
from bot.hotline.deliveries.blockers import KEY_CHANGED, NO_MEMBERS, DeliveryBlockers
from bot.hotline.deliveries.content import READ_IN, render_referral, seal_for_members
from bot.hotline.deliveries.model import OPENED_WITHIN, ReferralDelivery, new_number
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.deliveries.store import Deliveries
from bot.hotline.events import Event, EventKind
from bot.hotline.queue.alerts import alert_recipients, load_alert
from bot.hotline.referrals.model import RecipientReply
from bot.languages import catalogue
from bot.partners.delivered import DeliveryState
from bot.partners.members import MemberKeyError
from bot.vault.audit.log import SYSTEM, AuditLog

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.hotline.queue.sla import ReplyClocks
    from bot.hotline.referrals.consent_dialog import ConsentDialog
    from bot.hotline.referrals.model import Referral
    from bot.hotline.referrals.store import Referrals
    from bot.hotline.staff.staff import Staff
    from bot.partners.members import MemberKey, PartnerMembers
    from bot.places.directory import Recipient
    from bot.store.writer import Work
    from bot.text import Text


@dataclass(frozen=True, slots=True)
class OpenRoom:
    """A partner to whom something can be delivered now."""

    partner: int
    keys: Sequence[MemberKey]
    """At least one."""


class DeliveryDesk:
    """What staff do with deliveries, inside units of work."""

    def __init__(
        self, blockers: DeliveryBlockers, keys: PartnerMembers, consent: ConsentDialog,
        recipients: Mapping[str, Recipient],
    ) -> None:  # fmt: skip
        self.blockers = blockers
        self._keys = keys
        self._consent = consent
        self._recipients = recipients

    def find_room(self, work: Work, recipient: str, now: int) -> OpenRoom | Text:
        """Return the room of a recipient, or why nothing can be delivered there now."""
        partner, why = self.blockers.to_send(work, recipient, now)
        if why is not None:
            return why
        try:
            keys = self._keys.active_keys(work, partner)
        except MemberKeyError:
            return KEY_CHANGED
        return OpenRoom(partner, keys) if keys else NO_MEMBERS

    def deliver(self, work: Work, sent: Referral, room: OpenRoom, now: int) -> ReferralDelivery:
        """Deliver a referral that was just marked as sent.

        The caller has checked the consent and found the room in this unit of work.
        """
        new = ReferralDelivery(
            new_number(), sent.case, sent.id, sent.recipient, room.partner, DeliveryState.NEW, now,
            now + OPENED_WITHIN,
        )  # fmt: skip
        content = render_referral(sent, new.number, self._names(sent.recipient), self._consent)
        Deliveries.add(work, new, seal_for_members(content, room.keys))
        return new

    def _names(self, recipient: str) -> tuple[str, ...]:
        name = self._recipients[recipient].name
        return tuple(dict.fromkeys(name.render(catalogue(language)) for language in READ_IN))


class DeliveryReturns:
    """Returns deliveries that were not opened in time, or cannot be; asked every few seconds."""

    def __init__(
        self, desk: DeliveryDesk, referrals: Referrals, staff: Staff, clocks: ReplyClocks,
        audit: AuditLog,
    ) -> None:  # fmt: skip
        self._desk = desk
        self._referrals = referrals
        self._staff = staff
        self._clocks = clocks
        self._audit = audit

    def check(self, work: Work, now: int) -> list[Event]:
        """Close what is over; return the events that tell staff what came back unread."""
        events = []
        for it in Deliveries.all_open(work):
            if it.state is not DeliveryState.NEW:
                if now >= it.ends_at:
                    Deliveries.close(work, it, DeliveryState.DONE, now)
            elif why := self._return_reason(work, it, now):
                events += self._return(work, it, why, now)
        return events

    def _return_reason(self, work: Work, it: ReferralDelivery, now: int) -> Text | None:
        if now >= it.ends_at:
            return texts.RETURNED_LATE
        is_blocked = self._desk.blockers.to_open(work, it, now) is not None
        is_lost = is_blocked or not Deliveries.has_copies(work, it.number)
        return texts.RETURNED_CLOSED if is_lost else None

    def _return(self, work: Work, it: ReferralDelivery, why: Text, now: int) -> list[Event]:
        if not Deliveries.close(work, it, DeliveryState.RETURNED, now):
            return []
        reply = RecipientReply.NO_ANSWER
        self._referrals.record_reply(work, it.case, it.referral, reply, SYSTEM, now)
        detail = f"{it.recipient}:{it.number}"
        self._audit.record(work, now, SYSTEM, "delivery_return", it.case, detail)
        self._clocks.person_wrote(work, it.case, now)
        alert = load_alert(work, it.case)
        to = () if alert is None else alert_recipients(alert, self._staff.all(work), now)
        values = {
            "partner": RecipientPartners.partner_name(work, it.partner), "number": it.number,
            "days": str(OPENED_WITHIN // DAY),
        }  # fmt: skip
        kind = EventKind.PARTNER_ANSWERED
        return [Event(kind, it.case, to=to, text=why, values=values, code=it.number)]
