"""The channel's numbers of letters that were sent: what is edited or taken away goes by these."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import select

from bot.store.prepared import PreparedList
from bot.store.tables import outbox

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.store.writer import Work

_MESSAGES = PreparedList(
    lambda values: select(outbox.c.id, outbox.c.message).where(
        outbox.c.id.in_(values), outbox.c.message.is_not(None)
    )
)


def numbers_of(work: Work, letters: Sequence[int]) -> dict[int, int]:
    """Return the channel's numbers of letters that were sent."""
    return {int(row): int(number) for row, number in work.rows_in(_MESSAGES, letters)}
