"""How many chats began by a link: counted once each, without a list of who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.clock import SECOND
from bot.store.compiled import Prepared, insert_of
from bot.store.tables.partners import campaign_counts, campaign_places, campaigns

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work
    from bot.vault import Vault

FEWEST = 5
"""A smaller count could be about one person."""
MONTHS = 12
PLACE_BYTES = 2
"""Of a digest: so few that many chats share them."""


@dataclass(frozen=True, slots=True)
class Counted:
    """One campaign in one month."""

    campaign: str
    year: int
    month: int
    chats: int | None
    """None: fewer than five, or none."""


def _count_one_more(dialect: str) -> ClauseElement:
    first = insert_of(dialect, campaign_counts).values(
        campaign_id=bindparam("campaign"), month=bindparam("month"), times=1
    )
    return first.on_conflict_do_update(
        index_elements=["campaign_id", "month"], set_={"times": campaign_counts.c.times + 1}
    )


_REMEMBER = Prepared(
    lambda dialect: (
        insert_of(dialect, campaign_places)
        .values(
            campaign_id=bindparam("campaign"), month=bindparam("month"), place=bindparam("place")
        )
        .on_conflict_do_nothing(index_elements=["campaign_id", "month", "place"])
    ),
    "campaign",
    "month",
    "place",
)
_COUNT = Prepared(_count_one_more, "campaign", "month")
_REMEMBERED = Prepared(
    lambda _: select(campaign_places.c.campaign_id, campaign_places.c.month).distinct()
)
_FORGET = Prepared(
    lambda _: delete(campaign_places).where(
        campaign_places.c.campaign_id == bindparam("campaign"),
        campaign_places.c.month == bindparam("month"),
        campaign_places.c.place == bindparam("place"),
    ),
    "campaign",
    "month",
    "place",
)
_FORGET_BEFORE = Prepared(
    lambda _: delete(campaign_places).where(campaign_places.c.month < bindparam("month")), "month"
)
_COUNTS = Prepared(
    lambda _: (
        select(campaigns.c.name, campaign_counts.c.month, campaign_counts.c.times)
        .join(campaigns, campaigns.c.id == campaign_counts.c.campaign_id)
        .where(campaign_counts.c.month < bindparam("month"))
        .order_by(campaign_counts.c.month, campaigns.c.id)
    ),
    "month",
)


def month_of(now: int, zone: ZoneInfo) -> int:
    """Return a month as a number that grows by one a month."""
    day = datetime.fromtimestamp(now / SECOND, zone)
    return day.year * MONTHS + day.month - 1


class Counting:
    """Counts chats, inside units of work."""

    def __init__(self, vault: Vault, zone: ZoneInfo) -> None:
        self._vault = vault
        self._zone = zone

    def came(self, work: Work, campaign: int, chat_key: bytes, now: int) -> None:
        """Count a chat, unless this month knows it already."""
        month = month_of(now, self._zone)
        if work.run(_REMEMBER, campaign, month, self._place(campaign, month, chat_key)):
            work.run(_COUNT, campaign, month)

    def forget(self, work: Work, chat_key: bytes, _case: str, _now: int) -> int:
        """Forget that a chat was counted; what was counted stays. Returns how many rows went."""
        known = work.rows(_REMEMBERED)
        return sum(
            work.run(_FORGET, campaign, month, self._place(campaign, month, chat_key))
            for campaign, month in known
        )

    def tidy(self, work: Work, now: int) -> int:
        """Forget which chats were counted in months that are over; return how many rows went."""
        return work.run(_FORGET_BEFORE, month_of(now, self._zone))

    def counts(self, work: Work, now: int) -> list[Counted]:
        """Return what may be shown: months that are over, and no count below five."""
        rows = work.rows(_COUNTS, month_of(now, self._zone))
        return [
            Counted(str(name), month // MONTHS, month % MONTHS + 1, _if_many(times))
            for name, month, times in rows
        ]

    def _place(self, campaign: int, month: int, chat_key: bytes) -> int:
        digest = self._vault.counted(b"%d|%d|%b" % (campaign, month, chat_key))
        return int.from_bytes(digest[:PLACE_BYTES], "big")


def _if_many(times: int) -> int | None:
    return times if times >= FEWEST else None
