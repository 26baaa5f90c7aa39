"""What a person agreed to, as staff see it: in clear, beside the case, in their own language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.cases.agreements import NAMES, OF_CASE, Agreements
from bot.clock import SECOND
from bot.store.agreed_tables import agreements
from bot.text import _

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from bot.cases.agreements import Agreement
    from bot.text import Catalogue

AGREED, NOT_AGREED, TAKEN_BACK = _("agreed"), _("not agreed"), _("taken back")
HEADING = _("What the person agreed to")


@dataclass(frozen=True, slots=True)
class Agreed:
    """What a person was asked to agree to, and what they said; nothing of what they wrote."""

    kind: str
    told: str
    """What that is, and whether it holds, in the reader's language."""
    holds: bool
    language: str
    at: datetime
    words: str
    """The SHA-256 of what stood on the screen."""
    notice: str
    """The version of what they were told of what is kept."""
    revoked_at: datetime | None = None


async def agreed_in(
    connection: AsyncConnection, ledger: Agreements, case: str, staff: Catalogue
) -> tuple[Agreed, ...]:
    """Return everything a person was asked in a case, oldest first."""
    wanted = (
        select(*OF_CASE)
        .where(agreements.c.case_id == case)
        .order_by(agreements.c.at, agreements.c.id)
    )
    rows = (await connection.execute(wanted)).all()
    return tuple(_told(ledger.read(case, row), staff) for row in rows)


def _told(it: Agreement, staff: Catalogue) -> Agreed:
    how = AGREED if it.holds else TAKEN_BACK if it.revoked_at else NOT_AGREED
    told = f"{NAMES[it.kind].read_in(staff)}: {how.read_in(staff)}"
    revoked = None if it.revoked_at is None else _when(it.revoked_at)
    return Agreed(
        it.kind.value, told, it.holds, it.language, _when(it.at), it.words.hex(), it.notice.hex(),
        revoked,
    )  # fmt: skip


def _when(moment: int) -> datetime:
    return datetime.fromtimestamp(moment / SECOND, UTC)
