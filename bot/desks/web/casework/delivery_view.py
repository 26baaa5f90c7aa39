"""Deliveries of a case to partners' rooms, as the referral panel shows them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.errors import DecryptionError
from bot.hotline.deliveries.delivering import OpenRoom
from bot.hotline.deliveries.messages import DeliveryMessages, has_open_question
from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.deliveries.store import Deliveries

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.desks.web.request import DeskRequest
    from bot.hotline.deliveries.messages import DeliveryMessage
    from bot.hotline.deliveries.model import ReferralDelivery
    from bot.hotline.referrals.model import Referral
    from bot.store.writer import Work
    from bot.text import Text
    from bot.vault import Opener
    from bot.vault.keys.keyring import Keyring


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """One delivery, and what was said about it."""

    delivery: ReferralDelivery
    partner: str
    messages: Sequence[DeliveryMessage]

    @property
    def is_asked(self) -> bool:
        """Return whether the partner waits for a reply."""
        return has_open_question(self.messages)


@dataclass(slots=True)
class DeliveriesView:
    """What the referral panel shows of partners' rooms."""

    by_referral: dict[str, list[DeliveryView]] = field(default_factory=dict)
    rooms: dict[str, Text | None] = field(default_factory=dict)
    """By referral to a linked organisation that may be sent: None, or why it cannot be delivered.
    """


def load_deliveries(
    work: Work, request: DeskRequest, case: str, offered: Iterable[Referral],
    keyring: Keyring | None,
) -> DeliveriesView:  # fmt: skip
    """Return the deliveries of a case, the partner's words opened for those who may read them."""
    found, vault = DeliveriesView(), request.context.vault
    opener = None if keyring is None else vault.cases.opener(case, keyring)
    said = _messages(work, case, opener)
    for it in Deliveries.of_case(work, case):
        name = RecipientPartners.partner_name(work, it.partner)
        view = DeliveryView(it, name, said.get(it.number, ()))
        found.by_referral.setdefault(it.referral, []).append(view)
    linked = RecipientPartners.all(work)
    for referral in offered:
        if referral.may_be_sent and referral.recipient in linked:
            room = request.context.deliveries.find_room(work, referral.recipient, request.now)
            found.rooms[referral.id] = None if isinstance(room, OpenRoom) else room
    return found


def _messages(work: Work, case: str, opener: Opener | None) -> dict[str, list[DeliveryMessage]]:
    try:
        return DeliveryMessages.of_case(work, case, opener)
    except DecryptionError:  # the words of one were altered: all codes are shown, no words
        return DeliveryMessages.of_case(work, case)
