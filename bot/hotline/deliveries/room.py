"""What a partner's room does with referrals: list, open, answer. All that the room knows of them.

A member opens only what stands in the room of their own partner. What they read comes sealed to
their key; this module never sees it. Answers are stored with the case in the same unit of work, and
the dispatcher carries out what follows from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.commands.store import submit_command
from bot.hotline.commands.types import Command, Verb
from bot.hotline.deliveries.blockers import OVER, TAKEN_BACK
from bot.hotline.deliveries.messages import DeliveryMessages
from bot.hotline.deliveries.model import NEEDS_WORDS
from bot.hotline.deliveries.store import Deliveries
from bot.partners.delivered import MAX_WORDS, DeliveryState, RoomReferral, SaidOfDelivery
from bot.text import Text, _
from bot.vault.audit.log import AuditLog

if TYPE_CHECKING:
    from bot.hotline.deliveries.blockers import DeliveryBlockers
    from bot.hotline.deliveries.model import ReferralDelivery
    from bot.partners.delivered import GivenAnswer, PartnerAnswer, RoomMember
    from bot.store.writer import Work
    from bot.vault import Vault

NOT_SEALED_TO_YOU = _(
    "This referral came before you had a key. Ask a colleague who was here then to open it."
)
NOT_POSSIBLE = _("This answer is not possible now. Look at the referral again; nothing was sent.")
WORDS_NEEDED = _("Write what you want to ask.")
TOO_LONG = _("Write at most {most} characters. Nothing was sent; your words are kept below.")


class RoomReferrals:
    """Referrals in the room of a partner, used inside units of work."""

    def __init__(self, vault: Vault, blockers: DeliveryBlockers) -> None:
        self._vault = vault
        self._blockers = blockers
        self._messages = DeliveryMessages(vault)
        self._audit = AuditLog(vault)

    def listed(self, work: Work, member: RoomMember, now: int) -> list[RoomReferral]:
        """Return the referrals of the member's partner, newest first."""
        stops = Deliveries.stops(work, member.partner)
        return [
            self._entry(work, it, stops.get(it.number), now)
            for it in Deliveries.of_partner(work, member.partner)
        ]

    @staticmethod
    def erased(work: Work, member: RoomMember) -> dict[str, int]:
        """Return the numbers of referrals that are gone here, and to be deleted by the partner."""
        known = {it.number for it in Deliveries.of_partner(work, member.partner)}
        stops = Deliveries.stops(work, member.partner)
        return {number: at for number, at in stops.items() if number not in known}

    def find(self, work: Work, member: RoomMember, number: str, now: int) -> RoomReferral | None:
        """Return one referral of the member's partner; None for any other."""
        found = Deliveries.find(work, number)
        if found is None or found.partner != member.partner:
            return None
        return self._entry(work, found, Deliveries.stops(work, member.partner).get(number), now)

    def open(self, work: Work, member: RoomMember, number: str, now: int) -> bytes | Text | None:
        """Record that a member opens a referral and return their sealed copy.

        Returns:
            The copy, as `content.seal_for_members` made it; or why it may not be read; None for a
            number that is not of this partner.
        """
        seen = Deliveries.find(work, number)
        if seen is None or seen.partner != member.partner:
            return None
        # First the consent, then the delivery: a person who revokes locks them in this order.
        why = self._blockers.to_open(work, seen, now)
        delivery = Deliveries.find_locked(work, number)
        if delivery is None or delivery.state is DeliveryState.TAKEN_BACK:
            return TAKEN_BACK
        if why is not None or not delivery.is_readable(now):
            return why or OVER
        copy = Deliveries.copy_of(work, number, member.id)
        if copy is None:
            return NOT_SEALED_TO_YOU
        self._record_opening(work, delivery, member, now)
        return copy

    def answer(
        self, work: Work, number: str, member: RoomMember, given: GivenAnswer
    ) -> Text | None:
        """Store an answer and let the case follow; return why not, None if it is stored.

        Raises:
            LookupError: the number is not of this partner.
        """
        delivery = Deliveries.find_locked(work, number)
        if delivery is None or delivery.partner != member.partner:
            raise LookupError("no such referral in this room")
        if why := _answer_refusal(delivery, given.answer, given.words):
            return why
        if not Deliveries.answer(work, delivery, given.answer, given.at):
            return NOT_POSSIBLE
        message = self._messages.add_answer(work, delivery, given)
        command = Command(
            verb=Verb.PARTNER_ANSWERED, by=member.actor, case=delivery.case,
            code=f"{number}.{message}.{given.answer.value}",
        )  # fmt: skip
        submit_command(work, self._vault, command, given.at)
        deed, detail = f"delivery_{given.answer.value}", f"{delivery.recipient}:{number}"
        self._audit.record(work, given.at, member.actor, deed, delivery.case, detail)
        return None

    def confirm_deleted(self, work: Work, member: RoomMember, number: str, now: int) -> bool:
        """Record that the partner deleted what they noted; tell whether they were asked to."""
        if not Deliveries.confirm_deleted(work, member.partner, number):
            return False
        self._audit.record(work, now, member.actor, "delivery_deleted", number)
        return True

    def _record_opening(
        self, work: Work, it: ReferralDelivery, member: RoomMember, now: int
    ) -> None:
        is_first = Deliveries.mark_opened(work, it.number, member.id, now)
        detail = f"{it.recipient}:{it.number}"
        self._audit.record(work, now, member.actor, "delivery_open", it.case, detail)
        if is_first:
            command = Command(
                verb=Verb.PARTNER_OPENED, by=member.actor, case=it.case, code=it.number
            )
            submit_command(work, self._vault, command, now)

    def _entry(
        self, work: Work, it: ReferralDelivery, delete_since: int | None, now: int
    ) -> RoomReferral:
        messages = self._messages.of_delivery(work, it.number)
        may_be_read = it.is_readable(now) and self._blockers.to_open(work, it, now) is None
        return RoomReferral(
            number=it.number, state=it.state, sent_at=it.sent_at, ends_at=it.ends_at,
            opened_at=it.opened_at, answer=it.answer, possible_answers=it.possible_answers,
            said=tuple(SaidOfDelivery(each.side, each.code, each.at) for each in messages),
            is_readable=may_be_read, delete_since=delete_since,
        )  # fmt: skip


def _answer_refusal(delivery: ReferralDelivery, answer: PartnerAnswer, words: str) -> Text | None:
    if delivery.state is DeliveryState.TAKEN_BACK:
        return TAKEN_BACK
    if answer not in delivery.possible_answers:
        return NOT_POSSIBLE
    if answer in NEEDS_WORDS and not words.strip():
        return WORDS_NEEDED
    return TOO_LONG if len(words) > MAX_WORDS else None
