"""What a partner may read of how many chats began by its links: each link and month by itself.

Why there is no true total: a partner reads the number of one link; the total less that number is
the number of the other. So what is called a total here adds the numbers that are shown, and says
nothing that a reader cannot add up. A sum over hidden numbers would also count one person twice who
came by two links, and so be larger than the group it is about.

Why links that ended stay in the months they were in: a month that is over has the same links at
every look, whatever was renamed, ended or made since. Two looks differ only by whole months.

Why nothing and few look alike: *fewer than five* stands for none to four. A month in which it says
*none* would tell in the next that someone came.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import bindparam

from bot.partners.link_stats import MIN_SHOWN, MONTHS_IN_YEAR, month_number
from bot.partners.partners import Campaigns
from bot.store import Work, select_by
from bot.store.tables.partners import campaign_counts, campaigns

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.partners.partners import Campaign

MAX_MONTHS = 24
"""Months that are shown, the newest first."""
_COUNTS = select_by(
    campaign_counts.join(campaigns, campaigns.c.id == campaign_counts.c.campaign_id),
    campaign_counts.c.campaign_id, campaign_counts.c.month, campaign_counts.c.times,
    by=(
        campaigns.c.partner_id == bindparam("partner"),
        campaign_counts.c.month < bindparam("month"),
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class LinkFigure:
    """One link in one month."""

    campaign_id: int
    name: str
    chats: int | None
    """None: none to four."""


@dataclass(frozen=True, slots=True)
class PartnerMonth:
    """One month that is over."""

    year: int
    month: int
    links: tuple[LinkFigure, ...]

    @property
    def shown(self) -> int:
        """Return the sum of the numbers that are shown, which is no count of people."""
        return sum(it.chats for it in self.links if it.chats is not None)

    @property
    def hidden(self) -> int:
        """Return how many links have a number that is not shown."""
        return sum(it.chats is None for it in self.links)


def load_partner_figures(
    work: Work, partner_id: int, now: int, zone: ZoneInfo
) -> list[PartnerMonth]:
    """Return the months that are over since a partner's first link, the newest first."""
    this_month = month_number(now, zone)
    links = Campaigns.of_partner(work, partner_id)
    lasted = {it.id: _months_of(it, zone, this_month) for it in links}
    first = min((it.start for it in lasted.values()), default=this_month)
    counted = {
        (campaign, month): times
        for campaign, month, times in work.rows(_COUNTS, partner_id, this_month)
    }
    return [
        _month(number, [it for it in links if number in lasted[it.id]], counted)
        for number in range(this_month - 1, max(first, this_month - MAX_MONTHS) - 1, -1)
    ]


def _months_of(link: Campaign, zone: ZoneInfo, this_month: int) -> range:
    """Return the months in which a link could be used."""
    last = this_month if link.revoked_at is None else month_number(link.revoked_at, zone)
    return range(month_number(link.added_at, zone), last + 1)


def _month(number: int, links: list[Campaign], counted: dict[tuple[int, int], int]) -> PartnerMonth:
    year, month = divmod(number, MONTHS_IN_YEAR)
    figures = (LinkFigure(it.id, it.name, _shown(counted.get((it.id, number), 0))) for it in links)
    return PartnerMonth(year, month + 1, tuple(figures))


def _shown(times: int) -> int | None:
    return times if times >= MIN_SHOWN else None
