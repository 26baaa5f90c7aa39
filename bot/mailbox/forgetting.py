"""Letters whose end is known are forgotten: numbers after two days, the others after a week."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, delete, select

from bot.store.prepared import Prepared
from bot.store.tables import outbox
from bot.vault.retention import NUMBERS_KEPT, UNDELIVERED_KEPT

if TYPE_CHECKING:
    from bot.store.writer import Work

_SENT = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(outbox.c.state == "sent")
            .order_by(outbox.c.id)
            .limit(bindparam("most"))
        ),
        outbox.c.settled_at < bindparam("before"),
    ),
    "most",
    "before",
)
_UNDELIVERED = Prepared(
    lambda _: delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(outbox.c.settled_at.is_not(None))
            .order_by(outbox.c.id)
            .limit(bindparam("most"))
        ),
        outbox.c.settled_at < bindparam("before"),
    ),
    "most",
    "before",
)


def forget_settled(work: Work, now: int, most: int) -> int:
    """Forget what is old enough, so many of each at most; return how many rows went.

    Those that wait, for however long, and whatever lies in front of others are in nobody's way.
    """
    gone = work.run(_SENT, most, now - NUMBERS_KEPT)
    return gone + work.run(_UNDELIVERED, most, now - UNDELIVERED_KEPT)
