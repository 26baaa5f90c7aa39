"""Links that partners give out, with codes that a test knows."""

from __future__ import annotations

from base64 import b32decode
from typing import TYPE_CHECKING

from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.vault import AuditLog
from bot.vault.audit.log import OPERATOR

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.store.writer import Work
    from tests.support.harnesses.hotline_harness import HotlineHarness

LINK, OTHER_LINK = "ABCDEFGHIJKLMNOP", "PONMLKJIHGFEDCBA"


def create_links(home: HotlineHarness, links: Mapping[str, str]) -> None:
    """Let partners give out links of these codes, each in its language."""
    audit, now = AuditLog(home.vault), home.loop.now()

    def make(work: Work) -> None:
        for code, language in links.items():
            Partners(audit).add(work, partner_name_of(code), OPERATOR, now)
            drawn = Campaigns(audit, lambda _count, code=code: b32decode(code))
            new = NewCampaign(code, partner_name_of(code), language)
            drawn.add(work, new, OPERATOR, now)

    home.database.writer.run_sync(make)


def partner_name_of(code: str) -> str:
    """Return the name of the partner who gave a link out."""
    return f"House {code[:4]}"
