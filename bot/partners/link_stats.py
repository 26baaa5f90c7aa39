"""Monthly counts of chats that start from a link, without a list of people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy import bindparam, select

from bot.clock import SECOND
from bot.store import Prepared, Work, delete_by, insert, select_by, upsert
from bot.store.tables.partners import campaign_counts, campaign_places, campaigns

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from bot.vault import Vault

MIN_SHOWN = 5
"""A smaller count could identify a person."""
MONTHS_IN_YEAR = 12
BUCKET_BYTES = 2
"""Bytes of a digest: so few that many chats share them."""


@dataclass(frozen=True, slots=True)
class MonthlyCount:
    """One campaign in one month."""

    campaign: str
    year: int
    month: int
    chats: int | None
    """None: fewer than `MIN_SHOWN`."""


_MARK = ("campaign_id", "month", "place")
_MARK_COUNTED = insert(campaign_places, *_MARK, unless_exists=_MARK)
_INCREMENT = upsert(
    campaign_counts, "campaign_id", "month",
    key=("campaign_id", "month"), update=(), constants={"times": 1},
    on_conflict={"times": campaign_counts.c.times + 1},
)  # fmt: skip
_MARKED_MONTHS = Prepared(
    lambda _: select(campaign_places.c.campaign_id, campaign_places.c.month).distinct()
)
_ERASE_MARK = delete_by(campaign_places, by=_MARK)
_EXPIRE_MARKS = delete_by(campaign_places, by=campaign_places.c.month < bindparam("month"))
_COUNTS = select_by(
    campaign_counts.join(campaigns, campaigns.c.id == campaign_counts.c.campaign_id),
    campaigns.c.label, campaign_counts.c.month, campaign_counts.c.times,
    by=campaign_counts.c.month < bindparam("month"),
    order_by=(campaign_counts.c.month, campaigns.c.id),
)  # fmt: skip


def month_number(now: int, zone: ZoneInfo) -> int:
    """Return the number of a month, counted from year 0."""
    day = datetime.fromtimestamp(now / SECOND, zone)
    return day.year * MONTHS_IN_YEAR + day.month - 1


class LinkStats:
    """Counts chats, used inside units of work."""

    def __init__(self, vault: Vault, zone: ZoneInfo) -> None:
        self._vault = vault
        self._zone = zone

    def count_chat(self, work: Work, campaign: int, chat_key: bytes, now: int) -> None:
        """Count a chat, unless it was counted this month."""
        month = month_number(now, self._zone)
        if work.run(_MARK_COUNTED, campaign, month, self._bucket(campaign, month, chat_key)):
            work.run(_INCREMENT, campaign, month)

    def erase_chat(self, work: Work, chat_key: bytes, _case: str, _now: int) -> int:
        """Erase the marks of a chat; counts stay. Return the number of deleted rows."""
        return sum(
            work.run(_ERASE_MARK, campaign, month, self._bucket(campaign, month, chat_key))
            for campaign, month in work.rows(_MARKED_MONTHS)
        )

    def expire(self, work: Work, now: int) -> int:
        """Delete the marks of months that are over; return the number of deleted rows."""
        return work.run(_EXPIRE_MARKS, month_number(now, self._zone))

    def list_counts(self, work: Work, now: int) -> list[MonthlyCount]:
        """Return the counts that may be shown: of months that are over, small ones as None."""
        found = []
        for name, number, times in work.rows(_COUNTS, month_number(now, self._zone)):
            year, month = divmod(number, MONTHS_IN_YEAR)
            found.append(MonthlyCount(name, year, month + 1, times if times >= MIN_SHOWN else None))
        return found

    def _bucket(self, campaign: int, month: int, chat_key: bytes) -> int:
        digest = self._vault.count_digest(b"%d|%d|%b" % (campaign, month, chat_key))
        return int.from_bytes(digest[:BUCKET_BYTES], "big")
