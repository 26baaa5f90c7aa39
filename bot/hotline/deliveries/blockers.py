"""Why a delivery may not be made, or not be opened, at this moment.

The same checks run when it is sent and each time it is opened, in the same unit of work: what a
partner reads rests on the consent, the agreement and the access as they are then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.hotline.deliveries.partner_links import RecipientPartners
from bot.hotline.referrals.model import ReferralStage
from bot.store.statements import select_one
from bot.store.tables.main import referrals
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.cases.consents import ConsentRecords
    from bot.hotline.deliveries.model import ReferralDelivery
    from bot.places.directory import Recipient
    from bot.store.writer import Work

NO_ROOM = _("This organisation has no room here. Hand the sheet over on paper, and record that.")
PARTNER_DISABLED = _(
    "The room of this organisation is closed. Hand the sheet over on paper, or ask an "
    "administrator."
)
NO_AGREEMENT = _(
    "There is no agreement with this organisation now. Nothing was delivered; ask an administrator "
    "to renew it."
)
NO_MEMBERS = _(
    "No one in the room of this organisation can open anything yet. Hand the sheet over on paper, "
    "or ask them to finish their sign-in."
)
KEY_CHANGED = _(
    "The key of a member of this organisation was changed and not approved. Nothing was delivered; "
    "tell an administrator."
)
TAKEN_BACK = _("The person took their consent back. It cannot be read any more.")
OVER = _("It cannot be read any more.")
AGREEMENT_OVER = _(
    "There is no agreement between your organisation and the hotline now, so it cannot be opened."
)
ROOM_CLOSED = _("This room is closed. It cannot be opened.")
_CONSENT = select_one(referrals, "state", "recipient", "answered_at", by=("id", "case_id"),
                      lock=True)  # fmt: skip


class DeliveryBlockers:
    """Looks for what stands against a delivery, inside units of work."""

    def __init__(self, consents: ConsentRecords, recipients: Mapping[str, Recipient]) -> None:
        self._consents = consents
        self._recipients = recipients

    def to_send(self, work: Work, recipient: str, now: int) -> tuple[int, Text | None]:
        """Return the partner of a recipient, and why nothing can be delivered; None if it can."""
        found = RecipientPartners.partner_of(work, recipient)
        if found is None:
            return 0, NO_ROOM
        partner, is_active = found
        if not is_active:
            return partner, PARTNER_DISABLED
        return partner, None if self._has_agreement(recipient, now) else NO_AGREEMENT

    def to_open(self, work: Work, delivery: ReferralDelivery, now: int) -> Text | None:
        """Return why a delivery may not be read now; None if it may.

        The consent is locked until this unit ends: it is not revoked between check and reading.
        """
        rows = work.rows(_CONSENT, delivery.referral, delivery.case)
        if not rows:
            return OVER
        stage, recipient, answered_at = rows[0]
        if stage != ReferralStage.SENT.value or self._is_withdrawn(work, delivery, answered_at):
            return TAKEN_BACK
        return self._closed(work, delivery, recipient, now)

    def _closed(
        self, work: Work, delivery: ReferralDelivery, recipient: str, now: int
    ) -> Text | None:
        found = RecipientPartners.partner_of(work, recipient)
        if not RecipientPartners.is_active(work, delivery.partner):
            return ROOM_CLOSED
        if found is None or found[0] != delivery.partner:
            return AGREEMENT_OVER
        return None if self._has_agreement(recipient, now) else AGREEMENT_OVER

    def _is_withdrawn(
        self, work: Work, delivery: ReferralDelivery, answered_at: int | None
    ) -> bool:
        """Tell whether the person withdrew from sharing, or from all, after they agreed."""
        if self._consents.reading_taken_back_at(work, delivery.case) is not None:
            return True
        since = self._consents.no_sharing_since(work, delivery.case)
        return since is not None and (answered_at is None or answered_at <= since)

    def _has_agreement(self, recipient: str, now: int) -> bool:
        known = self._recipients.get(recipient)
        return known is not None and known.is_offered_at(now)
