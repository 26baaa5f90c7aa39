"""Random months of a partner: links made, named and ended, people who come, looks at figures."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.clock import DAY, SECOND
from bot.partners.link_stats import LinkStats
from bot.partners.partner_figures import load_partner_figures
from bot.partners.partners import Campaigns, NewCampaign, Partners
from bot.store.statements import select_by
from bot.store.tables.partners import campaign_counts
from bot.vault.audit.log import OPERATOR, AuditLog

if TYPE_CHECKING:
    from bot.partners.partner_figures import PartnerMonth
    from bot.partners.partners import Campaign
    from bot.store.writer import Work
    from bot.vault import Vault
    from tests.support.figures.partner_looks import Cell, Told

ZONE = ZoneInfo("Asia/Taipei")
BEGIN = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp()) * SECOND
DAYS = 100
MOST_LINKS = 4
STEPS = (18, 30)
_COUNTS = select_by(campaign_counts, "campaign_id", "times", by="month")


@dataclass
class PartnerHistory:
    """What happened, and what was told."""

    people: dict[Cell, set[int]] = field(default_factory=lambda: defaultdict(set))
    looks: list[list[Told]] = field(default_factory=list)

    def truth(self) -> dict[Cell, frozenset[int]]:
        """Return who came by each link in each month."""
        return {cell: frozenset(who) for cell, who in self.people.items()}


class HistoryPlayer:
    """Plays histories in one database, each with a partner of its own."""

    def __init__(self, vault: Vault, *, flaw: bool = False) -> None:
        audit = AuditLog(vault)
        self._partners, self._campaigns = Partners(audit), Campaigns(audit)
        self._stats, self._flaw = LinkStats(vault, ZONE), flaw

    def play(self, work: Work, seed: str) -> PartnerHistory:
        """Play one history and return it."""
        dice, history, now = random.Random(seed), PartnerHistory(), BEGIN
        partner = self._partners.add(work, f"House {seed}", OPERATOR, now)
        for step in range(dice.randint(*STEPS)):
            now += round(dice.random() * 2 * DAYS / STEPS[1] * DAY)
            links = [it for it in Campaigns.of_partner(work, partner.id) if it.is_active]
            do = dice.choices(("make", "come", "rename", "end", "look"), (2, 8, 1, 1, 3))[0]
            if do == "make" or not links:
                if len(links) < MOST_LINKS:
                    new = NewCampaign(f"{seed} {step}", partner.name, "vi")
                    self._campaigns.add(work, new, OPERATOR, now)
            elif do == "come":
                self._come(work, dice, history, dice.choice(links), now)
            elif do == "rename":
                self._campaigns.rename(work, dice.choice(links), f"R {seed} {step}", OPERATOR, now)
            elif do == "end":
                self._campaigns.revoke(work, dice.choice(links).code, OPERATOR, now)
            else:
                history.looks.append(self._look(work, partner.id, now))
        return history

    def _come(
        self, work: Work, dice: random.Random, history: PartnerHistory, link: Campaign, now: int
    ) -> None:
        month = datetime.fromtimestamp(now / SECOND, ZONE).strftime("%Y-%m")
        for _ in range(dice.choice((1, 1, 2, 4, 5, 6, 9))):
            who = dice.randrange(24)
            for _again in range(dice.choice((1, 1, 3))):
                self._stats.count_chat(work, link.id, who.to_bytes(16), now)
            history.people[link.id, month].add(who)

    def _look(self, work: Work, partner: int, now: int) -> list[Told]:
        months = load_partner_figures(work, partner, now, ZONE)
        if not self._flaw:
            return [it for month in months for it in _told(month)]
        active = {it.id for it in Campaigns.of_partner(work, partner) if it.is_active}
        return [it for month in months for it in self._with_total(work, month, active)]

    @staticmethod
    def _with_total(work: Work, month: PartnerMonth, active: set[int]) -> list[Told]:
        """Return what a careless page tells: besides, the true sum of the links in use."""
        name = f"{month.year}-{month.month:02}"
        number = month.year * 12 + month.month - 1
        counts = dict(work.rows(_COUNTS, number))
        shown = [it.campaign_id for it in month.links if it.campaign_id in active]
        total = sum(counts.get(it, 0) for it in shown)
        cells = frozenset((it, name) for it in shown)
        return [*_told(month), *([(cells, total)] if total >= 5 else [])]


def _told(month: PartnerMonth) -> list[Told]:
    """Return what the page of figures tells of one month."""
    name = f"{month.year}-{month.month:02}"
    cells: list[Told] = [(frozenset({(it.campaign_id, name)}), it.chats) for it in month.links]
    shown = frozenset((it.campaign_id, name) for it in month.links if it.chats is not None)
    return [*cells, *([(shown, month.shown)] if len(shown) > 1 else [])]
