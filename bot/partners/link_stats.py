"""How many chats began by a link: counted once each, without a list of who."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.clock import SECOND
from bot.store.compiled import Prepared, insert_into
from bot.store.tables.partners import campaign_counts, campaign_places, campaigns

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from sqlalchemy.sql.elements import ClauseElement

    from bot.store.writer import Work
    from bot.vault import Vault

MIN_SHOWN = 5
"""A smaller count could be about one person."""
MONTHS_IN_YEAR = 12
BUCKET_BYTES = 2
"""Of a digest: so few that many chats share them."""


@dataclass(frozen=True, slots=True)
class MonthlyCount:
    """One campaign in one month."""

    campaign: str
    year: int
    month: int
    chats: int | None
    """None: fewer than five, or none."""


def _increment(dialect: str) -> ClauseElement:
    first = insert_into(dialect, campaign_counts).values(
        campaign_id=bindparam("campaign"), month=bindparam("month"), times=1
    )
    return first.on_conflict_do_update(
        index_elements=["campaign_id", "month"], set_={"times": campaign_counts.c.times + 1}
    )


_MARK_COUNTED = Prepared(
    lambda dialect: (
        insert_into(dialect, campaign_places)
        .values(
            campaign_id=bindparam("campaign"), month=bindparam("month"), place=bindparam("place")
        )
        .on_conflict_do_nothing(index_elements=["campaign_id", "month", "place"])
    ),
    "campaign",
    "month",
    "place",
)
_INCREMENT = Prepared(_increment, "campaign", "month")
_MARKED_MONTHS = Prepared(
    lambda _: select(campaign_places.c.campaign_id, campaign_places.c.month).distinct()
)
_ERASE_MARK = Prepared(
    lambda _: delete(campaign_places).where(
        campaign_places.c.campaign_id == bindparam("campaign"),
        campaign_places.c.month == bindparam("month"),
        campaign_places.c.place == bindparam("place"),
    ),
    "campaign",
    "month",
    "place",
)
_EXPIRE_MARKS = Prepared(
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


def month_number(now: int, zone: ZoneInfo) -> int:
    """Return a month as a number that grows by one a month."""
    day = datetime.fromtimestamp(now / SECOND, zone)
    return day.year * MONTHS_IN_YEAR + day.month - 1


class LinkStats:
    """Counts chats, inside units of work."""

    def __init__(self, vault: Vault, zone: ZoneInfo) -> None:
        self._vault = vault
        self._zone = zone

    def count_chat(self, work: Work, campaign: int, chat_key: bytes, now: int) -> None:
        """Count a chat, unless this month knows it already."""
        month = month_number(now, self._zone)
        if work.run(_MARK_COUNTED, campaign, month, self._bucket(campaign, month, chat_key)):
            work.run(_INCREMENT, campaign, month)

    def erase_chat(self, work: Work, chat_key: bytes, _case: str, _now: int) -> int:
        """Forget that a chat was counted; what was counted stays. Returns how many rows went."""
        known = work.rows(_MARKED_MONTHS)
        return sum(
            work.run(_ERASE_MARK, campaign, month, self._bucket(campaign, month, chat_key))
            for campaign, month in known
        )

    def expire(self, work: Work, now: int) -> int:
        """Forget which chats were counted in months that are over; return how many rows went."""
        return work.run(_EXPIRE_MARKS, month_number(now, self._zone))

    def list_counts(self, work: Work, now: int) -> list[MonthlyCount]:
        """Return what may be shown: months that are over, and no count below five."""
        rows = work.rows(_COUNTS, month_number(now, self._zone))
        return [
            MonthlyCount(
                str(name),
                month // MONTHS_IN_YEAR,
                month % MONTHS_IN_YEAR + 1,
                _suppress_small(times),
            )
            for name, month, times in rows
        ]

    def _bucket(self, campaign: int, month: int, chat_key: bytes) -> int:
        digest = self._vault.count_digest(b"%d|%d|%b" % (campaign, month, chat_key))
        return int.from_bytes(digest[:BUCKET_BYTES], "big")


def _suppress_small(times: int) -> int | None:
    return times if times >= MIN_SHOWN else None
