"""Sentences about deliveries for staff and for partners, by code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.partners.delivered import PartnerAnswer
from bot.text import Text, _

if TYPE_CHECKING:
    from collections.abc import Mapping

DELIVERED = _("Delivered. You read here when it is opened, and what they answer.")
NO_SUCH_DELIVERY = _("There is no such delivery in this case. Load the page again.")
NO_SUCH_DESK_REPLY = _("Choose one of the replies: {codes}.")
NOT_READABLE = _(
    "The person took it back, or it has ended: nothing more is told in that room. Load the page "
    "again."
)
NOT_ASKED = _("They have not asked anything, or you replied already.")
REPLIED = _("They read your reply in their room.")
ASKED_TO_CALL = _("They read in their room that you ask them to call.")
NO_PARTNER = _("No partner referred this case.")

# Translators: {number} is the number of a delivery, e.g. 7F3A-91C2; {partner} an organisation.
OPENED = _("{partner} opened the referral {number}.")
ANSWERED: Mapping[PartnerAnswer, Text] = {
    PartnerAnswer.ACCEPTED: _("{partner} takes up the referral {number}."),
    PartnerAnswer.NO_PLACE: _("{partner} has no place free now (referral {number})."),
    PartnerAnswer.DECLINED: _("{partner} does not take up the referral {number}."),
    PartnerAnswer.ASKED: _("{partner} asks something about the referral {number}. Reply to it."),
    PartnerAnswer.UNREACHED: _("{partner} could not reach the person (referral {number})."),
    PartnerAnswer.FINISHED: _("{partner} has finished its part (referral {number})."),
}
"""What staff are told of an answer."""
RETURNED_LATE = _(
    "{partner} did not open the referral {number} in {days} days. Nothing was read; look for "
    "another way."
)
RETURNED_CLOSED = _(
    "The referral {number} cannot be opened by {partner} any more: the agreement or their access "
    "has ended. Nothing was read; look for another way."
)
