"""Links of a made-up partner for the demo, so that there is something to print."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from bot.store.writer import Work
    from bot.vault import AuditLog

PARTNER = "Seafarers' Mission"
LINKS = {"Donggang pier": "id", "Donggang pier, Filipino": "fil", "Donggang pier, Vietnamese": "vi"}
"""The language of the first question, by the name of a link."""


def add_demo_links(work: Work, audit: AuditLog, now: int) -> None:
    """Add the partner and the links, where no partner is yet."""
    if Partners.all(work):
        return
    Partners(audit).add(work, PARTNER, OPERATOR, now)
    for name, language in reversed(LINKS.items()):
        Campaigns(audit).add(work, NewCampaign(name, PARTNER, language), OPERATOR, now)
