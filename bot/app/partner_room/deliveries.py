"""What delivers referrals to partners' rooms, wired from the settings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.app.referral_recipients import DeploymentRecipients
from bot.cases.consents import ConsentRecords
from bot.hotline.deliveries.blockers import DeliveryBlockers
from bot.hotline.deliveries.delivering import DeliveryDesk
from bot.hotline.deliveries.room import RoomReferrals
from bot.partners.members import PartnerMembers
from bot.vault import AuditLog

if TYPE_CHECKING:
    from bot.hotline.referrals.consent_dialog import ConsentDialog
    from bot.settings import Settings
    from bot.vault import Vault


def build_delivery_desk(settings: Settings, vault: Vault, consent: ConsentDialog) -> DeliveryDesk:
    """Return what delivers referrals to the rooms of partners."""
    members, recipients = PartnerMembers(vault, AuditLog(vault)), DeploymentRecipients(settings)
    return DeliveryDesk(_blockers(settings, vault), members, consent, recipients)


def build_room_referrals(settings: Settings, vault: Vault) -> RoomReferrals:
    """Return what a partner's room does with referrals."""
    return RoomReferrals(vault, _blockers(settings, vault))


def _blockers(settings: Settings, vault: Vault) -> DeliveryBlockers:
    return DeliveryBlockers(ConsentRecords(vault), DeploymentRecipients(settings))
